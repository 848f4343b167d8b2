"""A small world for the machine of referral: a clock, a store that breaks, services that open what reaches them.

    world = World(folder, store)                     # an office on any store, with made-up services
    world.do(lambda desk: refer(desk, …))            # what came of it; None where it was refused or broke
    world.inboxes.carry(["lost", "delivered"])       # a carrier whose tries end like that, one after the other

Each group of a record has a word of its own (`CANARIES`), so that a package that holds too much can be seen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from offices import NOON, ON, ORIGIN, TestOffice, asked, real_books
from small_directory import ADDRESS, AUTHORITY, CLINIC, COUNSEL, DIRECTORY, IDENTITIES, SIDECARS, SIGNERS, sidecar

from nrm.bootstrap_services import FixedServices
from nrm.casework.clocks.posting import Tried
from nrm.casework.ports import Installation
from nrm.casework.referrals.services import organisation_of
from nrm.directory.sidecar import Delivery
from nrm.errors import NrmError
from nrm.referral.package import read_package
from nrm.referral.reply import Reply, sign_reply

GROUPS = (
    *("identity", "contact", "account", "legal", "immigration", "health"),
    *("family", "exploiters", "consent", "evidence"),
)
CANARIES = {group: f"Canary{group.capitalize()}" for group in GROUPS}

_REST = """\
contact: {channels: [{kind: own_phone, address: CanaryContact}], interpretation_need: yes}
account: {journey: CanaryAccount}
facts: {acts: [transportation], indicators: [found_where_exploitation_occurs]}
health: {notes: CanaryHealth, urgent_medical_need: yes, mental_health_need: yes}
family: {best_interests: CanaryFamily}
legal: {cooperation_details: CanaryLegal}
immigration: {removal_order: yes, removal: {reference: CanaryImmigration}}
exploiters: {people: [{name: CanaryExploiters}]}
consent: {complaints: [{about: CanaryConsent}]}
evidence: {items: [{kind: documents, title: CanaryEvidence}]}
"""
AGES = {
    "child": "birth_date: 2008-04-10, birth_date_basis: document",
    "adult": "birth_date: 1990-05-01, birth_date_basis: document",
    "doubtful": "birth_date: 2008-04-10, birth_date_basis: estimated",
    "nobody knows": "alias: CanaryIdentity",
}
RECORDS = {age: f"identity: {{first_name: CanaryIdentity, {line}}}\n{_REST}" for age, line in AGES.items()}
AMENDMENTS = (
    *(f"identity: {{first_name: CanaryIdentity, {line}}}\n" for line in AGES.values()),
    "exploiters: {people: [{name: CanaryExploiters}], exploiter_knows_location: yes}\n",
    "health: {notes: CanaryHealth, urgent_medical_need: no, mental_health_need: no}\n",
    "legal: {cooperation_details: CanaryLegal, recovery: {granted: yes, start: 2026-02-20}}\n",
    "legal: {cooperation_details: CanaryLegal}\n",
    "facts: {acts: [harbouring]}\n",
)


PUSHED = {
    key: sidecar(key, delivery=Delivery(way="https", url="https://services.example.org/packages"))
    for key in (CLINIC, COUNSEL, AUTHORITY)
}
"""Services that are sent their packages, so that deliveries can fail."""


class Killed(BaseException):
    """The process ended here; nothing of the program runs after it."""


class FaultError(Exception):
    """Something failed that nobody foresaw; the program goes on."""


class FixedBooks:
    """The real rulebook, compiled once: the rules are the same on every day of these tests."""

    def __init__(self):
        self._books = real_books()

    def engine(self, _on, country):
        return self._books.engine(ON, country)

    def parameter(self, name, _on, country):
        return self._books.parameter(name, ON, country)

    def __getattr__(self, name):
        return getattr(self._books, name)


class _Watched:
    """A unit of work, or one of its ports, whose n-th call breaks."""

    def __init__(self, there, store):
        self._there, self._store = there, store

    def __getattr__(self, name):
        found = getattr(self._there, name)
        if not callable(found):
            return _Watched(found, self._store)
        self._store.count("call")
        return found


class BreakingStore:
    """A store that breaks at a call, before a commit or after one, once, when it was told to."""

    def __init__(self, store):
        self.whole = store
        self.breaks = None

    def break_at(self, place, number, error):
        self.breaks = [place, number, error]

    def count(self, place):
        if self.breaks is None or self.breaks[0] != place:
            return
        self.breaks[1] -= 1
        if self.breaks[1] <= 0:
            error, self.breaks = self.breaks[2], None
            raise error

    def run(self, work):
        if self.breaks is None:
            return self.whole.run(work)

        def watched(unit):
            result = work(_Watched(unit, self))
            self.count("before commit")
            return result

        result = self.whole.run(watched)
        self.count("after commit")
        return result

    def __getattr__(self, name):
        return getattr(self.whole, name)


@dataclass
class Inboxes:
    """What the services have: each message once, opened with their own key; and what left the house at all."""

    world: World
    left: set[UUID] = field(default_factory=set)
    bytes_of: dict[UUID, bytes] = field(default_factory=dict)
    opened: dict[UUID, object] = field(default_factory=dict)
    holders: dict[UUID, tuple[str, str]] = field(default_factory=dict)

    def take(self, service, body):
        """Let a service open what reached it; what it knows already is nothing new."""
        opened = read_package(body, IDENTITIES[service], [self.world.public])
        message = opened.header.message
        # INVARIANT (each effect once): what comes again is the same, byte for byte.
        assert self.bytes_of.setdefault(message, body) == body
        self.left.add(message)
        self.opened[message] = opened
        self.holders[message] = service
        said = opened.header
        kinds = Counter((one.header.referral, one.header.kind) for one in self.opened.values())
        assert kinds[said.referral, said.kind] == 1, "two messages of one kind for one referral"
        assert (said.recipient.source, said.recipient.id) == service
        needs = SIDECARS[service].needs or ()
        rule = self.world.office.books.words().disclosures[said.disclosure]
        assert set(said.groups) <= set(needs) & set(rule.groups)
        held = repr(opened.record) + repr(opened.files)
        beyond = [group for group in GROUPS if group not in said.groups and CANARIES[group] in held]
        assert not beyond, "a package holds more than it may"
        assert ADDRESS not in held
        if said.kind == "revocation":
            assert not opened.record
            assert not any(word in held for word in CANARIES.values())
        self.world.check_package(service, said)
        return said

    def carry(self, endings):
        """A carrier whose tries end as `endings` say, again and again from the first."""
        turn = iter(endings * 1000)

        def carry(message, referral, body, way, kind, attempts):
            assert attempts >= 1
            if way.way == "pick_up":
                return Tried("waiting")
            ending = next(turn)
            if referral not in self.world.services:
                self.world.look()  # the program made it and sent it in one round
            service = self.world.services[referral]
            self.left.add(message)
            if ending in {"delivered", "receipt", "lost", "dies"}:
                head = self.take(service, body)
                assert (head.message, head.kind == "revocation") == (message, kind == "revocation")
            if ending == "dies":
                raise Killed
            if ending in {"delivered", "receipt"}:
                return Tried("delivered", receipt=self.reply(message, "receive") if ending == "receipt" else None)
            if ending == "impossible":
                return Tried("impossible", "refused", timedelta(hours=1), told=True)
            return Tried("later", "timeout", timedelta(seconds=30), told=ending == "told")

        return carry

    def reply(self, message, verb, reason=None, signer=None):
        """The signed answer of the service that has a message."""
        said = self.opened[message].header
        signer = signer or SIGNERS[self.holders[message]]
        now = self.world.moment()
        return sign_reply(
            Reply(referral=said.referral, message=message, verb=verb, reason=reason, at=now, nonce=uuid4()), signer
        )


class World:
    """An office, its store that can break, its clock, and what everybody outside of it knows."""

    def __init__(self, folder, make_store):
        self.office = TestOffice(folder, books=FixedBooks())
        self.office.now = self.moment
        self.office.services = FixedServices(DIRECTORY, {**SIDECARS, **PUSHED})
        self.time = NOON
        keys = self.office.keys
        self.store = BreakingStore(make_store(Installation(keys.keyring_id, ORIGIN, self.office.signer.vkey)))
        self.office.on(self.store)
        self.desk = self.office.desk
        self.public = self.desk.counter.signer.public
        self.inboxes = Inboxes(self)
        self.services = {}
        self.done = Counter()

    def moment(self):
        """The clock of the machine: no two moments are the same unless it is put back."""
        self.time += timedelta(microseconds=1)
        return self.time

    @property
    def today(self):
        return self.desk.counter.calendar.day_of(self.time)

    def peek(self, work):
        """Look into the store without breaking anything."""
        return self.store.whole.run(work)

    def check_package(self, service, head):
        """For whoever knows what was agreed."""

    def look(self):
        """For whoever watches the cases."""

    def do(self, name, work):
        """Do one thing; return (what came of it, the error it was refused with); both None where it broke."""
        try:
            result = work(self.desk)
        except NrmError as error:
            self.done[name, type(error).__name__] += 1
            return None, error
        except (Killed, FaultError) as error:
            self.done[name, type(error).__name__] += 1
            return None, None
        finally:
            self.store.breaks = None
        self.done[name, "done"] += 1
        return result, None


def provider(service):
    """Somebody of a service, as they ask."""
    return asked("provider", organisation_of(service))
