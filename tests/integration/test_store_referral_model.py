"""Whatever is asked of items, referrals, clocks, outbox and shelf, databases answer as the store in memory does."""

from __future__ import annotations

from datetime import timedelta, timezone
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from store_rows import NOON, a_case, a_version, an_event
from two_stores import TwoStores, on_both_databases

from nrm.casework.ports_referral import ClockRow, ItemRow, OutboxRow, ReferralRow

PARIS = timezone(timedelta(hours=1))
CASES = [UUID(int=number << 100 | number) for number in range(1, 4)]
CASE = st.sampled_from(CASES)
KIND = st.sampled_from(["consent", "choice", "Choice"])
STATE = st.sampled_from(["sent", "accepted"])
MARK = st.sampled_from([b"\x00", b"\xff mark"])
NUMBER = st.integers(1, 3)
SEEN = st.integers(0, 3)
WHEN = st.integers(0, 6).map(lambda minutes: (NOON + timedelta(minutes=minutes)).astimezone(PARIS))
MAYBE = st.none() | WHEN
LEASE = st.sampled_from([UUID(int=1), UUID(int=2)])
MOST = st.integers(1, 3)
BYTES = st.binary(max_size=9)


def named(case, number):
    """Return an identifier that only this case has: the identifiers of the real ones are random."""
    return UUID(int=case.int ^ number << 64)


class Stores(TwoStores):
    """Items, referrals, clocks, outbox and shelf."""

    @initialize(most=st.integers(1, len(CASES)))
    def there_are_cases(self, most):
        """The last of `CASES` is often missing, so that rows are offered to a case that there is not."""
        for case in CASES[:most]:
            self.both(lambda unit, case=case: unit.cases.add(a_case(case), a_version(), b"facts"))

    @rule(case=CASE, unlikely=st.integers(0, 4))
    def shred(self, case, unlikely):
        if not unlikely:
            self.both(lambda unit: unit.cases.shred(case))

    @rule(case=CASE, kind=KIND, number=NUMBER, seen=SEEN, at=WHEN, sealed=BYTES)
    def write_item(self, case, kind, number, seen, at, sealed):
        row = ItemRow(case, kind, named(case, number), seen + 1, at, sealed)
        self.both(lambda unit: unit.items.change(row, seen) if seen else unit.items.add(row))

    @rule(case=CASE, number=NUMBER, seen=SEEN, state=STATE, mark=MARK, at=WHEN, sealed=BYTES)
    def write_referral(self, case, number, seen, state, mark, at, sealed):
        row = ReferralRow(case, named(case, number), seen + 1, state, mark, at, sealed)
        self.both(lambda unit: unit.referrals.change(row, seen) if seen else unit.referrals.add(row))

    @rule(data=st.data(), case=CASE, numbers=st.lists(NUMBER, max_size=3), seen=SEEN, due=MAYBE, sealed=BYTES)
    def write_clocks(self, data, case, numbers, seen, due, sealed):
        cases = [case, *(data.draw(CASE) for _ in numbers[1:])]
        rows = [
            ClockRow(each, named(each, number), seen + 1, "kind", due, seen, sealed)
            for each, number in zip(cases, numbers, strict=False)
        ]

        def work(unit):
            if not seen:
                unit.clocks.add(rows)
            for row in rows if seen else ():
                unit.clocks.change(row, seen)

        self.both(work)

    @rule(case=CASE, number=NUMBER, kind=st.sampled_from(["items", "referrals", "clocks"]), skewed=st.integers(0, 9))
    def write_what_was_sealed_for_another_version(self, case, number, kind, skewed):
        row = {
            "items": ItemRow(case, "consent", named(case, number), skewed, NOON, b""),
            "referrals": ReferralRow(case, named(case, number), skewed, "sent", b"", NOON, b""),
            "clocks": ClockRow(case, named(case, number), skewed, "kind", None, 0, b""),
        }[kind]
        self.both(lambda unit: getattr(unit, kind).change(row, 1))

    @rule(case=CASE, numbers=st.lists(NUMBER, min_size=1, max_size=2), due=MAYBE, lease=st.none() | LEASE)
    def send(self, case, numbers, due, lease):
        rows = [
            OutboxRow(named(case, number), case, UUID(int=number), "package", due, b"m", 3, lease) for number in numbers
        ]

        def work(unit):
            for row in rows:
                unit.outbox.add(row)

        self.both(work)

    @rule(now=WHEN, hold=st.integers(1, 3), lease=LEASE, most=MOST, fail=st.integers(0, 4))
    def claim(self, now, hold, lease, most, fail):
        def work(unit):
            taken = unit.outbox.claim(now, now + timedelta(minutes=hold), lease, most)
            if not fail:
                unit.cases.get(UUID(int=0))
            return taken

        self.both(work)

    @rule(case=CASE, number=NUMBER, lease=st.none() | LEASE)
    def done(self, case, number, lease):
        self.both(lambda unit: unit.outbox.done(case, named(case, number), lease))

    @rule(case=CASE, number=NUMBER, lease=LEASE, due=MAYBE)
    def later(self, case, number, lease, due):
        self.both(lambda unit: unit.outbox.later(case, named(case, number), lease, due))

    @rule(name=st.sampled_from(["directory", "Directory"]), version=SEEN, follows=st.booleans(), sealed=BYTES)
    def put_on_the_shelf(self, name, version, follows, sealed):
        def work(unit):
            there = unit.shelf.get(name)
            unit.shelf.put(name, (there[0] if there else 0) + 1 if follows else version, sealed)
            return unit.shelf.get(name)

        self.both(work)

    @rule(case=CASE, number=NUMBER, kinds=st.lists(KIND, max_size=3))
    def read_a_case(self, case, number, kinds):
        self.both(lambda unit: (unit.items.of(case, kinds), unit.clocks.of(case), unit.outbox.of(case)))
        self.both(lambda unit: unit.referrals.of(case))
        name = named(case, number)
        self.both(lambda unit: (unit.referrals.find(name), unit.clocks.get(case, name), unit.outbox.get(case, name)))

    @rule(mark=MARK, states=st.lists(STATE, max_size=3), after=st.none() | st.builds(named, CASE, NUMBER), most=MOST)
    def read_for_a_service(self, mark, states, after, most):
        self.both(lambda unit: unit.referrals.marked(mark, states, after, most))

    @rule(now=WHEN, most=MOST, after=st.none() | st.tuples(WHEN, st.builds(named, CASE, NUMBER)))
    def read_what_is_due(self, now, most, after):
        self.both(lambda unit: (unit.clocks.due(now, most, after), unit.clocks.next_due(), unit.outbox.next_due()))

    @rule(case=CASE, seen=SEEN, number=NUMBER)
    def act_on_what_is_due_with_its_entry(self, case, seen, number):
        """One unit of work that stops a clock, removes its message and writes the entry: all of it or nothing."""
        event = an_event(case, details=b"d")

        def work(unit):
            gone = unit.outbox.done(case, named(case, number), None)
            unit.events.add(event)
            unit.clocks.change(ClockRow(case, named(case, number), seen + 1, "kind", None, 9, b"stopped"), seen)
            return gone, len(unit.events.of(case))

        self.both(work)
        self.both(lambda unit: (unit.outbox.of(case), len(unit.events.of(case)), unit.log.waiting(99)))


TestReferralOnSqlcipher, TestReferralOnPostgresql = on_both_databases(Stores, steps=40)
