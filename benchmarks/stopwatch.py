"""How a piece of work divides its time between parts: functions are watched from outside, and nothing of them changes.

A part has the time of its functions without that of other parts that they call, so that the parts add up. Watching
costs something itself, so that what is watched is never what is timed as a whole.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

REST = "the rest"


class Stopwatch:
    """Seconds of elapsed and of processor time of each part, since it was made."""

    def __init__(self) -> None:
        self.elapsed: dict[str, float] = {}
        self.worked: dict[str, float] = {}
        self._open: list[str] = [REST]
        self._since = perf_counter(), process_time()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time inside as that of a part, and no longer as that of the part around it."""
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def begin(self) -> None:
        """Leave out what passed since the last turn."""
        self._since = perf_counter(), process_time()

    def end(self) -> None:
        """Count what passed until now."""
        self._turn()

    def _turn(self) -> None:
        now, busy = perf_counter(), process_time()
        name = self._open[-1]
        self.elapsed[name] = self.elapsed.get(name, 0.0) + now - self._since[0]
        self.worked[name] = self.worked.get(name, 0.0) + busy - self._since[1]
        self._since = now, busy


@contextmanager
def watched(parts: Mapping[str, Sequence[tuple[Any, str]]]) -> Iterator[Stopwatch]:
    """Watch the functions of each part, each named by where it is looked up (module, class or object) and its name."""
    watch = Stopwatch()
    before: list[tuple[Any, str, Any]] = []
    try:
        for part, functions in parts.items():
            for owner, name in functions:
                before.append((owner, name, getattr(owner, name)))
                setattr(owner, name, _watching(watch, part, getattr(owner, name)))
        yield watch
    finally:
        for owner, name, function in reversed(before):
            setattr(owner, name, function)


def _watching(watch: Stopwatch, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def watching(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - any function
        with watch.part(part):
            return function(*args, **named)

    return watching
