"""Whatever is asked in whatever order, both databases answer as the store in memory does."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import databases
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from store_rows import NOON, a_case, a_decision, a_group, a_message, a_version, an_event, changed, sequenced
from two_stores import TwoStores, on_both_databases

NAMES = st.sampled_from(["legal", "safety", "health"])
SOME_CASE = st.integers(0, 5).map(lambda number: UUID(int=number << 100 | number))
MOMENT = st.integers(0, 3)
MARKS = st.lists(st.tuples(st.sampled_from(["phone", "Phone"]), st.binary(max_size=2)), max_size=3)
ORGANISATION = st.sampled_from([UUID(int=1), UUID(int=2)])
VERSION = st.integers(0, 3)
BYTES = st.binary(max_size=40)


class Stores(TwoStores):
    """Cases, decisions, entries and the log."""

    def __init__(self):
        super().__init__()
        self.model.run(lambda unit: unit.log.append(0, (), databases.EMPTY))
        self.events = []

    @initialize(case=SOME_CASE, key=BYTES)
    def there_is_a_case(self, case, key):
        self.add_case(case, UUID(int=1), key, {"legal"})

    @rule(case=SOME_CASE, organisation=ORGANISATION, key=BYTES, names=st.sets(NAMES))
    def add_case(self, case, organisation, key, names):
        row = a_case(case, organisation, key)
        first = a_version(*(a_group(name, 1, key + name.encode()) for name in sorted(names)), standing=key)
        self.both(lambda unit: unit.cases.add(row, first, b"facts"))

    @rule(case=SOME_CASE, seen=VERSION, names=st.sets(NAMES), sealed=BYTES, minutes=MOMENT)
    def change(self, case, seen, names, sealed, minutes):
        at = NOON + timedelta(minutes=minutes)
        groups = [a_group(name, seen + 1, sealed) for name in sorted(names)]
        self.both(lambda unit: changed(unit, case, seen + 1, *groups, facts=sealed, at=at))

    @rule(case=SOME_CASE)
    def change_as_it_stands(self, case):
        def work(unit):
            seen = unit.cases.get(case).version
            changed(unit, case, seen + 1, a_group("legal", seen + 1, b"%d" % seen))

        self.both(work)

    @rule(case=SOME_CASE, old=BYTES, new=BYTES, right=st.booleans())
    def rewrap(self, case, old, new, right):
        def work(unit):
            return unit.cases.rewrap(case, unit.cases.get(case).wrapped_key or b"" if right else old, new)

        self.both(work)

    @rule(case=SOME_CASE)
    def shred(self, case):
        self.both(lambda unit: unit.cases.shred(case))

    @rule(case=SOME_CASE, marks=MARKS)
    def mark(self, case, marks):
        self.both(lambda unit: unit.cases.mark(case, marks))

    @rule(marks=MARKS, besides=SOME_CASE)
    def marked(self, marks, besides):
        self.both(lambda unit: unit.cases.marked(marks, besides))

    @rule(case=SOME_CASE, numbers=st.lists(VERSION))
    def read(self, case, numbers):
        self.both(lambda unit: (unit.cases.versions(case, numbers), unit.cases.written(case)))
        self.both(lambda unit: unit.cases.get(case).now)
        self.both(
            lambda unit: (
                unit.cases.get(case),
                unit.decisions.of(case),
                unit.decisions.newest(case),
                unit.events.of(case),
            )
        )

    @rule(organisation=st.none() | ORGANISATION, after=st.none() | SOME_CASE, most=st.integers(1, 4))
    def listed(self, organisation, after, most):
        self.both(lambda unit: unit.cases.listed(organisation, after, most))
        self.both(lambda unit: [tuple(row) for row in unit.cases.packed(after, most)])

    @rule(case=SOME_CASE, minutes=MOMENT, again=st.booleans())
    def decide(self, case, minutes, again):
        decision = a_decision(case, minutes)

        def work(unit):
            unit.decisions.add(decision)
            if again:
                unit.decisions.add(decision)

        self.both(work)
        self.both(lambda unit: unit.decisions.get(case, decision.decision))

    @rule(case=SOME_CASE)
    def send(self, case):
        message = a_message(case)
        self.both(lambda unit: unit.outbox.add(message))

    @rule(digest=st.sampled_from(["a" * 64, "B" * 64]), archive=BYTES)
    def keep_rulebook(self, digest, archive):
        self.both(lambda unit: unit.rulebooks.add(digest, archive))
        self.both(lambda unit: (unit.rulebooks.get(digest), unit.rulebooks.known(digest), unit.rulebooks.known("c")))

    @rule(
        case=st.none() | SOME_CASE, minutes=st.lists(MOMENT, max_size=4), details=st.none() | BYTES, fail=st.booleans()
    )
    def log(self, case, minutes, details, fail):
        events = [an_event(case, each, details) for each in minutes]

        def work(unit):
            for event in events:
                unit.events.add(event)
            if fail:
                unit.cases.get(uuid4())

        if not isinstance(self.both(work), type):
            self.events += events

    @rule(most=st.integers(1, 4))
    def sequence(self, most):
        self.both(lambda unit: sequenced(unit, most))

    @rule(most=VERSION, more=st.integers(0, 1))
    def grow(self, most, more):
        def work(unit):
            size = unit.log.head().size
            seen = []

            def sign(leaves):
                seen.extend(leaves)
                return databases.LogHead(size + len(seen) + more, b"note")

            return unit.log.grow(most, sign), seen

        self.both(work)

    @rule(start=VERSION)
    def sequence_from_elsewhere(self, start):
        def work(unit):
            rows = unit.log.waiting(2)
            unit.log.append(start, rows, databases.LogHead(start + len(rows), b"note"))

        self.both(work)

    @precondition(lambda self: self.events)
    @rule(data=st.data(), start=VERSION, end=VERSION)
    def read_log(self, data, start, end):
        event = data.draw(st.sampled_from(self.events)).event
        self.both(lambda unit: (unit.log.position(event), unit.log.peek(), unit.log.head(), unit.log.waiting(3)))
        self.both(lambda unit: list(unit.log.leaves(start, max(start, end))))


TestOnSqlcipher, TestOnPostgresql = on_both_databases(Stores, steps=30)
