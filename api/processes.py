"""Several processes on one socket: each opens the installation for itself; one that dies is begun again.

The installation must be on PostgreSQL: a SQLCipher file has one writer, so more processes would only wait for it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

import structlog

from api.server import serve
from api.watching.log import LOGGER, set_up

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from nrm.bootstrap_store import Office

    Opening = Callable[[], AbstractContextManager[Office]]

_LOG: Final = structlog.get_logger(LOGGER)

QUICKEST_DEATH: Final = 5.0
"""Seconds; a process that lives less has something wrong with it that a new one would have too."""


def serve_with(opening: Opening, sock: socket.socket, processes: int, *, works: bool) -> int:
    """Serve with so many processes until SIGTERM or Ctrl-C, and return the exit code.

    The first one runs the clocks when `works`. Raises what `opening` raises, when there is one process only.
    """
    if processes == 1:
        with opening() as office:
            serve(office, sock, works=works)
        return 0
    return _Family(opening, sock, works=works).run(processes)


class _Family:
    def __init__(self, opening: Opening, sock: socket.socket, *, works: bool) -> None:
        self._opening = opening
        self._sock = sock
        self._works = works
        self._children: dict[int, tuple[int, float]] = {}
        self._stopping = False
        self._life = os.pipe()  # nobody writes into it: it ends when the first process does

    def run(self, processes: int) -> int:
        set_up()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        for number in range(processes):
            self._begin(number)
        failed = False
        while self._children:
            pid, status = os.wait()
            number, began = self._children.pop(pid)
            if self._stopping:
                continue
            _LOG.error("process ended", number=number, status=os.waitstatus_to_exitcode(status))
            if time.monotonic() - began < QUICKEST_DEATH:
                failed = True
                self._stop()
            else:
                self._begin(number)
        return 2 if failed else 0

    def _begin(self, number: int) -> None:
        pid = os.fork()  # before anything is opened: no connection and no thread is shared
        if pid:
            self._children[pid] = (number, time.monotonic())
            return
        code = 2
        try:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, signal.SIG_DFL)
            self._end_with_parent()
            with self._opening() as office:
                serve(office, self._sock, works=self._works and number == 0)
            code = 0
        except Exception as error:  # noqa: BLE001 - a child must never go on as its parent
            sys.stderr.write(f"error: {error if hasattr(error, 'problems') else type(error).__name__}\n")
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _end_with_parent(self) -> None:
        """Let this process end when the first one is no more: nobody else would end it, and it holds the socket."""
        end, held = self._life
        os.close(held)

        def watch() -> None:
            os.read(end, 1)
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=watch, name="nrm_parent", daemon=True).start()

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
