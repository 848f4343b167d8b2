"""One machine for every test that holds a database against the store in memory: both do the same, or fail alike.

class Things(TwoStores):
    @rule(…)
    def write(self, …):
        self.both(lambda unit: unit.things.add(…))

TestOnSqlcipher, TestOnPostgresql = on_both_databases(Things, steps=30)
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import databases
from fakes_store import MemoryStore
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine

from nrm.casework.errors import StaleVersionError
from nrm.errors import NrmError


class TwoStores(RuleBasedStateMachine):
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
        return answers[0]

    @staticmethod
    def answer(store, work):
        try:
            return store.run(work)
        except NrmError as error:
            return type(error), str(error) if isinstance(error, StaleVersionError) else ""


def on_both_databases(machine, steps):
    """Return the test cases of a machine on SQLCipher and on PostgreSQL."""
    made = []
    for kind in databases.BOTH:
        one = type(f"{machine.__name__}_{kind}", (machine,), {"kind": kind}).TestCase
        one.settings = settings(max_examples=20, stateful_step_count=steps)
        made.append(one)
    return made
