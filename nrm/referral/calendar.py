"""When a time limit ends: working days, public holidays and weekends of a country, in its own time zone.

Holidays are those of the whole country, from the library holidays (https://holidays.readthedocs.io). Holidays of a
province are not counted, nor those that the library does not know, such as all after 2100: a limit then ends earlier,
never later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final
from warnings import catch_warnings, simplefilter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from holidays import country_holidays, list_supported_countries

from nrm.case.dates import months_later
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from holidays import HolidayBase

    from nrm.rulebook.book import Within

LONGEST_YEARS: Final = 100
"""No limit runs longer, so that no number in a rule leads out of the calendar."""

_DAY: Final = timedelta(days=1)
_YEAR_HOURS: Final = 366 * 24
_SATURDAY: Final = 5


@dataclass(frozen=True)
class Calendar:
    """The calendar of one country (two letters of ISO 3166, in either case) in one zone of the IANA database.

    Raises:
        UnknownNameError: there is no such zone.
    """

    country: str | None = None
    zone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            todo = nearest(self.zone, available_timezones())
            raise UnknownNameError(Problem("zone", 0, f"there is no time zone `{self.zone}`", todo)) from None

    @property
    def knows_holidays(self) -> bool:
        """Say whether the holidays are known; where not, Saturday and Sunday are the only days without work."""
        return self._key in list_supported_countries()

    def is_working(self, day: date) -> bool:
        """Say whether people work on `day`."""
        return day in _working_days(self._key if self.knows_holidays else None, day.year)

    def day_of(self, moment: datetime) -> date:
        """Return the local day on which `moment` lies."""
        return moment.astimezone(self._zone).date()

    def last_day(self, due: datetime) -> date:
        """Return the last local day on which something due at `due` is on time, as people say it."""
        return self.day_of(due.astimezone(UTC) - timedelta.resolution)

    def start_of(self, day: date) -> datetime:
        """Return the first moment of a local day, in UTC; where midnight is skipped, the moment of the change."""
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def due(self, start: datetime, within: Within) -> datetime:
        """Return the first moment, in UTC, at which a limit that began at `start` is over.

        Hours are absolute, also where clocks are changed. Days, working days and months are counted from the local day
        of `start`, which is not counted itself, and end with the last of them, at the first moment of the next local
        day. A month ends on the same day of the month, or on the last of a shorter one. Weekends and holidays are no
        working days. No days at all end with the day of `start`.

        INVARIANT (a limit only grows): never before `start`, and never earlier for a later start or a larger amount.
        Where clocks went back over midnight (St John's until 2010; nowhere since), the hour that stood twice may break
        the order of starts.
        """
        begin = start.astimezone(UTC)
        amount = max(within.amount, 0)
        if within.unit == "hours":
            return begin + timedelta(hours=min(amount, LONGEST_YEARS * _YEAR_HOURS))
        if within.unit == "count":
            # The linter refuses it. If it came so far, somebody must look at once; an error would stop every clock.
            return begin
        day = self.day_of(start)
        furthest = months_later(day, LONGEST_YEARS * 12)
        if within.unit == "months":
            last = months_later(day, min(amount, LONGEST_YEARS * 12))
        elif within.unit == "days":
            last = min(day + timedelta(days=min(amount, (furthest - day).days)), furthest)
        else:
            last = self._after_working_days(day, amount, furthest)
        return max(begin, self.start_of(last + _DAY))

    def _after_working_days(self, day: date, amount: int, furthest: date) -> date:
        while amount and day < furthest:
            day += _DAY
            amount -= self.is_working(day)
        return day

    @property
    def _key(self) -> str:
        return (self.country or "").upper()

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@lru_cache(maxsize=4096)
def _working_days(country: str | None, year: int) -> frozenset[date]:
    known = _library(country, year) if country else None
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return frozenset(
        day
        for day in days
        if day.year == year and (known.is_working_day(day) if known is not None else day.weekday() < _SATURDAY)
    )


def _library(country: str, year: int) -> HolidayBase:
    with catch_warnings():
        # For some years it warns that it knows not all holidays: that those are not counted is said above.
        simplefilter("ignore")
        # The year is given at once: asked for one day, the library would miss Saturdays that are worked instead.
        return country_holidays(country, years=year)
