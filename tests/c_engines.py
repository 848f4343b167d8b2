"""Stand-ins for the C engine: each does the real work through the real one, and is faulty in one way.

All of them watch that no session is deleted before it acted, which would crash the process (see `network.ANCHOR`).
"""

from __future__ import annotations

import json
from itertools import count

import durable_rules_engine

from nrm.engine.decide import Engine


class WatchedEngine:
    """The real C engine, watched: which networks are loaded, and which sessions are open."""

    error = durable_rules_engine.error

    def __init__(self):
        self.loaded = set()
        self.open = set()
        self.acted = set()
        self.facts = []

    def create_ruleset(self, name, definition):
        handle = durable_rules_engine.create_ruleset(name, definition)
        self.loaded.add(handle)
        return handle

    def delete_ruleset(self, handle):
        self.loaded.remove(handle)
        durable_rules_engine.delete_ruleset(handle)

    def assert_fact(self, handle, fact):
        self.facts.append(fact)
        self.open.add((handle, json.loads(fact)["sid"]))
        return durable_rules_engine.assert_fact(handle, fact)

    def start_action_for_state(self, handle, state):
        started = durable_rules_engine.start_action_for_state(handle, state)
        if started is None:
            return None
        session = json.loads(started[0])["sid"]
        self.acted.add((handle, session))
        action = self.passed_on(handle, state, started[1])
        return (started[0], action) if action else None

    def complete_and_start_action(self, handle, state):
        return self.passed_on(handle, state, durable_rules_engine.complete_and_start_action(handle, state))

    def passed_on(self, handle, state, action):  # noqa: ARG002 - a faulty engine uses them
        """Return the action that our program is told; a faulty engine changes it here."""
        return action

    def delete_state(self, handle, session):
        assert (handle, session) in self.acted, "a session was deleted before it acted"
        self.open.remove((handle, session))
        durable_rules_engine.delete_state(handle, session)


class RefusesToLoad(WatchedEngine):
    """Loads some sections and refuses the next."""

    def __init__(self, after=0):
        super().__init__()
        self.after = after

    def create_ruleset(self, name, definition):
        if len(self.loaded) == self.after:
            raise self.error
        return super().create_ruleset(name, definition)


class SecondOpinionFails:
    """Books whose engine's second opinion always fails, so that every plan is disputed."""

    def __init__(self, books):
        self.books = books

    def engine(self, on, country):
        return Engine(self.books.engine(on, country).program.rulebook, RefusesToLoad())

    def __getattr__(self, name):
        return getattr(self.books, name)


class ObservedBefore(WatchedEngine):
    """Says of the first `times` facts that it has observed them before, as when their hashes collide."""

    def __init__(self, times):
        super().__init__()
        self.left = times

    def assert_fact(self, handle, fact):
        if self.left > 0:
            self.left -= 1
            return 2, 0
        return super().assert_fact(handle, fact)


class FailsAtFact(WatchedEngine):
    """Raises its own error at every fact of the given numbers, counted from 1 over all sessions."""

    def __init__(self, numbers):
        super().__init__()
        self.numbers = numbers
        self.count = count(1)

    def assert_fact(self, handle, fact):
        if next(self.count) in self.numbers:
            raise self.error
        return super().assert_fact(handle, fact)


class FailsToDelete(WatchedEngine):
    """Raises its own error when a session is deleted."""

    def delete_state(self, handle, session):
        super().delete_state(handle, session)
        raise self.error


class Forgets(WatchedEngine):
    """Never tells of some network rules."""

    def __init__(self, names):
        super().__init__()
        self.names = names

    def passed_on(self, handle, state, action):
        while action and action[2:].partition('"')[0] in self.names:
            action = durable_rules_engine.complete_and_start_action(handle, state)
        return action


class Adds(WatchedEngine):
    """Tells of one network rule in every session, whether it applies or not."""

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.told = set()

    def complete_and_start_action(self, handle, state):
        if (handle, state) in self.told:
            self.told.remove((handle, state))
            return None
        action = super().complete_and_start_action(handle, state)
        if action is None:
            self.told.add((handle, state))
            return f'{{"{self.name}":{{}}}}'
        return action
