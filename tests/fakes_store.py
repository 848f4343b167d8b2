"""A store in memory that answers as `nrm.storage` does; a property test holds the two against each other.

    store = MemoryStore(Installation(b"k" * 16, "example.org/log", "example.org/log+00000000+AAAA"))
    store.run(lambda unit: unit.cases.add(row, first_version, b"packed facts"))

What was destroyed is gone at once, so `scrub` only counts how often it was asked for (`scrubbed`).
"""

from __future__ import annotations

import threading
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC
from itertools import count
from typing import TYPE_CHECKING

from fakes_attachments import MemoryAttachmentParts
from fakes_referral import MemoryClocks, MemoryItems, MemoryOutbox, MemoryReferrals, MemoryShelf
from fakes_registry import MemoryRegistry
from fakes_rows import in_utc, new, refused

from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError, StoreMisfitError
from nrm.casework.ports import EventRow
from nrm.errors import Problem

if TYPE_CHECKING:
    from nrm.casework.ports import Installation

OF_A_CASE = ("versions", "marks", "decisions", "details", "items", "referrals", "clocks", "outbox", "parts")


@dataclass
class State:
    """Everything that is stored; rows never change, so a copy of the dictionaries is a copy of the store."""

    cases: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    marks: dict = field(default_factory=dict)
    decisions: dict = field(default_factory=dict)
    details: dict = field(default_factory=dict)
    items: dict = field(default_factory=dict)
    referrals: dict = field(default_factory=dict)
    clocks: dict = field(default_factory=dict)
    outbox: dict = field(default_factory=dict)
    shelf: dict = field(default_factory=dict)
    registry: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)
    waiting: dict = field(default_factory=dict)
    places: dict = field(default_factory=dict)
    leaves: list = field(default_factory=list)
    rulebooks: dict = field(default_factory=dict)
    head: object = None

    def copied(self) -> State:
        return State(**{name: copy(value) for name, value in vars(self).items()})

    def case(self, case):
        if case not in self.cases:
            raise NoSuchCaseError
        return self.cases[case]

    def writable(self, case):
        if self.case(case).wrapped_key is None:
            raise ShreddedError

    def of(self, table, case):
        return [row for key, row in getattr(self, table).items() if key[0] == case]


class MemoryCases:
    def __init__(self, state):
        self._state = state

    def add(self, row, first, facts):
        new(self._state.cases, row.case, replace(in_utc(row, "opened_at", "changed_at"), now=None))
        self._write(row.case, row.version, first, facts)

    def get(self, case):
        row = self._state.case(case)
        return replace(row, now=self._state.versions.get((case, row.version)))

    def change(self, case, following, facts, at):
        row = self._state.case(case)
        self._state.writable(case)
        if row.version != following.version - 1:
            raise StaleVersionError(following.version - 1, row.version)
        self._state.cases[case] = replace(row, version=following.version, changed_at=at.astimezone(UTC))
        self._write(case, following.version, following, facts)

    def versions(self, case, numbers):
        rows = [self._state.versions.get((case, number)) for number in sorted(set(numbers))]
        return [row for row in rows if row is not None]

    def written(self, case):
        return sorted((row.version, group.group) for row in self._state.of("versions", case) for group in row.groups)

    def listed(self, organisation, after, most):
        rows = [row for row in self._rows(after) if organisation in (None, row.organisation)]
        return rows[:most]

    def packed(self, after, most):
        rows = [row for row in self._rows(after) if row.wrapped_key is not None]
        return [(row.case.bytes, row.version, row.wrapped_key, self._state.facts[row.case]) for row in rows][:most]

    def rewrap(self, case, old, new):
        row = self._state.cases.get(case)
        if row is None or row.wrapped_key is None or row.wrapped_key != old:
            return False
        self._state.cases[case] = replace(row, wrapped_key=new)
        return True

    def shred(self, case):
        self._state.cases[case] = replace(self._state.case(case), wrapped_key=None)
        self._state.facts.pop(case, None)
        for name in OF_A_CASE:
            kept = {key: row for key, row in getattr(self._state, name).items() if key[0] != case}
            setattr(self._state, name, kept)

    def mark(self, case, marks):
        self._state.writable(case)
        others = {key: row for key, row in self._state.marks.items() if key[0] != case}
        self._state.marks = others | {(case, *mark): mark for mark in marks}

    def marked(self, marks, besides):
        wanted = set(marks)
        alike = {key[0] for key, mark in self._state.marks.items() if mark in wanted}
        return [row for row in self._rows(None) if row.case in alike - {besides} and row.wrapped_key is not None]

    def _rows(self, after):
        rows = sorted(self._state.cases.values(), key=lambda row: row.case)
        return [row for row in rows if after is None or row.case > after]

    def _write(self, case, version, row, facts):
        if {row.version, *(group.version for group in row.groups)} != {version}:
            raise refused("a group was sealed for another version")
        new(self._state.versions, (case, version), row)
        self._state.facts[case] = facts


