"""A service as matching sees it: everything that a requirement or a preference reads, put together once.

INVARIANT (no distance to a confidential place): its coordinates are dropped here, before anything compares them. Who
asks for distances from several points, or for exclusion zones one beside the other, could otherwise work out where a
shelter stands. Of its address only the region and the state remain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from nrm.case.fields import ThreeWay  # noqa: TC001 - read at run time by `nrm.directory.compact`
from nrm.directory.distance import Vector, sane, unit_vector
from nrm.directory.need import OLDEST, language, plain
from nrm.directory.secret_places import SecretPlaces
from nrm.directory.service import Key  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.directory.service import Capacity, Directory, Location, Service
    from nrm.directory.sidecar import Sidecar

SPECIALISED = "trafficking"
"""The word in the name of a taxonomy term by which a service says that it is there for trafficked persons."""

_DENIES = re.compile(r"\s*(no|none|not (available|accessible)|n/?a)\s*\.?\s*", re.IGNORECASE)
_MAY_DENY = re.compile(r"\s*(no|none|not|n/?a|without)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Where a service is: `vector` (None: not known, or confidential), and names of its region and state."""

    vector: Vector | None = None
    names: frozenset[str] = frozenset()
    confidential: bool = False
    virtual: bool = False


@dataclass(frozen=True)
class Free:
    """So many of `unit` free on `day`; `firm` when it was said for that very day, else it holds some days."""

    day: date
    unit: str
    free: int
    firm: bool = True


@dataclass(frozen=True)
class Candidate:
    """One service; an empty set, an empty text or None means "not said"."""

    key: Key
    name: str = ""
    organisation: Key | None = None
    organisation_name: str = ""
    status: Literal["active", "inactive", "unknown"] = "unknown"
    types: frozenset[str] = frozenset()
    minimum_age: int | None = None
    maximum_age: int | None = None
    genders: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    other_languages: bool = False
    interpreters: bool = False
    accessible: ThreeWay = "unknown"
    families: ThreeWay = "unknown"
    trafficking: ThreeWay = "unknown"
    capacity: tuple[Free, ...] = ()
    verified: date | None = None
    regions: frozenset[str] = frozenset()
    places: tuple[Place, ...] = ()
    conflicts: frozenset[Key] = frozenset()
    parties: frozenset[str] = frozenset()

    @property
    def ages(self) -> tuple[int, int] | None:
        """The ages that it takes, both included; None when nothing was said."""
        if self.minimum_age is None and self.maximum_age is None:
            return None
        return self.minimum_age or 0, OLDEST if self.maximum_age is None else self.maximum_age

    @property
    def confidential(self) -> bool:
        """Whether any of its places is confidential."""
        return any(place.confidential for place in self.places)


def candidates(directory: Directory, sidecars: Mapping[Key, Sidecar]) -> tuple[Candidate, ...]:
    """Return every service of the directory as matching sees it, sorted by key."""
    secret = _secret(directory, sidecars)
    return tuple(
        _candidate(service, directory, sidecars.get(service.key), secret)
        for service in sorted(directory.services, key=lambda one: one.key)
    )


def _secret(directory: Directory, sidecars: Mapping[Key, Sidecar]) -> frozenset[Key]:
    """Return the keys of all places that must not be shown, with every other row that stands at the same point."""
    sources = sorted({place.source for place in directory.locations})
    hidden = {(name, place) for name in sources for place in _hidden(directory, name, sidecars)}
    points = {_point(place) for place in directory.locations if place.key in hidden} - {None}
    return frozenset(place.key for place in directory.locations if place.key in hidden or _point(place) in points)


def _hidden(directory: Directory, source: str, sidecars: Mapping[Key, Sidecar]) -> Iterable[str]:
    yield from SecretPlaces(directory, source, sidecars.values()).locations
    for service in directory.services:
        record = sidecars.get(service.key)
        if service.source == source and record is not None and record.confidential_address is not None:
            yield from (there.location_id for there in service.at)


def _point(place: Location) -> Vector | None:
    if place.latitude is None or place.longitude is None:
        return None
    point = sane(place.latitude, place.longitude)
    return None if point is None else unit_vector(point)


