"""An office for tests of the use cases: a store, a real vault with cheap keys, the real rulebook, a clock that ticks.

    office = new_office(tmp_path)                            # on a store in memory
    kept = office.open(ANA)                                  # by a caseworker of our organisation
    office.entries()                                         # what the log will say, oldest first

Services are those of `small_directory`; `office.services` may be others, before `office.desk_with` makes a new desk.
`ANA` and `BO` are the texts of two case records; every word that could name somebody stands in `CANARIES`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from uuid import UUID

from fakes import REAL
from fakes_store import MemoryStore
from fast_keys import made_keys
from small_directory import DIRECTORY, SIDECARS

from nrm.audit.entry import decode
from nrm.audit.note import Signer
from nrm.bootstrap import Application
from nrm.bootstrap_counter import PACKAGE_SIGNING, REGISTRY, SERVICE_MARKS, Tables
from nrm.bootstrap_services import FixedServices
from nrm.bootstrap_store import ACTORS, FileBooks, add_later_secrets
from nrm.casework.asked import Asked
from nrm.casework.cases import deciding, history, keep, replaying
from nrm.casework.desk import Counter, Desk
from nrm.casework.office.sequence import Sequencer
from nrm.casework.ports import Installation
from nrm.casework.registry import RegistryKey
from nrm.referral.calendar import Calendar
from nrm.referral.sshsig import SshSigner
from nrm.textfile import read_bytes
from nrm.vault.blind_index import BlindIndex
from nrm.vault.keyring import Keyring

ON = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS, THEIRS = UUID(int=1), UUID(int=2)
ANNA = UUID(int=9)
ORIGIN = "example.org/log"

ANA = """\
case: {reference: CanaryReference}
identity: {first_name: CanaryAna, birth_date: 2011-07-23, identity_numbers: [{kind: passport, number: CA 4711001}]}
contact: {channels: [{kind: own_phone, address: "+37369471100"}, {kind: email, address: canary@example.org}]}
account: {journey: CanaryJourney over the border}
facts: {acts: [transportation], indicators: [found_where_exploitation_occurs]}
"""
BO = "identity: {first_name: CanaryBo}\nfacts: {acts: [harbouring]}\n"
CANARIES = ("Canary", "canary", "4711001", "69471100", "2011-07-23")


@cache
def real_app():
    """The real rules, read once for all tests of a process."""
    return Application(REAL)


@cache
def real_books():
    """The real rulebook, read and compiled once for all tests of a process."""
    return FileBooks(real_app())


@cache
def real_tables():
    """The real tables of referral, read once for all tests of a process."""
    return Tables(real_app())


def record(text):
    return read_bytes(text.encode(), "case.yaml", private=True)


def asked(role="caseworker", organisation=OURS, who=ANNA, **more):
    return Asked(who, organisation, role, **more)


class TestOffice:
    """Everything of one installation, and the use cases with what tests do not mind filled in."""

    __test__ = False

    def __init__(self, folder, books=None):
        self.keys = made_keys(folder / "keys.json")
        self.keys.add_secret(ACTORS)
        add_later_secrets(self.keys)
        self.keyring = Keyring(self.keys)
        self.signer = Signer(ORIGIN, self.keys.secret("log-signing"))
        self.books = books or real_books()
        self.services = FixedServices(DIRECTORY, SIDECARS)
        self.log = folder / "log"
        self.seconds = count()

    def on(self, store):
        """Work on this store, and begin its log when it has none."""
        self.store = store
        self.sequencer = Sequencer(store, self.signer, ORIGIN, self.log)
        self.desk = self.desk_with(self.books)
        if not self.log.exists():
            self.sequencer.begin()
        return self

    def desk_with(self, books):
        index = BlindIndex(self.keys.secret("blind-index"))
        registry = RegistryKey(self.keys.secret(REGISTRY))
        actors = self.keys.secret(ACTORS)
        return Desk(self.store, self.keyring, index, actors, books, self.now, self.counter(), registry)

    def counter(self):
        tables = real_tables()
        return Counter(
            services=self.services,
            routes=tables.routes,
            tasks=tables.tasks,
            wordings=tables.wordings,
            calendar=Calendar("GB", "Europe/London"),
            signer=SshSigner(self.keys.secret(PACKAGE_SIGNING)),
            origin=ORIGIN,
            mark_key=self.keys.secret(SERVICE_MARKS),
            speaker=real_app().speaker,
        )

    def now(self):
        return NOON + timedelta(seconds=next(self.seconds))

    def open(self, text=ANA, who=None):
        return keep.open_case(self.desk, who or asked(), record(text), ON)

    def amend(self, case, seen, text, who=None):
        return keep.amend(self.desk, who or asked(), case, seen, record(text), ON)

    def read(self, case, *names, who=None, version=None):
        return keep.read_groups(self.desk, who or asked(), case, names, version).groups

    def decide(self, case, who=None, **more):
        return deciding.decide(self.desk, who or asked(), case, ON, **more)

    def replay(self, case, decision, who=None):
        return replaying.replay(self.desk, who or asked(), case, decision)

    def history(self, case, who=None):
        return history.history(self.desk, who or asked(), case)

    def shred(self, case, who=None):
        keep.shred(self.desk, who or asked("supervisor"), case)

    def leaves(self):
        """Every entry as bytes: those of the log, then those that wait."""

        def work(unit):
            sequenced = list(unit.log.leaves(0, unit.log.peek().size))
            return sequenced + [row.leaf for row in unit.log.waiting(10_000)]

        return self.store.run(work)

    def entries(self):
        return [decode(leaf) for leaf in self.leaves()]

    def said(self):
        """What each entry says of itself: verb, result or reason."""
        return [(entry.action.removeprefix("cli:"), entry.why or entry.result) for entry in self.entries()]


def new_office(folder, **more):
    """An office on a store in memory."""
    office = TestOffice(folder, **more)
    return office.on(MemoryStore(Installation(office.keys.keyring_id, ORIGIN, office.signer.vkey)))
