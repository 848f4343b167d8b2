"""How many places are free on a day, from what was said for that day or a little before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from nrm.directory.candidate import Free

HOLDS_DAYS = 3
"""For so many days what a source said of its free places is believed; beds change by the day."""


def free_on(said: Iterable[Free], day: date, unit: str | None) -> int | None:
    """Return how many of `unit` are free on `day`; None when nobody has said.

    What was said for the very day counts before what a source said last. Without a `unit` the unit of which most are
    free counts: units are never added up, because a bed may be counted in a room too.
    """
    about = [one for one in said if unit in {None, one.unit}]
    firm = [one.free for one in about if one.firm and one.day == day]
    if firm:
        return max(firm)
    soft = [one for one in about if not one.firm and day - timedelta(days=HOLDS_DAYS) <= one.day <= day]
    last = max((one.day for one in soft), default=None)
    return max((one.free for one in soft if one.day == last), default=None)
