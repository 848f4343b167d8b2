"""What a service says of itself in the directory: how much room it has, whom it takes, what it needs to know.

INVARIANT (a service hides more, never less): it may say that its place is confidential, and which; to take that back,
or to name another place, is the coordinator's, because the old one would be shown again.

INVARIANT (no key by its own word): a key that a service sends waits beside the one that was confirmed, until the
coordinator has confirmed it by another way and notes it in the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nrm.access import Entry
from nrm.casework.asked import permit
from nrm.casework.errors import NoSuchRecordError, StaleVersionError
from nrm.casework.office.directory_kept import UncoveredError, changed, looked_at
from nrm.casework.referrals.services import organisation_of
from nrm.directory.sidecar import DayCapacity, SafeContact, ServiceName, Sidecar, WaitingKeys
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pydantic import SecretStr

    from nrm.case.fields import ThreeWay
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.office.directory_sealed import Kept, Row
    from nrm.rulebook.vocabulary import Group
    from nrm.vault.envelope import DataKey

_VERSIONS: Final = 999_999_999


@dataclass(frozen=True)
class OwnEntry:
    """The record of the asker's service; `version` is another one whenever anything of it is another."""

    record: Sidecar
    version: int


@dataclass(frozen=True)
class Said:
    """What a service says of itself; None says nothing, and leaves what is there."""

    needs: tuple[Group, ...] | None = None
    genders: tuple[str, ...] | None = None
    accessible: ThreeWay | None = None
    families: ThreeWay | None = None
    trafficking: ThreeWay | None = None
    safe_contact: SafeContact | None = None
    confidential_address: SecretStr | None = None
    receiving_key: str | None = None
    signing_key: str | None = None


def own_entry(desk: Desk, asked: Asked, key: DataKey) -> OwnEntry:
    """Return the record of the asker's service; `key` is the secret `directory` of the installation.

    Raises:
        DeniedError: the role may not.
        NoSuchRecordError: the directory has no service that is the asker's organisation.
    """
    own = Entry(asked.organisation)
    kept = looked_at(desk, asked, key, "directory:read", own)
    return _entry(desk, _own(kept, asked, "directory:read"))


def say(desk: Desk, asked: Asked, key: DataKey, seen: int, said: Said) -> OwnEntry:
    """Let a service say something of itself, in the place of what it said before.

    Raises:
        DeniedError, NoSuchRecordError: as `own_entry`.
        StaleVersionError: the record is another one than that of version `seen`.
        UnknownNameError: there is no such gender.
        UncoveredError: a confidential place would be named anew, and the old one shown.
        DirectoryBusyError: others changed the directory all the time.
    """

    def change(record: Sidecar) -> Sidecar:
        _check_words(desk, said)
        return _with(record, said, desk.counter.calendar.day_of(desk.clock()))

    return _said(desk, asked, key, seen, change)


def say_capacity(desk: Desk, asked: Asked, key: DataKey, seen: int, days: tuple[DayCapacity, ...]) -> OwnEntry:
    """Let a service say how many places it has on which day, in the place of all that it said before.

    Raises:
        as `say`; and
        UnknownNameError: two lines speak of one day and unit.
    """

    def change(record: Sidecar) -> Sidecar:
        named = [(one.day, one.unit) for one in days]
        if len(named) != len(set(named)):
            what = "two lines speak of one day and unit"
            raise UnknownNameError(Problem("capacity", 0, what, "keep one line for each"))
        return record.model_copy(update={"capacity": days})

    return _said(desk, asked, key, seen, change)


def _said(desk: Desk, asked: Asked, key: DataKey, seen: int, change: Callable[[Sidecar], Sidecar]) -> OwnEntry:
    def changing(kept: Kept) -> tuple[OwnEntry, tuple[Row, ...]]:
        before = _entry(desk, _own(kept, asked, "directory:change"))
        if before.version != seen:
            raise StaleVersionError(seen, before.version)
        after = change(before.record)
        return _entry(desk, after), kept.with_sidecars({**kept.sidecars, after.key: after})

    return changed(desk, asked, key, "directory:change", Entry, changing)


def _own(kept: Kept, asked: Asked, verb: str) -> Sidecar:
    """Return the record of the service that is the asker's organisation, an empty one where nobody wrote any."""
    found = next((one.key for one in kept.services if organisation_of(one.key) == asked.organisation), None)
    if found is None:
        raise NoSuchRecordError
    permit(asked, verb, Entry(organisation_of(found)))
    return kept.sidecars.get(found) or Sidecar(service=ServiceName(source=found[0], id=found[1]))


def _entry(desk: Desk, record: Sidecar) -> OwnEntry:
    secret = record.confidential_address
    place = "" if secret is None else secret.get_secret_value()
    # Keyed, because a number that anybody could compute would let them guess the place.
    mark = desk.registry.mark("entry", f"{record.model_dump_json()}\0{place}".encode())
    return OwnEntry(record, 1 + int.from_bytes(mark) % _VERSIONS)


def _with(record: Sidecar, said: Said, today: date) -> Sidecar:
    plain: dict[str, Any] = {
        name: getattr(said, name)
        for name in ("needs", "genders", "accessible", "families", "trafficking", "safe_contact")
        if getattr(said, name) is not None
    }
    return record.model_copy(update={**plain, **_hidden(record, said), **_keys(record, said, today)})


def _hidden(record: Sidecar, said: Said) -> dict[str, Any]:
    before, now = record.confidential_address, said.confidential_address
    if now is None or now == before:
        return {}
    if before is not None:
        what = "the place is confidential already, and the old one would be shown again"
        raise UncoveredError(Problem("confidential_address", 0, what, "tell the coordinator that you have moved"))
    return {"confidential_address": now}


def _keys(record: Sidecar, said: Said, today: date) -> dict[str, Any]:
    """Return what waits now: keys that were sent and are not the confirmed ones."""
    confirmed = record.confirmed is not None
    sent = {
        name: value
        for name, value in (("receiving_key", said.receiving_key), ("signing_key", said.signing_key))
        if value is not None and not (confirmed and value == getattr(record, name))
    }
    if not sent:
        return {}
    before = {} if record.waiting is None else record.waiting.model_dump()
    return {"waiting": WaitingKeys(**{**before, **sent, "sent": today})}


def _check_words(desk: Desk, said: Said) -> None:
    fact = desk.books.words().facts.get("gender")
    known = set(getattr(fact, "values", ()))
    problems = [
        Problem(f"genders/{place}", 0, "the vocabulary has no such gender", nearest(code, known))
        for place, code in enumerate(said.genders or ())
        if code not in known
    ]
    if problems:
        raise UnknownNameError(problems)
