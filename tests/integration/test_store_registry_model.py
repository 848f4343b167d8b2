"""Whatever is asked of the registry, databases answer as the store in memory does."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule
from store_rows import NOON
from two_stores import TwoStores, on_both_databases

from nrm.casework.ports_registry import RecordRow

KIND = st.sampled_from(["account", "session"])
RECORD = st.integers(1, 4).map(lambda number: UUID(int=number << 100 | number))
OWNER = st.none() | st.sampled_from([UUID(int=7 << 100), UUID(int=8 << 100)])
MARK = st.none() | st.sampled_from([b"\x00", b"\xff mark", b"other"])
WHEN = st.integers(0, 6).map(lambda minutes: NOON + timedelta(minutes=minutes))
SEEN = st.integers(0, 3)
MOST = st.integers(1, 3)


class Registries(TwoStores):
    """Records that belong to no case."""

    def on_registry(self, work):
        self.both(lambda unit: work(unit.registry))

    @rule(kind=KIND, record=RECORD, seen=SEEN, owner=OWNER, mark=MARK, until=st.none() | WHEN, skewed=st.integers(0, 9))
    def write(self, kind, record, seen, owner, mark, until, skewed):
        row = RecordRow(kind, record, seen + 1 + (skewed == 1), owner, mark, until, b"sealed %d" % skewed)
        self.on_registry(lambda registry: registry.change(row, seen) if seen else registry.add(row))

    @rule(kind=KIND, record=RECORD, other=RECORD, mark=MARK)
    def write_two_of_which_the_second_may_fail(self, kind, record, other, mark):
        rows = [RecordRow(kind, each, 1, None, mark, None, b"two") for each in (record, other)]
        self.on_registry(lambda registry: [registry.add(row) for row in rows])

    @rule(kind=KIND, record=RECORD, mark=MARK.filter(bool))
    def read(self, kind, record, mark):
        self.on_registry(lambda registry: (registry.get(kind, record), registry.marked(kind, mark)))

    @rule(kind=KIND, owner=OWNER, after=st.none() | RECORD, most=MOST)
    def list_some(self, kind, owner, after, most):
        self.on_registry(lambda registry: list(registry.listed(kind, owner, after, most)))

    @rule(kind=KIND, record=RECORD, owner=OWNER.filter(bool), now=WHEN, most=MOST, which=st.integers(0, 9))
    def remove(self, kind, record, owner, now, most, which):
        if which < 2:
            self.on_registry(lambda registry: registry.remove_owned(kind, owner))
        elif which < 5:
            self.on_registry(lambda registry: registry.remove(kind, record))
        elif which < 7:
            self.on_registry(lambda registry: registry.remove_over(now, most))


TestRegistryOnSqlcipher, TestRegistryOnPostgresql = on_both_databases(Registries, steps=30)
