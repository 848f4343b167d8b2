"""Items, referrals and clocks: added once, changed by who saw the newest, gone with their case, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from store_rows import NOON, a_clock, a_message, a_referral, an_event, an_item, opened

from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError, StoreError
from nrm.casework.ports_referral import DueClock

EVERY = frozenset({"consent", "choice", "feedback", "link"})

KINDS = {
    "items": (an_item, lambda unit, row: unit.items.add(row), lambda unit, case: unit.items.of(case, EVERY)),
    "referrals": (a_referral, lambda unit, row: unit.referrals.add(row), lambda unit, case: unit.referrals.of(case)),
    "clocks": (a_clock, lambda unit, row: unit.clocks.add([row]), lambda unit, case: unit.clocks.of(case)),
}


@pytest.fixture(params=sorted(KINDS))
def kind(request):
    return request.param


def made(kind, case):
    return KINDS[kind][0](case)


def add(store, kind, row):
    store.run(lambda unit: KINDS[kind][1](unit, row))


def of(store, kind, case):
    return store.run(lambda unit: KINDS[kind][2](unit, case))


def change(store, kind, row, seen):
    store.run(lambda unit: getattr(unit, kind).change(row, seen))


def test_a_row_comes_back_as_it_was_given(store, kind):
    case = opened(store).case
    row, other = made(kind, case), made(kind, opened(store).case)
    add(store, kind, row)
    add(store, kind, other)
    assert of(store, kind, case) == [row]


def test_who_saw_the_newest_version_changes_it_and_nobody_else(store, kind):
    case = opened(store).case
    row, beside = made(kind, case), made(kind, case)
    add(store, kind, row)
    add(store, kind, beside)
    second = replace(row, version=2, sealed=b"second")
    change(store, kind, second, 1)
    with pytest.raises(StaleVersionError, match="you saw version `1`, it has version `2`"):
        change(store, kind, replace(row, version=2, sealed=b"other"), 1)
    with pytest.raises(StaleVersionError, match="you saw version `2`, it has version `1`"):
        change(store, kind, replace(beside, version=3), 2)
    found = of(store, kind, case)
    assert len(found) == 2
    assert second in found
    assert beside in found


def test_a_row_with_another_version_than_it_was_sealed_for_is_refused(store, kind):
    row = made(kind, opened(store).case)
    with pytest.raises(StoreError, match="sealed as version `2` and is to be version `1`"):
        add(store, kind, replace(row, version=2))
    add(store, kind, row)
    with pytest.raises(StoreError, match="sealed as version `1` and is to be version `2`"):
        change(store, kind, row, 1)
    assert of(store, kind, row.case) == [row]


def test_a_row_is_not_added_twice(store, kind):
    row = made(kind, opened(store).case)
    add(store, kind, row)
    with pytest.raises(StoreError, match="there already"):
        add(store, kind, row)


def test_what_is_not_there_cannot_be_changed(store, kind):
    with pytest.raises(NoSuchCaseError):
        change(store, kind, replace(made(kind, opened(store).case), version=2), 1)
    with pytest.raises(NoSuchCaseError):
        change(store, kind, replace(made(kind, uuid4()), version=2), 1)


def test_rows_go_with_their_case_and_do_not_come_back(store, kind):
    case, other = opened(store).case, opened(store).case
    row, stays = made(kind, case), made(kind, other)
    for each in (row, stays):
        add(store, kind, each)
    store.run(lambda unit: unit.cases.shred(case))
    for act in (
        lambda: add(store, kind, row),
        lambda: add(store, kind, made(kind, case)),
        lambda: change(store, kind, replace(row, version=2), 1),
    ):
        with pytest.raises(ShreddedError):
            act()
    with pytest.raises(NoSuchCaseError):
        add(store, kind, made(kind, uuid4()))
    assert of(store, kind, other) == [stays]


def test_after_its_shredding_nothing_of_a_case_is_found_by_anybody(store):
    case = opened(store).case
    referral = a_referral(case)

    def fill(unit):
        unit.items.add(an_item(case))
        unit.referrals.add(referral)
        unit.clocks.add([a_clock(case)])
        unit.outbox.add(a_message(case))

    store.run(fill)
    store.run(lambda unit: unit.cases.shred(case))

    def read(unit):
        later = NOON + timedelta(days=9)
        assert unit.items.of(case, EVERY) == unit.clocks.of(case) == unit.outbox.of(case) == []
        assert unit.referrals.find(referral.referral) is None
        assert unit.referrals.marked(b"mark", ["sent"], None, 9) == []
        assert unit.clocks.due(later, 9) == unit.outbox.claim(later, later, uuid4(), 9) == []
        assert unit.clocks.next_due() is unit.outbox.next_due() is None

    store.run(read)
    with pytest.raises(ShreddedError):
        store.run(lambda unit: unit.referrals.of(case))


def test_items_come_by_kind_the_oldest_first(store):
    case = opened(store).case
    late, early, other = an_item(case, minutes=2), an_item(case, minutes=1), an_item(case, kind="choice")
    same = sorted([an_item(case, minutes=1), an_item(case, minutes=1)], key=lambda row: row.item)
    for row in (late, early, other, *same):
        add(store, "items", row)
    found = store.run(lambda unit: unit.items.of(case, ["consent", "consent"]))
    assert found == [*sorted([early, *same], key=lambda row: row.item), late]
    assert store.run(lambda unit: unit.items.of(case, ["choice", "link"])) == [other]
    assert store.run(lambda unit: unit.items.of(case, [])) == []


def test_a_referral_is_found_by_its_identifier_whosesoever_it_is(store):
    row = a_referral(opened(store).case)
    add(store, "referrals", row)
    assert store.run(lambda unit: unit.referrals.find(row.referral)) == row
    assert store.run(lambda unit: unit.referrals.find(uuid4())) is None


def test_a_service_finds_its_own_referrals_page_by_page(store):
    states = ["sent", "accepted", "sent", "closed", "accepted", "sent"]
    rows = [a_referral(opened(store).case, UUID(int=n), state=state) for n, state in enumerate(states, 1)]
    for row in rows:
        add(store, "referrals", row)
    add(store, "referrals", a_referral(opened(store).case, mark=b"other"))

    def page(after):
        return store.run(lambda unit: unit.referrals.marked(b"mark", ["accepted", "sent", "sent"], after, 2))

    assert page(None) == rows[0:2]
    assert page(rows[1].referral) == [rows[2], rows[4]]
    assert page(rows[4].referral) == [rows[5]]
    assert page(rows[5].referral) == []
    assert store.run(lambda unit: unit.referrals.marked(b"mark", [], None, 9)) == []


def test_of_two_who_would_accept_at_once_the_second_sees_what_the_first_did(store):
    case = opened(store).case
    rows = [a_referral(case), a_referral(case)]
    for row in rows:
        add(store, "referrals", row)
    gate, ended = threading.Barrier(2, timeout=20), []

    def accept(row):
        def work(unit):
            # The version of the case was read by both before either began: the reading alone holds nothing.
            unit.cases.get(case)
            if any(other.state == "accepted" for other in unit.referrals.of(case)):
                return "taken"
            unit.referrals.change(replace(row, version=2, state="accepted"), 1)
            return "accepted"

        gate.wait()
        ended.append(store.run(work))

    threads = [threading.Thread(target=accept, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["accepted", "taken"]
    assert sorted(row.state for row in of(store, "referrals", case)) == ["accepted", "sent"]


def test_clocks_come_when_they_are_due_the_oldest_first_and_never_once_stopped(store):
    case, other = opened(store).case, opened(store).case
    rows = [a_clock(case, UUID(int=9), minutes=1), a_clock(other, UUID(int=8), minutes=1), a_clock(case, minutes=0)]
    stopped, later = a_clock(case, minutes=None), a_clock(case, minutes=5)
    store.run(lambda unit: unit.clocks.add([*rows, stopped, later]))
    in_order = [DueClock(row.case, row.clock, row.due_at) for row in (rows[2], rows[1], rows[0])]

    def due(minutes, most=9):
        return store.run(lambda unit: unit.clocks.due(NOON + timedelta(minutes=minutes), most))

    assert due(1) == in_order
    assert due(1, most=2) == in_order[:2]
    assert due(-1) == []
    assert due(5)[-1] == DueClock(later.case, later.clock, later.due_at)
    behind = [
        store.run(lambda unit, one=one: unit.clocks.due(NOON + timedelta(minutes=1), 9, one.place)) for one in in_order
    ]
    assert behind == [in_order[1:], in_order[2:], []], "what is due at the same moment is told by its identifier"
    assert store.run(lambda unit: unit.clocks.get(case, later.clock)) == later
    assert store.run(lambda unit: unit.clocks.get(other, later.clock)) is None
    assert store.run(lambda unit: unit.clocks.next_due()) == NOON


def test_a_clock_that_was_stopped_is_not_waited_for(store):
    row = a_clock(opened(store).case)
    assert store.run(lambda unit: unit.clocks.next_due()) is None
    add(store, "clocks", row)
    change(store, "clocks", replace(row, version=2, due_at=None), 1)
    assert store.run(lambda unit: (unit.clocks.next_due(), unit.clocks.due(NOON, 9))) == (None, [])


def test_clocks_are_added_together_or_not_at_all(store):
    here, gone = opened(store).case, uuid4()
    with pytest.raises(NoSuchCaseError):
        store.run(lambda unit: unit.clocks.add([a_clock(here), a_clock(gone)]))
    assert of(store, "clocks", here) == []
    store.run(lambda unit: unit.clocks.add([]))


def test_a_shredding_that_comes_between_reading_and_acting_on_a_clock_is_told(store):
    row = a_clock(opened(store).case)
    add(store, "clocks", row)
    (found,) = store.run(lambda unit: unit.clocks.due(NOON, 9))
    seen = store.run(lambda unit: unit.clocks.get(found.case, found.clock))
    store.run(lambda unit: unit.cases.shred(row.case))

    def act(unit):
        unit.events.add(an_event(minutes=3))
        unit.clocks.change(replace(seen, version=2, due_at=None), 1)

    with pytest.raises(ShreddedError):
        store.run(act)
    assert store.run(lambda unit: unit.log.waiting(9)) == []
