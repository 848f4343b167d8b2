"""What HSDS lacks and a mechanism must know of a service; kept by the mechanism in YAML files of its own.

INVARIANT (a confidential place is not shown): the address is a `SecretStr`: printing, formatting, logging or dumping a
record shows stars. Only `confidential_address.get_secret_value()` opens it, and only for whoever brings the person
there after the service accepted (DESIGN §10).

INVARIANT (no key without confirmation): a receiving key that nobody confirmed by another way than the one it came by
is no key: an attacker may have sent it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from nrm.case.fields import ThreeWay
from nrm.errors import FileRefusedError, Problem
from nrm.models import IsoDate, Whole, parse
from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Code, Model, Words
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from nrm.directory.service import Key, Service
    from nrm.textfile import Document

AgeRecipient = Annotated[str, StringConstraints(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
"""An X25519 recipient of age, https://age-encryption.org/v1."""

SshKey = Annotated[str, StringConstraints(pattern=r"^ssh-ed25519 [A-Za-z0-9+/]{68}$")]
"""A public key as `ssh-keygen` writes it, without comment."""

Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16,64}$")]
"""A keyed mark of a name (lower-case hexadecimal), so that no name of an exploiter stands in this file."""

Channel = Literal["phone", "voicemail", "sms", "email", "messenger", "letter", "visit", "pick_up"]


class ServiceName(Model):
    """Which service of the directory a record speaks of."""

    source: Words
    id: Words


class DayCapacity(Model):
    """How many places are free on one day; `free` of 0 means full."""

    day: IsoDate
    free: Whole
    unit: Words = "place"


class Confirmation(Model):
    """Who confirmed a key, when, and by which way other than the one it came by."""

    by: Words
    on: IsoDate
    how: Literal["in_person", "phone", "letter"]


class WaitingKeys(Model):
    """Keys that a service sent by itself and nobody confirmed yet: nothing is sealed to them, or believed by them."""

    receiving_key: AgeRecipient | None = None
    signing_key: SshKey | None = None
    sent: IsoDate


class Conflicts(Model):
    """With whom a service must not be trusted: organisations of the directory, and marks of exploiters' names."""

    organisations: tuple[ServiceName, ...] = ()
    parties: tuple[Mark, ...] = ()


class SafeContact(Model):
    """How a service may be reached about a person, and how it may reach the person."""

    use: tuple[Channel, ...] = ()
    never: tuple[Channel, ...] = ()
    rules: tuple[Words, ...] = ()


class Delivery(Model):
    """How a package reaches a service: it fetches it, we push it to its `url` (HTTPS), or put it into a `folder`."""

    way: Literal["pick_up", "https", "file"] = "pick_up"
    url: Words | None = None
    folder: Words | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.url is not None) != (self.way == "https") or (self.folder is not None) != (self.way == "file"):
            raise ValueError("`delivery` needs a `url` exactly for `https`, and a `folder` exactly for `file`")
        return self


class Sidecar(Model):
    """The record beside one service; everything in it but the name of the service may be missing, as not known.

    `hidden_locations` are ids of HSDS locations that must not be shown, because a source published them by mistake.
    `needs` are the groups of a case that the service says it needs; None means that it did not say. `accessible` says
    whether it takes people with a disability, `families` whether it takes those who come with a person, `trafficking`
    whether it knows how to help trafficked persons. `recipients` are the kinds of recipient that it is besides those of
    the offers that it answers, such as an authority. `waiting` are keys that the service sent and nobody confirmed.
    """

    service: ServiceName
    verified: IsoDate | None = None
    confidential_address: SecretStr | None = None
    hidden_locations: tuple[Words, ...] = ()
    capacity: tuple[DayCapacity, ...] = ()
    receiving_key: AgeRecipient | None = None
    signing_key: SshKey | None = None
    confirmed: Confirmation | None = None
    waiting: WaitingKeys | None = None
    conflicts: Conflicts = Field(default_factory=Conflicts)
    safe_contact: SafeContact = Field(default_factory=SafeContact)
    delivery: Delivery = Field(default_factory=Delivery)
    recipients: tuple[Code, ...] = ()
    needs: tuple[Group, ...] | None = None
    genders: tuple[Code, ...] = ()
    accessible: ThreeWay = "unknown"
    families: ThreeWay = "unknown"
    trafficking: ThreeWay = "unknown"

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.confirmed is not None and self.receiving_key is None:
            raise ValueError("`confirmed` stands without a `receiving_key`")
        if self.confidential_address is not None and not self.confidential_address.get_secret_value().strip():
            raise ValueError("`confidential_address` is empty")
        days = [(entry.day, entry.unit) for entry in self.capacity]
        if len(days) != len(set(days)):
            raise ValueError("`capacity` says two things about one day")
        return self

    @property
    def key(self) -> Key:
        """The key of the service."""
        return (self.service.source, self.service.id)

    @property
    def usable_key(self) -> str | None:
        """The receiving key, if somebody confirmed it."""
        return self.receiving_key if self.confirmed is not None else None

    def free_on(self, day: date) -> int | None:
        """Return how many places of all units are free on `day`; None when nobody has said."""
        said = [entry.free for entry in self.capacity if entry.day == day]
        return sum(said) if said else None


_LOOKS_LIKE_OURS = frozenset({".yaml", ".yml", ".json"})


class _File(Model):
    services: tuple[Sidecar, ...] = Field(min_length=1)


def read_sidecars(folder: Path) -> Mapping[Key, Sidecar]:
    """Read every `*.yaml` file of `folder`, each with a list `services`; return the records by key.

    Raises:
        FileRefusedError: a file cannot be read or is not of this form, or two records speak of one service. No value
            of a file is quoted, because it may be an address.
    """
    problems: list[Problem] = []
    found: dict[Key, Sidecar] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _LOOKS_LIKE_OURS:
            continue
        if path.parent != folder or path.suffix != ".yaml":
            # Passed over, a record would show the very place that it hides.
            problems.append(Problem(path.name, 0, "nothing reads this file", "name it `….yaml`, in the folder itself"))
            continue
        document = read_file(path, path.name, private=True)
        read = parse(document, _File, problems, private=True)
        for place, record in enumerate(read.services if read is not None else ()):
            if record.key in found:
                problems.append(_second(document, place))
            found[record.key] = record
    if problems:
        raise FileRefusedError(problems)
    return found


def _second(document: Document, place: int) -> Problem:
    where = ("services", place, "service")
    return document.problem(where, "a second record speaks of this service", "keep one record for each service")


def without_service(sidecars: Iterable[Sidecar], services: Mapping[Key, Service]) -> tuple[Key, ...]:
    """Return the keys of records whose service is not in the directory: nobody else would notice a slip in an id."""
    return tuple(record.key for record in sidecars if record.key not in services)