class MemoryDecisions:
    def __init__(self, state):
        self._state = state

    def add(self, row):
        self._state.writable(row.case)
        new(self._state.decisions, (row.case, row.decision), in_utc(row, "made_at"))

    def of(self, case):
        return sorted(self._state.of("decisions", case), key=lambda row: (row.made_at, row.decision))

    def newest(self, case):
        return next(iter(self.of(case)[-1:]), None)

    def get(self, case, decision):
        if (case, decision) not in self._state.decisions:
            raise NoSuchCaseError
        return self._state.decisions[case, decision]


class MemoryRulebooks:
    def __init__(self, state):
        self._state = state

    def add(self, digest, archive):
        self._state.rulebooks.setdefault(digest, archive)

    def get(self, digest):
        return self._state.rulebooks.get(digest)

    def known(self, digest):
        return digest in self._state.rulebooks


class MemoryEvents:
    def __init__(self, state):
        self._state = state
        self._turns = count()

    def add(self, row):
        order = (row.at.astimezone(UTC), next(self._turns), row.event)
        row = in_utc(row, "at")
        if row.details is not None:
            if row.case is None:
                raise refused("an entry that belongs to no case has sealed details")
            self._state.writable(row.case)
            new(self._state.details, (row.case, row.event), (order, row))
        leaf_only = EventRow(row.event, None, row.at, row.leaf, None)
        new(self._state.waiting, row.event, (order, leaf_only))

    def of(self, case):
        return [row for _, row in sorted(self._state.of("details", case), key=lambda pair: pair[0])]

    def case_of(self, event):
        return next((case for case, of in self._state.details if of == event), None)


class MemoryLog:
    def __init__(self, state):
        self._state = state

    def head(self):
        if self._state.head is None:
            raise StoreMisfitError(Problem("store", 0, "the store has no log yet"))
        return self._state.head

    def peek(self):
        return self.head()

    def waiting(self, most):
        return [row for _, row in sorted(self._state.waiting.values(), key=lambda pair: pair[0])][:most]

    def grow(self, most, sign):
        size, rows = self.head().size, self.waiting(most)
        if rows:
            self.append(size, rows, sign(row.leaf for row in rows))
        return len(rows)

    def append(self, start, rows, head):
        size = self._state.head.size if self._state.head else 0
        if start != size or head.size != start + len(rows):
            raise refused("the log does not stand there")
        for place, row in enumerate(rows, start):
            if self._state.waiting.pop(row.event, None) is None:
                raise refused("an entry has a position already, or was never waiting")
            self._state.leaves.append(row.leaf)
            new(self._state.places, row.event, place)
        self._state.head = head

    def leaves(self, start, end):
        if start < end > len(self._state.leaves):
            raise refused("the log has no such entries")
        yield from self._state.leaves[start:end]

    def position(self, event):
        return self._state.places.get(event)


class MemoryUnit:
    def __init__(self, state):
        self.cases = MemoryCases(state)
        self.decisions = MemoryDecisions(state)
        self.rulebooks = MemoryRulebooks(state)
        self.events = MemoryEvents(state)
        self.log = MemoryLog(state)
        self.items = MemoryItems(state)
        self.referrals = MemoryReferrals(state)
        self.clocks = MemoryClocks(state)
        self.outbox = MemoryOutbox(state)
        self.shelf = MemoryShelf(state)
        self.registry = MemoryRegistry(state)
        self.attachments = MemoryAttachmentParts(state)


class MemoryStore:
    """`nrm.casework.ports.Store` in memory. A unit of work sees a copy, which takes its place when it succeeds."""

    def __init__(self, installation: Installation) -> None:
        self.state = State()
        self.scrubbed = 0
        self._installation = installation
        self._lock = threading.RLock()

    def run(self, work):
        with self._lock:
            state = self.state.copied()
            result = work(MemoryUnit(state))
            self.state = state
            return result

    def read(self, work):
        with self._lock:
            return work(MemoryUnit(self.state.copied()))

    def scrub(self):
        self.scrubbed += 1

    def installation(self):
        return self._installation

    def close(self):
        pass
