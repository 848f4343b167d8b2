"""Messages and their leases, on both databases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from store_rows import NOON, a_message, opened

from nrm.casework.errors import NoSuchCaseError, ShreddedError, StoreError

HOLD = timedelta(minutes=5)
ONE, TWO = UUID(int=1), UUID(int=2)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def sent(store, *minutes):
    """Add one message of a new case for each of `minutes`."""
    rows = [a_message(opened(store).case, minutes=each) for each in minutes]
    for row in rows:
        store.run(lambda unit, row=row: unit.outbox.add(row))
    return rows


def claim(store, lease=ONE, minutes=0, most=9):
    return store.run(lambda unit: unit.outbox.claim(at(minutes), at(minutes) + HOLD, lease, most))


def done(store, row, lease):
    return store.run(lambda unit: unit.outbox.done(row.case, row.message, lease))


def later(store, row, lease, due_at):
    return store.run(lambda unit: unit.outbox.later(row.case, row.message, lease, due_at))


def get(store, row):
    return store.run(lambda unit: unit.outbox.get(row.case, row.message))


def next_due(store):
    return store.run(lambda unit: unit.outbox.next_due())


def test_a_message_is_kept_with_its_case(store):
    row = a_message(opened(store).case)
    store.run(lambda unit: unit.outbox.add(row))
    other = a_message(row.case)
    store.run(lambda unit: unit.outbox.add(other))
    assert get(store, row) == row
    found = store.run(lambda unit: unit.outbox.of(row.case))
    assert found == sorted([row, other], key=lambda each: each.message)
    assert store.run(lambda unit: unit.outbox.get(row.case, uuid4())) is None


def test_a_message_is_not_added_twice(store):
    (row,) = sent(store, 0)
    with pytest.raises(StoreError, match="there already"):
        store.run(lambda unit: unit.outbox.add(row))


def test_messages_are_taken_when_they_are_due_the_oldest_first(store):
    second, first, future, waiting = sent(store, 1, 0, 9, None)
    taken = claim(store, minutes=1)
    assert [row.message for row in taken] == [first.message, second.message]
    assert {(row.attempts, row.lease) for row in taken} == {(1, ONE)}
    assert [get(store, row) for row in (first, second)] == taken
    assert [get(store, row) for row in (future, waiting)] == [future, waiting]


def test_so_many_are_taken_as_were_asked_for(store):
    sent(store, 0, 0, 0)
    assert [len(claim(store, lease, most=2)) for lease in (ONE, TWO)] == [2, 1]


def test_what_one_has_nobody_else_gets_until_the_lease_is_over(store):
    (row,) = sent(store, 0)
    assert claim(store, ONE)
    assert claim(store, TWO, minutes=4) == []
    (taken,) = claim(store, TWO, minutes=5)
    assert (taken.message, taken.attempts, taken.lease) == (row.message, 2, TWO)


def test_who_lost_the_lease_can_neither_remove_nor_give_back_the_message(store):
    (row,) = sent(store, 0)
    claim(store, ONE)
    claim(store, TWO, minutes=5)
    before = get(store, row)
    assert done(store, row, ONE) is False
    assert later(store, row, ONE, at(9)) is False
    assert done(store, row, None) is False
    assert get(store, row) == before
    assert done(store, row, TWO) is True
    assert get(store, row) is None
    assert done(store, row, TWO) is False


def test_a_lease_that_is_over_still_counts_while_nobody_else_took_the_message(store):
    (row,) = sent(store, 0)
    claim(store, ONE)
    assert done(store, row, ONE) is True, "it was delivered, however late"


def test_a_message_that_was_given_back_is_taken_again_when_it_is_due(store):
    (row,) = sent(store, 0)
    claim(store, ONE)
    assert later(store, row, ONE, at(3)) is True
    assert later(store, row, ONE, at(4)) is False, "it is nobody's now"
    assert claim(store, TWO, minutes=2) == []
    (taken,) = claim(store, TWO, minutes=3)
    assert (taken.attempts, taken.due_at) == (2, at(3))


def test_a_message_that_waits_to_be_picked_up_is_nobodys_and_is_removed_without_a_lease(store):
    (row,) = sent(store, 0)
    claim(store, ONE)
    assert later(store, row, ONE, None) is True
    assert claim(store, TWO, minutes=99) == []
    assert done(store, row, ONE) is False
    assert done(store, row, None) is True
    assert get(store, row) is None


def test_the_next_moment_is_when_a_message_is_due_or_a_lease_ends(store):
    assert next_due(store) is None
    sent(store, None)
    assert next_due(store) is None
    early, late = sent(store, 0, 7)
    assert next_due(store) == at(0)
    claim(store, ONE)
    assert next_due(store) == at(0) + HOLD, "not its own moment: nobody may have it before"
    later(store, early, ONE, at(8))
    assert next_due(store) == at(7)
    done(store, late, None)
    assert next_due(store) == at(8)


def test_a_new_message_was_tried_by_nobody_whatever_its_row_says(store):
    (row,) = sent(store, 0)
    (taken,) = claim(store, ONE)
    done(store, row, ONE)
    store.run(lambda unit: unit.outbox.add(taken))
    assert get(store, row) == row


def test_messages_go_with_their_case_also_while_somebody_has_them(store):
    (row,) = sent(store, 0)
    claim(store, ONE)
    store.run(lambda unit: unit.cases.shred(row.case))
    assert get(store, row) is None
    assert done(store, row, ONE) is later(store, row, ONE, at(1)) is False
    assert claim(store, TWO, minutes=99) == []
    assert next_due(store) is None
    with pytest.raises(ShreddedError):
        store.run(lambda unit: unit.outbox.add(row))
    with pytest.raises(NoSuchCaseError):
        store.run(lambda unit: unit.outbox.add(a_message(uuid4())))


def test_a_unit_of_work_that_fails_takes_nothing(store):
    (row,) = sent(store, 0)

    def work(unit):
        assert unit.outbox.claim(NOON, at(5), ONE, 9)
        unit.cases.get(uuid4())

    with pytest.raises(NoSuchCaseError):
        store.run(work)
    assert get(store, row) == row