def _candidate(service: Service, directory: Directory, beside: Sidecar | None, secret: frozenset[Key]) -> Candidate:
    organisation = directory.organisation_of(service)
    locations = [place for place in directory.locations_of(service) if place.location_type != "postal"]
    spoken = [*service.languages, *(one for place in locations for one in place.languages)]
    places = tuple(_place(one, one.key in secret) for one in locations)
    if beside is not None and beside.confidential_address is not None and not places:
        places = (Place(confidential=True),)
    areas = [*service.service_areas, *(area for there in service.at for area in there.service_areas)]
    return Candidate(
        key=service.key,
        name=service.name,
        organisation=(service.source, service.organization_id) if service.organization_id else None,
        organisation_name=organisation.name if organisation is not None else "",
        status=service.status if service.status in ("active", "unknown") else "inactive",
        types=frozenset(service.types),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        genders=frozenset((beside.genders if beside is not None else ()) or service.genders),
        languages=frozenset(language(one.code) for one in spoken if one.code),
        other_languages=any(not one.code for one in spoken),
        interpreters=_said(service.interpretation_services) == "yes",
        accessible=_accessible(locations, beside),
        families=_families(service, beside),
        trafficking=_trafficking(service, directory, beside),
        capacity=(*(_firm(beside) if beside is not None else ()), *_soft(service.capacities)),
        verified=max((day for day in (service.assured_date, beside and beside.verified) if day), default=None),
        regions=frozenset(plain(area.name) for area in areas if area.name).union(*(one.names for one in places)),
        places=places,
        conflicts=frozenset((one.source, one.id) for one in beside.conflicts.organisations) if beside else frozenset(),
        parties=frozenset(beside.conflicts.parties) if beside else frozenset(),
    )


def _place(location: Location, confidential: bool) -> Place:  # noqa: FBT001 - named where it is called
    columns = ("region", "state_province") if confidential else ("region", "state_province", "city")
    names = {plain(getattr(address, column)) for address in location.addresses for column in columns}
    return Place(
        vector=None if confidential else _point(location),
        names=frozenset(names - {""}),
        confidential=confidential,
        virtual=location.location_type == "virtual",
    )


def _said(text: str) -> ThreeWay:
    """Say whether free words affirm something: only plain words deny, and "no steps" is for a person to read.

    >>> _said("ASL on request"), _said("none"), _said("no steps"), _said(" ")
    ('yes', 'no', 'unknown', 'unknown')
    """
    if _DENIES.fullmatch(text):
        return "no"
    return "unknown" if not text.strip() or _MAY_DENY.match(text) else "yes"


def _accessible(locations: list[Location], beside: Sidecar | None) -> ThreeWay:
    if beside is not None and beside.accessible != "unknown":
        return beside.accessible
    said = {_said(one.description or one.details) for place in locations for one in place.accessibility}
    return "yes" if "yes" in said else "no" if said == {"no"} else "unknown"


def _families(service: Service, beside: Sidecar | None) -> ThreeWay:
    if beside is not None and beside.families != "unknown":
        return beside.families
    return "yes" if "family_accommodation" in service.types else "unknown"


def _trafficking(service: Service, directory: Directory, beside: Sidecar | None) -> ThreeWay:
    if beside is not None and beside.trafficking != "unknown":
        return beside.trafficking
    terms = (directory.term.get((service.source, term)) for term in service.term_ids)
    return "yes" if any(term is not None and SPECIALISED in term.name.casefold() for term in terms) else "unknown"


def _firm(beside: Sidecar) -> Iterable[Free]:
    return (Free(entry.day, entry.unit, entry.free) for entry in beside.capacity)


def _soft(capacities: Iterable[Capacity]) -> Iterable[Free]:
    """Yield what the source last said, where its time stamp begins with a day."""
    for entry in capacities:
        day = _day(entry.updated)
        if day is not None:
            yield Free(day, entry.unit, entry.available, firm=False)


def _day(stamp: str) -> date | None:
    try:
        return date.fromisoformat(stamp[:10])
    except ValueError:
        return None
