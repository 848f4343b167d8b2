"""Whatever is asked of the registry, databases answer as the store in memory does."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import databases
from fakes_store import MemoryStore
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from store_rows import NOON

from nrm.casework.errors import StaleVersionError
from nrm.casework.ports_registry import RecordRow
from nrm.errors import NrmError

KIND = st.sampled_from(["account", "session"])
RECORD = st.integers(1, 4).map(lambda number: UUID(int=number << 100 | number))
OWNER = st.none() | st.sampled_from([UUID(int=7 << 100), UUID(int=8 << 100)])
MARK = st.none() | st.sampled_from([b"\x00", b"\xff mark", b"other"])
WHEN = st.integers(0, 6).map(lambda minutes: NOON + timedelta(minutes=minutes))
SEEN = st.integers(0, 3)
MOST = st.integers(1, 3)


class Registries(RuleBasedStateMachine):
    """The same units of work for both stores; one that fails must fail alike in each and change nothing."""

    kind = ""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.real = databases.founded(databases.new_engine(self.kind, Path(self.folder.name)))
        self.model = MemoryStore(databases.OURS)

    def teardown(self):
        databases.close_all()
        self.folder.cleanup()

    def both(self, work):
        answers = [self.answer(store, work) for store in (self.model, self.real)]
        assert answers[1] == answers[0]

    @staticmethod
    def answer(store, work):
        try:
            return store.run(lambda unit: work(unit.registry))
        except NrmError as error:
            return type(error), str(error) if isinstance(error, StaleVersionError) else ""

    @rule(kind=KIND, record=RECORD, seen=SEEN, owner=OWNER, mark=MARK, until=st.none() | WHEN, skewed=st.integers(0, 9))
    def write(self, kind, record, seen, owner, mark, until, skewed):
        row = RecordRow(kind, record, seen + 1 + (skewed == 1), owner, mark, until, b"sealed %d" % skewed)
        self.both(lambda registry: registry.change(row, seen) if seen else registry.add(row))

    @rule(kind=KIND, record=RECORD, other=RECORD, mark=MARK)
    def write_two_of_which_the_second_may_fail(self, kind, record, other, mark):
        rows = [RecordRow(kind, each, 1, None, mark, None, b"two") for each in (record, other)]
        self.both(lambda registry: [registry.add(row) for row in rows])

    @rule(kind=KIND, record=RECORD, mark=MARK.filter(bool))
    def read(self, kind, record, mark):
        self.both(lambda registry: (registry.get(kind, record), registry.marked(kind, mark)))

    @rule(kind=KIND, owner=OWNER, after=st.none() | RECORD, most=MOST)
    def list_some(self, kind, owner, after, most):
        self.both(lambda registry: list(registry.listed(kind, owner, after, most)))

    @rule(kind=KIND, record=RECORD, owner=OWNER.filter(bool), now=WHEN, most=MOST, which=st.integers(0, 9))
    def remove(self, kind, record, owner, now, most, which):
        if which < 2:
            self.both(lambda registry: registry.remove_owned(kind, owner))
        elif which < 5:
            self.both(lambda registry: registry.remove(kind, record))
        elif which < 7:
            self.both(lambda registry: registry.remove_over(now, most))


class OnSqlcipher(Registries):
    kind = "sqlcipher"


class OnPostgresql(Registries):
    kind = "postgresql"


MODEST = settings(max_examples=20, stateful_step_count=30)
TestRegistryOnSqlcipher = OnSqlcipher.TestCase
TestRegistryOnSqlcipher.settings = MODEST
TestRegistryOnPostgresql = OnPostgresql.TestCase
TestRegistryOnPostgresql.settings = MODEST
