"""Arithmetic of days that matters to a person's rights, and the dates of a record that cannot be right."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, get_args

from nrm.case.fields import Part, marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nrm.case.record import CaseRecord

Place = tuple[str | int, ...]

ADULT_AT = 18
LONGEST_LIFE = 120
"""Years; an earlier date of birth stands for one that nobody knows."""


class DateFault(NamedTuple):
    """A date that cannot be right: where it stands, what is wrong, and what to do."""

    place: Place
    what: str
    todo: str


def anniversary(day: date, years: int) -> date:
    """Return the day `years` later; who was born on 29 February has the birthday on 1 March in common years.

    >>> anniversary(date(2008, 2, 29), 18)
    datetime.date(2026, 3, 1)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        # INVARIANT (a doubtful day counts as childhood): 1 March and not 28 February.
        return date(day.year + years, 3, 1)


def months_later(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of a shorter month.

    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def dotted(place: Place) -> str:
    """Write a place as people read it in an error."""
    return ".".join(str(part) for part in place)


def parts(part: Part, place: Place = ()) -> list[tuple[Place, Part]]:
    """Return every part of a record with its place, the record itself first."""
    found = [(place, part)]
    for name in _holding(type(part)):
        value = getattr(part, name)
        if isinstance(value, Part):
            found += parts(value, (*place, name))
        elif value and isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Part):
                    found += parts(item, (*place, name, index))
    return found


@cache
def _holding(kind: type[Part]) -> tuple[str, ...]:
    """Return the fields of `kind` that can hold parts; most hold none, and a walk over all of them would be slow."""
    return tuple(name for name, field in kind.model_fields.items() if _can_hold(field.annotation))


def _can_hold(annotation: object) -> bool:
    is_part = isinstance(annotation, type) and issubclass(annotation, Part)
    return is_part or any(_can_hold(inner) for inner in get_args(annotation))


def disorder(record: CaseRecord, walked: Iterable[tuple[Place, Part]] | None = None) -> Iterator[DateFault]:
    """Yield every pair of dates that stands in an impossible order; `walked` is what `parts` gave, if asked."""
    for place, part in parts(record) if walked is None else walked:
        for first, second in part.ordered:
            start, end = getattr(part, first), getattr(part, second)
            if start is not None and end is not None and end < start:
                what = f"`{second}` lies before `{first}` in `{dotted(place)}`"
                yield DateFault((*place, second), what, "correct one of the two dates")
    born = record.identity.birth_date
    for index, situation in enumerate(record.account.situations):
        if born is not None and situation.start is not None and situation.start < born:
            place = ("account", "situations", index, "start")
            what = f"`{dotted(place)}` lies before `identity.birth_date`"
            yield DateFault(place, what, "correct one of the two dates")


def untimely(record: CaseRecord, on: date, walked: Iterable[tuple[Place, Part]] | None = None) -> Iterator[DateFault]:
    """Yield every date of something that has happened which lies after the day `on`, or before anyone now alive.

    `walked` is as in `disorder`.
    """
    for place, part in parts(record) if walked is None else walked:
        for name in marked(type(part), "past"):
            day = getattr(part, name)
            if day is not None and day > on:
                where = (*place, name)
                what = f"`{dotted(where)}` lies after the day for which facts are asked"
                yield DateFault(where, what, "correct the date, or leave it out")
    born = record.identity.birth_date
    if born is not None and anniversary(born, LONGEST_LIFE) < on:
        what = f"`identity.birth_date` lies more than {LONGEST_LIFE} years back"
        yield DateFault(("identity", "birth_date"), what, "leave it out when nobody knows it")
