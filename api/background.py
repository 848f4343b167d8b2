"""What a process does besides answering: it publishes the log within a second, and runs clocks and deliveries.

INVARIANT (nobody waits for the log): entries are committed with what they tell of; here they only get their places.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from api.watching.log import LOGGER
from nrm.bootstrap_delivery import HookRounds
from nrm.casework.clocks.rounds import LONGEST_PAUSE, go_round, pause
from nrm.errors import NrmError

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from api.watching.numbers import Numbers
    from nrm.bootstrap_store import Office
    from nrm.casework.clocks.posting import Carry

T = TypeVar("T")

_LOG: Final = structlog.get_logger(LOGGER)

PUBLISH_SECONDS: Final = 0.5
"""How often is looked whether entries wait; so a checkpoint comes within a second (DESIGN §9)."""

PREPARE_SECONDS: Final = 10.0
"""How long after the start is made what takes seconds and hardly anybody asks for."""


class Background:
    """The threads of one process: the publisher, the worker if it is to work itself, and one that prepares and ends."""

    def __init__(self, office: Office, carry: Carry | None, numbers: Numbers) -> None:
        self._office = office
        self._carry = carry
        self._call = HookRounds(office.hook_caller()) if carry is not None else None
        self._numbers = numbers
        self._stop = threading.Event()
        jobs: list[Callable[[], None]] = [self._publish, *([self._work] if carry is not None else [])]
        self._threads = [threading.Thread(target=job, name=f"nrm{job.__name__}", daemon=True) for job in jobs]

    def start(self, prepare: Callable[[], object]) -> None:
        """Begin; `prepare` makes what takes seconds, and would else be made when it is first asked for."""
        preparing = threading.Thread(target=self._prepare, args=(prepare,), name="nrm_prepare", daemon=True)
        self._threads.append(preparing)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the step at hand, and publish what is left (raises nothing: it waits for the next start)."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)
        self._guarded("publish", self._office.sequencer.run)

    def _prepare(self, prepare: Callable[[], object]) -> None:
        # Not at once: whoever waited for the service to come back is answered first.
        if not self._stop.wait(PREPARE_SECONDS):
            self._guarded("prepare", prepare)

    def _publish(self) -> None:
        while not self._stop.wait(PUBLISH_SECONDS):
            if self._guarded("look", self._waiting):
                self._guarded("publish", self._office.sequencer.run)

    def _waiting(self) -> bool:
        return self._office.store.read(lambda unit: bool(unit.log.waiting(1)))

    def _work(self) -> None:
        unopened: set[UUID] = set()
        wait = 0.0
        while not self._stop.wait(wait):
            began = time.monotonic()
            idle = self._guarded("round", lambda: self._round(unopened))
            self._numbers.went_round("failed" if idle is None else "done")
            if idle is False:
                wait = 0.0
                continue
            unopened.clear()
            due = self._guarded("pause", lambda: pause(self._office.desk))
            # Others put things into the store at any time; a second is what a caseworker waits for without a thought.
            wait = max(1.0 - (time.monotonic() - began), 0.0) if due is not None and due < 1 else 1.0
            wait = LONGEST_PAUSE if idle is None else wait

    def _round(self, unopened: set[UUID]) -> bool:
        assert self._carry is not None
        return go_round(self._office.desk, self._carry, unopened, self._call).idle

    def _guarded(self, what: str, do: Callable[[], T]) -> T | None:
        """Do one step; a service outlives a database that is gone for a while, and what it did not do is still due."""
        try:
            return do()
        except NrmError as error:
            _LOG.error("background", step=what, kind=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a thread that ends would leave clocks unheard
            _LOG.error("background", step=what, kind=type(error).__name__, fault=True)
        return None
