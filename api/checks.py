"""Checks of proposed rulebooks, which take many seconds: one at a time, in a thread of this process.

Nothing of them is kept before they are done. A check that a process did not end is asked for again; until then the
proposal stays as it was.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import structlog

from api.problems.fault import Fault
from api.problems.of_errors import told
from api.problems.problem import Told
from api.watching.log import LOGGER
from nrm.errors import NrmError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from nrm.publishing.examples import Seen

    Check = Callable[[Seen], object]

_LOG: Final = structlog.get_logger(LOGGER)

AGAIN_SECONDS: Final = 20
"""After how long who finds another check running asks again: about what the rules that come with the program take."""

STOP_SECONDS: Final = 10.0
"""How long the end waits for a check to hear of it; the longest step between two looks is one proof."""


@dataclass(frozen=True)
class Progress:
    """How far a check is: `done` of `of` in a step, such as `mutants`; `code` is that of the problem that ended it."""

    state: Literal["waiting", "running", "failed"]
    step: str | None = None
    done: int = 0
    of: int = 0
    code: str | None = None


class Checks:
    """The checks of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._asked: deque[tuple[UUID, Check]] = deque()
        self._progress: dict[UUID, Progress] = {}
        self._thread: threading.Thread | None = None

    def begin(self, rulebook: UUID, check: Check) -> None:
        """Check a rulebook when its turn comes; nothing more when that was asked for already."""
        with self._lock:
            now = self._progress.get(rulebook)
            if now is not None and now.state != "failed":
                return
            self._progress[rulebook] = Progress("waiting")
            self._asked.append((rulebook, check))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nrm_checks", daemon=True)
                self._thread.start()

    def of(self, rulebook: UUID) -> Progress | None:
        """Return how far the check of a rulebook is, or how it failed; None when none is asked for, or it is done."""
        with self._lock:
            return self._progress.get(rulebook)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have what is inside done while no other check runs.

        Raises:
            Told: another one runs.
        """
        if not self._turn.acquire(blocking=False):
            fault = Fault(at="checks", what="another check is running, and there is one at a time")
            raise Told("not_now", (fault,), {"Retry-After": str(AGAIN_SECONDS)})
        try:
            yield
        finally:
            self._turn.release()

    def stop(self) -> None:
        """End what is running at its next step, and begin nothing more."""
        self._ended.set()
        thread = self._thread
        if thread is not None:
            thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._asked or self._ended.is_set():
                    self._thread = None
                    return
                rulebook, check = self._asked.popleft()
            with self._turn:
                ended = self._checked(rulebook, check)
            with self._lock:
                if ended is None:
                    del self._progress[rulebook]
                else:
                    self._progress[rulebook] = Progress("failed", code=ended)

    def _checked(self, rulebook: UUID, check: Check) -> str | None:
        """Check, and return the code of what went wrong; that the rulebook has faults is no such thing."""

        def seen(step: str, done: int, of: int) -> None:
            if self._ended.is_set():
                raise _EndedError
            with self._lock:
                self._progress[rulebook] = Progress("running", step, done, of)

        try:
            check(seen)
        except _EndedError:
            return "timed_out"
        except NrmError as error:
            code = told(error).code
        except Exception as error:  # noqa: BLE001 - the thread has others to check
            _LOG.error("check", kind=type(error).__name__, fault=True)
            return "program_failed"
        else:
            return None
        _LOG.error("check", code=code)
        return code


class _EndedError(Exception):
    """The process ends."""
