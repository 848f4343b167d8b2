"""Which version is in force on a date, and on which dates something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from nrm.rulebook.files import Files


class _Dated(Protocol):
    @property
    def from_(self) -> date: ...


D = TypeVar("D", bound=_Dated)


def in_force(versions: Sequence[D], on: date) -> D | None:
    """Return the version in force on `on`: the last that began on or before it, or None before the first.

    INVARIANT (one version at a time): versions begin on different dates and each ends where the next begins.
    """
    begun = [version for version in versions if version.from_ <= on]
    return max(begun, key=lambda version: version.from_, default=None)


def faulty_order(versions: Sequence[D]) -> list[int]:
    """Return the indexes of versions that begin on or before the date of the version written above them."""
    return [index for index in range(1, len(versions)) if versions[index].from_ <= versions[index - 1].from_]


def change_dates(files: Files, country: str | None = None) -> tuple[date, ...]:
    """Return every date on which a rule or parameter of the base, or of `country`, changes, in order."""
    rules = (version for file in files.rules if file.country in {None, country} for version in file.rule.versions)
    parameters = (v for file in files.parameters if file.country in {None, country} for v in file.parameter.values)
    return tuple(sorted({version.from_ for version in _both(rules, parameters)}))


def _both(first: Iterable[_Dated], second: Iterable[_Dated]) -> Iterable[_Dated]:
    yield from first
    yield from second
