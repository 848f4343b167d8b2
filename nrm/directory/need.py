"""What a service is looked for: one offer, for one person, as far as a service must know the person to take them.

Nothing here names the person. Whatever is not known stays unknown; nobody counts as an adult without a reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from babel.core import get_global

from nrm.case.dates import ADULT_AT, anniversary
from nrm.case.fields import ThreeWay

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nrm.case.record import CaseRecord
    from nrm.directory.place import Point
    from nrm.directory.service import Key

AgeBand = Literal["child", "adult", "unknown"]
OLDEST = 150
TOGETHER = frozenset(
    {"safe_accommodation", "child_accommodation", "family_accommodation", "relocation", "transport_to_safety"}
)
"""Offers to which those who are with the person come too, and need a place."""


@dataclass(frozen=True)
class Zone:
    """A circle around a place of the exploiters, into which the person is never sent."""

    centre: Point
    kilometres: float


@dataclass(frozen=True)
class Need:
    """One offer for one person on the day `on`.

    `years` is the age when it is certain. `languages` are ISO 639 codes. `dependants` holds one age for each of those
    who come along (None: not known). `avoided` are names of regions. `conflicts` are keys of organisations and
    `parties` marks of names (`nrm.directory.sidecar.Mark`) that the person must not meet. `earliest` is the first day
    on which a place is needed, `unit` what must be free (such as `bed`).
    """

    offer: str
    on: date
    age: AgeBand = "unknown"
    years: int | None = None
    gender: str = "unknown"
    languages: frozenset[str] = frozenset()
    interpretation: ThreeWay = "unknown"
    disability: ThreeWay = "unknown"
    together: ThreeWay = "unknown"
    dependants: tuple[int | None, ...] = ()
    region: str = ""
    near: Point | None = None
    zones: tuple[Zone, ...] = ()
    avoided: frozenset[str] = frozenset()
    conflicts: frozenset[Key] = frozenset()
    parties: frozenset[str] = frozenset()
    earliest: date | None = None
    unit: str | None = None

    @property
    def ages(self) -> tuple[int, int]:
        """The ages that the person may have, both included.

        INVARIANT (a doubt counts as a child): who may be a child is not sent to a place for adults only.
        """
        if self.years is not None:
            return self.years, self.years
        return (ADULT_AT, OLDEST) if self.age == "adult" else (0, ADULT_AT - 1)

    @property
    def first_day(self) -> date:
        """The day on which a place must be free."""
        return max(self.on, self.earliest or self.on)

    @property
    def with_family(self) -> ThreeWay:
        """Whether others need to be taken in with the person; always "no" for an offer that nobody lives in."""
        if self.offer not in TOGETHER:
            return "no"
        return "yes" if self.dependants else self.together

    @property
    def places(self) -> int:
        """How many places are needed."""
        return 1 + max(1, len(self.dependants)) if self.with_family == "yes" else 1


def need_of(
    facts: Mapping[str, object],
    record: CaseRecord,
    offer: str,
    on: date,
    region: str = "",
) -> Need:
    """Return what `offer` must be for the person with these facts and this record on the day `on`.

    Where the person must not go (`zones`, `avoided`, `conflicts`, `parties`) stands in no coded field of a record:
    whoever asks adds it with `dataclasses.replace`, or with `kept_away`.
    """
    age = _age(facts)
    return Need(
        offer=offer,
        on=on,
        age=age,
        years=_years(record, age, on),
        gender=str(facts.get("gender", "unknown")),
        languages=frozenset(language(code) for code in record.contact.languages),
        interpretation=_three(facts.get("interpretation_need")),
        disability=_three(facts.get("disability_need")),
        together=_three(facts.get("dependants_with_person")),
        dependants=_dependants(facts, record, on),
        region=region or record.contact.current_region or "",
    )


def kept_away(need: Need, zones: Iterable[Zone], avoided: Iterable[str] = ()) -> Need:
    """Return the same need with more places to which the person must not be sent."""
    names = frozenset(plain(name) for name in avoided)
    return replace(need, zones=(*need.zones, *zones), avoided=need.avoided | names)


def plain(name: str) -> str:
    """Return the name of a region as names are compared: small letters, single spaces."""
    return " ".join(name.casefold().split())


def language(code: str) -> str:
    """Return the shortest ISO 639 code of a language (CLDR language aliases), so that `fra` finds `fr`.

    >>> language("fra"), language("fr")
    ('fr', 'fr')
    """
    return str(get_global("language_aliases").get(code, code))


def _age(facts: Mapping[str, object]) -> AgeBand:
    said = facts.get("age_status")
    return next((band for band in get_args(AgeBand) if band == said), "unknown")


def _three(value: object) -> ThreeWay:
    return next((way for way in get_args(ThreeWay) if way == value), "unknown")


def _years(record: CaseRecord, age: AgeBand, on: date) -> int | None:
    """Return the age in years, if the date of birth is no estimate and says the same as the facts."""
    born = record.identity.birth_date
    if born is None or record.identity.birth_date_basis == "estimated":
        return None
    years = _whole_years(born, on)
    return years if age == ("adult" if years >= ADULT_AT else "child") else None


def _whole_years(born: date, on: date) -> int:
    years = on.year - born.year
    return years if anniversary(born, years) <= on else years - 1


def _dependants(facts: Mapping[str, object], record: CaseRecord, on: date) -> tuple[int | None, ...]:
    """Return the ages of those who come along; one of whom nobody said where they are may come too and has a place."""
    if facts.get("dependants_with_person") != "yes":
        return ()
    born = [child.birth_date for child in record.family.children if child.with_person != "no"]
    others = [None for one in record.family.dependants if one.with_person != "no"]
    return (*(None if day is None else _whole_years(day, on) for day in born), *others)
