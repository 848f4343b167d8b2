"""Entries, the log, decisions and rulebooks, on both databases."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from databases import EMPTY
from sqlalchemy import insert
from store_rows import NOON, a_decision, an_event, opened, sequenced

from nrm.casework.errors import NoSuchCaseError, StoreError, StoreMisfitError
from nrm.casework.ports import EventRow, LogHead
from nrm.storage import schema
from nrm.storage.log import PAGE
from nrm.storage.store import SqlStore


def test_a_new_log_is_empty(store):
    assert store.run(lambda unit: (unit.log.head(), unit.log.peek(), unit.log.waiting(5))) == (EMPTY, EMPTY, [])


def test_a_store_without_a_log_says_so(engine):
    with pytest.raises(StoreMisfitError, match="the store has no log yet"):
        SqlStore(engine).run(lambda unit: unit.log.peek())


def test_entries_wait_in_the_order_of_their_moment_and_of_their_unit_of_work(store):
    late, early = an_event(minutes=2), an_event(minutes=1)
    same = [an_event(minutes=1, leaf=b"leaf %d" % n) for n in range(20)]

    def add(unit):
        for row in (late, early, *same):
            unit.events.add(row)

    store.run(add)
    waiting = store.run(lambda unit: unit.log.waiting(100))
    assert [row.event for row in waiting] == [row.event for row in (early, *same, late)]
    assert store.run(lambda unit: unit.log.waiting(1)) == [early]


def test_a_waiting_entry_shows_its_leaf_and_neither_case_nor_details(store):
    row = opened(store)
    event = an_event(row.case, details=b"salt and details")
    store.run(lambda unit: unit.events.add(event))
    assert store.run(lambda unit: unit.log.waiting(9)) == [replace(event, case=None, details=None)]
    assert store.run(lambda unit: unit.events.of(row.case)) == [event]


def test_the_case_of_an_entry_is_found_by_its_event_until_it_is_shredded(store):
    row, other = opened(store), opened(store)
    ours, theirs = (an_event(one.case, details=b"salt and details") for one in (row, other))
    bare = an_event(row.case)
    store.run(lambda unit: [unit.events.add(one) for one in (ours, theirs, bare)])

    def case_of(event):
        return store.run(lambda unit: unit.events.case_of(event))

    assert (case_of(ours.event), case_of(theirs.event)) == (row.case, other.case)
    assert (case_of(bare.event), case_of(uuid4())) == (None, None)
    store.run(lambda unit: unit.cases.shred(row.case))
    assert (case_of(ours.event), case_of(theirs.event)) == (None, other.case)


def test_details_need_a_case(store):
    with pytest.raises(StoreError, match="belongs to no case has sealed details"):
        store.run(lambda unit: unit.events.add(an_event(None, details=b"d")))


def test_an_entry_of_a_case_without_details_is_not_among_those_of_the_case(store):
    row = opened(store)
    store.run(lambda unit: unit.events.add(an_event(row.case)))
    assert store.run(lambda unit: unit.events.of(row.case)) == []
    assert len(store.run(lambda unit: unit.log.waiting(9))) == 1


def test_entries_get_their_positions_and_no_longer_wait(store):
    events = [an_event(minutes=n) for n in range(5)]
    for event in events:
        store.run(lambda unit, event=event: unit.events.add(event))
    assert store.run(lambda unit: unit.log.position(events[0].event)) is None
    assert store.run(lambda unit: sequenced(unit, most=3)) == 3
    assert store.run(sequenced) == 2
    assert store.run(lambda unit: [unit.log.position(event.event) for event in events]) == [0, 1, 2, 3, 4]
    assert store.run(lambda unit: list(unit.log.leaves(1, 4))) == [event.leaf for event in events[1:4]]
    assert store.run(lambda unit: unit.log.peek()) == LogHead(5, b"note 5")
    assert store.run(lambda unit: unit.log.waiting(9)) == []


def test_a_log_longer_than_a_page_is_sequenced_and_read_whole(store):
    many = PAGE + 7

    def add(unit):
        for n in range(many):
            unit.events.add(EventRow(UUID(int=n), None, NOON, b"%d" % n, None))

    store.run(add)
    assert store.run(lambda unit: sequenced(unit, most=many)) == many
    assert store.run(lambda unit: list(unit.log.leaves(0, many))) == [b"%d" % n for n in range(many)]


@pytest.mark.parametrize(("start", "size"), [(1, 2), (0, 2), (0, 0)])
def test_the_log_grows_only_from_where_it_stands_by_what_is_added(store, start, size):
    event = an_event()
    store.run(lambda unit: unit.events.add(event))
    with pytest.raises(StoreError, match="the log does not stand at"):
        store.run(lambda unit: unit.log.append(start, [event], LogHead(size, b"n")))
    assert store.run(lambda unit: (unit.log.peek(), unit.log.waiting(9))) == (EMPTY, [event])


def test_a_store_without_a_log_takes_no_entries_before_an_empty_head(engine):
    store, event = SqlStore(engine), an_event()
    store.run(lambda unit: unit.events.add(event))
    with pytest.raises(StoreError, match="the log does not stand at"):
        store.run(lambda unit: unit.log.append(0, [event], LogHead(1, b"n")))


def test_an_entry_that_never_waited_or_waits_no_more_gets_no_position(store):
    event = an_event()
    store.run(lambda unit: unit.events.add(event))
    store.run(sequenced)
    for row in (event, an_event()):
        with pytest.raises(StoreError, match="has a position already, or was never waiting"):
            store.run(lambda unit, row=row: unit.log.append(1, [row], LogHead(2, b"n")))
    assert store.run(lambda unit: unit.log.peek()).size == 1


def test_entries_beyond_the_end_of_the_log_are_refused(store):
    with pytest.raises(StoreError, match="the log has no entries, or not all"):
        store.run(lambda unit: list(unit.log.leaves(0, 1)))


def test_entries_are_not_read_after_the_unit_of_work(store):
    later = store.run(lambda unit: unit.log.leaves(0, 1))
    with pytest.raises(StoreError, match="read after their unit of work"):
        next(later)


def test_decisions_come_back_oldest_first(store):
    row = opened(store)
    decisions = [a_decision(row.case, minutes, country) for minutes, country in ((3, "gb"), (1, None), (2, "fr"))]

    def add(unit):
        for decision in decisions:
            unit.decisions.add(decision)

    store.run(add)
    assert store.run(lambda unit: unit.decisions.of(row.case)) == sorted(decisions, key=lambda d: d.made_at)
    assert store.run(lambda unit: unit.decisions.get(row.case, decisions[1].decision)) == decisions[1]


def test_a_decision_is_found_only_with_its_own_case(store):
    mine, other = opened(store), opened(store)
    decision = a_decision(mine.case)
    store.run(lambda unit: unit.decisions.add(decision))
    with pytest.raises(NoSuchCaseError):
        store.run(lambda unit: unit.decisions.get(other.case, decision.decision))


def test_the_files_of_a_rulebook_are_kept_once(store):
    store.run(lambda unit: unit.rulebooks.add("a" * 64, b"archive"))
    store.run(lambda unit: unit.rulebooks.add("a" * 64, b"another"))
    assert store.run(lambda unit: unit.rulebooks.get("a" * 64)) == b"archive"
    assert store.run(lambda unit: unit.rulebooks.get("b" * 64)) is None
    assert store.run(lambda unit: (unit.rulebooks.known("a" * 64), unit.rulebooks.known("b" * 64))) == (True, False)


def test_an_entry_is_not_added_twice(store):
    event = an_event()
    store.run(lambda unit: unit.events.add(event))
    with pytest.raises(StoreError, match="there already"):
        store.run(lambda unit: unit.events.add(event))
    assert store.run(lambda unit: unit.log.position(uuid4())) is None


def signing(seen, size=None):
    def sign(leaves):
        seen.extend(leaves)
        return LogHead(len(seen) if size is None else size, b"signed")

    return sign


def test_the_log_grows_by_the_oldest_entries_and_signs_them_as_they_stand(store):
    events = [an_event(minutes=n % 3, leaf=b"leaf %d" % n) for n in range(5)]
    for event in events:
        store.run(lambda unit, event=event: unit.events.add(event))
    ordered = [event.leaf for event in sorted(events, key=lambda one: one.at)]
    seen = []
    waiting = [row.leaf for row in store.run(lambda unit: unit.log.waiting(9))]
    assert [store.run(lambda unit: unit.log.grow(3, signing(seen))) for _ in range(3)] == [3, 2, 0]
    assert seen == waiting
    assert sorted(seen) == sorted(ordered)
    assert store.run(lambda unit: (list(unit.log.leaves(0, 5)), unit.log.waiting(9))) == (seen, [])
    assert store.run(lambda unit: unit.log.peek()) == LogHead(5, b"signed")
    assert {store.run(lambda unit, e=event: unit.log.position(e.event)) for event in events} == set(range(5))


def test_a_log_that_signs_another_size_does_not_grow(store):
    event = an_event()
    store.run(lambda unit: unit.events.add(event))
    with pytest.raises(StoreError, match="does not grow by `1` entries"):
        store.run(lambda unit: unit.log.grow(9, signing([], size=2)))
    assert store.run(lambda unit: (unit.log.peek(), unit.log.waiting(9))) == (EMPTY, [event])


def test_an_entry_that_stands_in_the_log_and_waits_as_well_stops_it(store, engine):
    twice = an_event()
    with engine.begin() as connection:
        connection.execute(insert(schema.leaves), {"position": 7, "event_id": twice.event, "leaf": b"stray"})
    for event in (an_event(), twice):
        store.run(lambda unit, event=event: unit.events.add(event))
    with pytest.raises(StoreError):
        store.run(lambda unit: unit.log.grow(1, signing([])))
    assert store.run(lambda unit: unit.log.peek()) == EMPTY
    assert len(store.run(lambda unit: unit.log.waiting(9))) == 2
