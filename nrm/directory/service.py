"""What we know of a service: its organisation, its places, whom it serves, and which of our offers it answers.

The names are those of HSDS 3.1, https://docs.openreferral.org/en/3.1/. An empty text, an empty list or None always
means "not said" and never "no": a service that lists no language may speak any.

INVARIANT (ids keep identity): inside one source an id names one thing for ever; `key` (source and id) names it among
all sources, so that a second import updates and never doubles.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from nrm.models import IsoDate
from nrm.rulebook.wording import Code, Model

if TYPE_CHECKING:
    from collections.abc import Mapping

Status = Literal["active", "inactive", "defunct", "temporarily closed", "unknown"]
"""HSDS's own four, and `unknown` where the source says nothing that can be read: neither open nor closed."""

LocationType = Literal["physical", "postal", "virtual", "redacted"]
"""HSDS's own three, and `redacted` for a place that a source keeps to itself (proposed for HSDS, issue 166 there)."""

LONGEST_ID = 200
Id = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ID)]
Age = Annotated[int, Field(ge=0, le=150)]
Key = tuple[str, str]
"""The name of a source and an id inside it."""


class Part(Model):
    """What every row of HSDS has: an id; `more` holds HSDS columns that nothing here reads, by name."""

    id: Id
    more: dict[str, str] = Field(default_factory=dict)


class Language(Part):
    """A language: the name as the source writes it, and its ISO 639 code (`fr`) when that is certain."""

    name: str = ""
    code: str = ""


class Phone(Part):
    """A telephone number, as text: `866-966-STOP (7867)` is one too."""

    number: str
    extension: str = ""
    type: str = ""
    description: str = ""
    languages: tuple[Language, ...] = ()


class Schedule(Part):
    """When something is open: `freq` WEEKLY or MONTHLY, `byday` as `MO,TU`, times as `09:00`."""

    freq: str = ""
    byday: str = ""
    opens_at: str = ""
    closes_at: str = ""
    description: str = ""
    valid_from: IsoDate | None = None
    valid_to: IsoDate | None = None


class Address(Part):
    """A postal address; `country` is an ISO 3166 code of two letters wherever the source can be read as one."""

    attention: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    region: str = ""
    state_province: str = ""
    postal_code: str = ""
    country: str = ""
    address_type: str = ""


class Accessibility(Part):
    """What a place offers to people with a disability, in the words of the source."""

    description: str = ""
    details: str = ""
    url: str = ""


class ServiceArea(Part):
    """A region that a service serves, by name."""

    name: str = ""
    description: str = ""
    extent: str = ""
    extent_type: str = ""
    uri: str = ""


class Capacity(Part):
    """How many of a unit (beds, places) are free, as the source last said; `updated` is its own time stamp."""

    unit: str
    available: int = Field(ge=0)
    maximum: int | None = Field(default=None, ge=0)
    description: str = ""
    updated: str = ""


class Attribute(Part):
    """A taxonomy term that a service carries; `value` and `label` say more where the source does."""

    taxonomy_term_id: Id
    link_type: str = ""
    value: str = ""
    label: str = ""


class Sourced(Part):
    """A thing with an identity of its own among all sources."""

    source: Id

    @property
    def key(self) -> Key:
        """The source and the id."""
        return (self.source, self.id)


class Term(Sourced):
    """A word of a taxonomy, such as `BH-1800` of 211's; `code` is empty where the id is the code."""

    code: str = ""
    name: str = ""
    description: str = ""
    parent_id: str = ""
    taxonomy: str = ""


class Location(Sourced):
    """A place; `latitude` and `longitude` (degrees, WGS 84) are there only together, and only if sane."""

    location_type: LocationType = "physical"
    organization_id: str = ""
    name: str = ""
    alternate_name: str = ""
    description: str = ""
    transportation: str = ""
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    addresses: tuple[Address, ...] = ()
    accessibility: tuple[Accessibility, ...] = ()
    languages: tuple[Language, ...] = ()
    phones: tuple[Phone, ...] = ()
    schedules: tuple[Schedule, ...] = ()


class ServiceAtLocation(Part):
    """A service at one place, with what holds there only."""

    location_id: Id
    description: str = ""
    phones: tuple[Phone, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    service_areas: tuple[ServiceArea, ...] = ()


class Organisation(Sourced):
    """Who runs services."""

    name: str
    alternate_name: str = ""
    description: str = ""
    website: str = ""
    email: str = ""
    phones: tuple[Phone, ...] = ()


class Service(Sourced):
    """One service; `types` are those of our offers that it answers (`nrm.directory.taxonomy`), never guessed.

    `minimum_age` and `maximum_age` are in whole years, both included. `genders` are values of the fact `gender`; empty
    means that nothing was coded. `assured_date` is the day on which the source last checked the entry.
    """

    organization_id: str = ""
    name: str
    status: Status
    alternate_name: str = ""
    description: str = ""
    url: str = ""
    email: str = ""
    interpretation_services: str = ""
    application_process: str = ""
    eligibility_description: str = ""
    minimum_age: Age | None = None
    maximum_age: Age | None = None
    assured_date: IsoDate | None = None
    alert: str = ""
    languages: tuple[Language, ...] = ()
    phones: tuple[Phone, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    service_areas: tuple[ServiceArea, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    at: tuple[ServiceAtLocation, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    types: tuple[Code, ...] = ()
    genders: tuple[Code, ...] = ()

    @property
    def term_ids(self) -> tuple[str, ...]:
        """The ids of its taxonomy terms."""
        return tuple(one.taxonomy_term_id for one in self.attributes)


class Carried(Sourced):
    """A row of an HSDS table that nothing here reads (fees, programmes, funding); it is kept and exported unchanged.

    `more` holds its cells, `table` the name of its table.
    """

    table: str


class Directory(Model):
    """All services that are known, of all sources; each tuple is sorted by key."""

    organisations: tuple[Organisation, ...] = ()
    services: tuple[Service, ...] = ()
    locations: tuple[Location, ...] = ()
    terms: tuple[Term, ...] = ()
    carried: tuple[Carried, ...] = ()

    @cached_property
    def organisation(self) -> Mapping[Key, Organisation]:
        """The organisations by key."""
        return {one.key: one for one in self.organisations}

    @cached_property
    def location(self) -> Mapping[Key, Location]:
        """The locations by key."""
        return {one.key: one for one in self.locations}

    @cached_property
    def service(self) -> Mapping[Key, Service]:
        """The services by key."""
        return {one.key: one for one in self.services}

    @cached_property
    def term(self) -> Mapping[Key, Term]:
        """The taxonomy terms by source and id."""
        return {one.key: one for one in self.terms}

    def with_services(self, services: tuple[Service, ...]) -> Directory:
        """Return the same directory with other services; a copied model would keep its old look-up tables."""
        return Directory(
            organisations=self.organisations,
            services=services,
            locations=self.locations,
            terms=self.terms,
            carried=self.carried,
        )

    def organisation_of(self, service: Service) -> Organisation | None:
        """Return who runs `service`; None when the source does not say who that is."""
        return self.organisation.get((service.source, service.organization_id))

    def locations_of(self, service: Service) -> tuple[Location, ...]:
        """Return the places of `service`, in the order of the source."""
        found = (self.location.get((service.source, there.location_id)) for there in service.at)
        return tuple(place for place in found if place is not None)
