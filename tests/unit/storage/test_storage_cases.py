"""Cases and their groups, on both databases."""

from __future__ import annotations

from datetime import timedelta, timezone
from uuid import UUID, uuid4

import databases
import pytest
from store_rows import NOON, OFFICE, a_case, a_decision, a_group, a_message, a_version, an_event, changed, opened

from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError, StoreError

OTHER = UUID(int=8)


def test_a_case_comes_back_as_it_was_added(store):
    row = opened(store)
    assert store.run(lambda unit: unit.cases.get(row.case)) == row


def test_a_moment_with_another_offset_comes_back_in_utc(store):
    there = timezone(timedelta(hours=5, minutes=45))
    row = a_case()
    local = type(row)(row.case, OFFICE, 1, NOON.astimezone(there), NOON.astimezone(there), b"key")
    store.run(lambda unit: unit.cases.add(local, a_version(), b""))
    found = store.run(lambda unit: unit.cases.get(row.case))
    assert (found.opened_at, found.opened_at.utcoffset()) == (NOON, timedelta(0))


def test_a_moment_without_offset_is_refused_and_not_shown(store):
    row = a_case()
    naive = type(row)(row.case, OFFICE, 1, NOON.replace(tzinfo=None), NOON, b"key")
    with pytest.raises(StoreError, match="does not fit the database") as told:
        store.run(lambda unit: unit.cases.add(naive, a_version(), b""))
    assert "2026" not in str(told.value)


def test_an_unknown_case_is_not_found(store):
    with pytest.raises(NoSuchCaseError, match="no such case"):
        store.run(lambda unit: unit.cases.get(uuid4()))


def test_the_same_case_is_not_added_twice_and_the_error_names_none(store):
    row = opened(store)
    with pytest.raises(StoreError, match="a row is there already") as told:
        store.run(lambda unit: unit.cases.add(row, a_version(), b""))
    assert row.case.hex not in str(told.value).replace("-", "")
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_each_version_comes_back_with_the_list_and_the_groups_that_it_brought(store):
    row = opened(store, [a_group("safety", 1, b"one"), a_group("health", 1, b"")])
    second = a_version(a_group("health", 2, b"hh"), version=2, standing=b"list 2")
    store.run(lambda unit: unit.cases.change(row.case, second, b"facts", NOON))
    store.run(lambda unit: changed(unit, row.case, 3))
    other = opened(store, [a_group("legal", 1, b"of another")])

    def found(*numbers):
        return store.run(lambda unit: unit.cases.versions(row.case, numbers))

    first = a_version(a_group("safety", 1, b"one"), a_group("health", 1, b""))
    assert found(3, 1, 9, 1) == [first, a_version(version=3)]
    assert found(2) == [second]
    assert found() == []
    assert store.run(lambda unit: unit.cases.get(row.case)).now == a_version(version=3)
    assert store.run(lambda unit: unit.cases.get(other.case)).now == a_version(a_group("legal", 1, b"of another"))
    assert store.run(lambda unit: unit.cases.written(row.case)) == [(1, "health"), (1, "safety"), (2, "health")]


def test_a_version_that_was_taken_away_is_none_and_never_an_older_one(store):
    row = opened(store, [a_group()])
    store.run(lambda unit: changed(unit, row.case, 2, a_group(version=2)))

    def take_away(unit):
        databases.connection_of(unit).exec_driver_sql("DELETE FROM case_versions WHERE version = 2")

    store.run(take_away)
    assert store.run(lambda unit: unit.cases.get(row.case)).now is None


@pytest.mark.parametrize("written", ["", "safety=9999999999", "safety=2 health=1", "?", "=4", "Safety=4", "safety=-1"])
def test_groups_are_cut_as_the_clear_column_says_and_never_longer_than_they_are(store, written):
    row = opened(store, [a_group(sealed=b"safe")])

    def alter(unit):
        databases.connection_of(unit).exec_driver_sql(f"UPDATE case_versions SET written = '{written}'")  # noqa: S608

    store.run(alter)
    found = store.run(lambda unit: unit.cases.get(row.case)).now
    assert b"".join(group.sealed for group in found.groups) in {b"", b"safe", b"saf"}


def test_a_new_case_that_is_marked_twice_in_one_unit_has_the_second_marks_only(store):
    first, second, seeker = a_case(), a_case(), opened(store)

    def work(unit):
        unit.cases.add(first, a_version(), b"")
        unit.cases.mark(first.case, [("phone", b"1"), ("email", b"2")])
        unit.cases.mark(first.case, [("phone", b"3")])
        unit.cases.add(second, a_version(), b"")
        unit.cases.mark(second.case, [])
        unit.cases.mark(second.case, [("email", b"2")])

    store.run(work)

    def having(*marks):
        return [row.case for row in store.run(lambda unit: unit.cases.marked(marks, seeker.case))]

    assert having(("phone", b"1")) == []
    assert having(("phone", b"3")) == [first.case]
    assert having(("email", b"2")) == [second.case]


def test_a_change_raises_the_version_and_the_moment(store):
    row = opened(store)
    later = NOON + timedelta(hours=1)
    store.run(lambda unit: changed(unit, row.case, at=later))
    found = store.run(lambda unit: unit.cases.get(row.case))
    assert (found.version, found.changed_at, found.opened_at) == (2, later, NOON)


def test_a_change_of_another_version_than_the_one_seen_is_stale(store):
    row = opened(store)
    store.run(lambda unit: changed(unit, row.case))
    with pytest.raises(StaleVersionError, match="you saw version `1`, it has version `2`"):
        store.run(lambda unit: changed(unit, row.case))


def test_a_change_of_no_case_or_of_a_shredded_one_is_refused(store):
    row = opened(store)
    store.run(lambda unit: unit.cases.shred(row.case))
    with pytest.raises(ShreddedError):
        store.run(lambda unit: changed(unit, row.case))
    with pytest.raises(NoSuchCaseError):
        store.run(lambda unit: changed(unit, uuid4()))


def test_a_group_sealed_for_another_version_is_refused(store):
    row = opened(store)
    with pytest.raises(StoreError, match="another version than `2`"):
        store.run(lambda unit: changed(unit, row.case, 2, a_group(version=3)))
    assert store.run(lambda unit: unit.cases.get(row.case)) == row


def test_cases_are_listed_by_identifier_page_by_page_and_by_organisation(store):
    rows = [opened(store, case=UUID(int=n << 64), organisation=OTHER if n % 2 else OFFICE) for n in (5, 1, 4, 2, 3)]
    ordered = sorted(rows, key=lambda row: row.case)
    assert store.run(lambda unit: unit.cases.listed(None, None, 10)) == ordered
    assert store.run(lambda unit: unit.cases.listed(None, ordered[1].case, 2)) == ordered[2:4]
    assert store.run(lambda unit: unit.cases.listed(OFFICE, None, 10)) == [ordered[1], ordered[3]]


def test_packed_facts_are_those_of_each_case_that_is_not_shredded_as_it_stands(store):
    first = opened(store, facts=b"old", case=UUID(int=1))
    store.run(lambda unit: changed(unit, first.case, facts=b"new"))
    shredded = opened(store, facts=b"gone", case=UUID(int=2))
    store.run(lambda unit: unit.cases.shred(shredded.case))
    other = opened(store, facts=b"last", case=UUID(int=4))

    def sealed(after, most):
        return [tuple(row) for row in store.run(lambda unit: unit.cases.packed(after, most))]

    new = (first.case.bytes, 2, first.wrapped_key, b"new")
    last = (other.case.bytes, 1, other.wrapped_key, b"last")
    assert sealed(None, 10) == [new, last]
    assert sealed(None, 1) == [new]
    assert sealed(first.case, 10) == [last]


def test_a_key_is_rewrapped_only_when_it_is_the_one_that_was_unwrapped(store):
    row = opened(store, key=b"old")
    assert store.run(lambda unit: unit.cases.rewrap(row.case, b"other", b"new")) is False
    assert store.run(lambda unit: unit.cases.rewrap(row.case, b"old", b"new")) is True
    assert store.run(lambda unit: unit.cases.get(row.case)).wrapped_key == b"new"


def test_shredding_destroys_the_key_and_all_that_was_sealed_under_it(store):
    row = opened(store, [a_group()])
    decision = a_decision(row.case)

    def fill(unit):
        unit.cases.mark(row.case, [("phone", b"m")])
        unit.decisions.add(decision)
        unit.events.add(an_event(row.case, details=b"salt and details"))
        unit.outbox.add(a_message(row.case))

    store.run(fill)
    store.run(lambda unit: unit.cases.shred(row.case))
    store.run(lambda unit: unit.cases.shred(row.case))  # it stays so
    assert store.run(lambda unit: unit.cases.get(row.case)).wrapped_key is None
    assert store.run(lambda unit: unit.cases.written(row.case)) == []
    assert store.run(lambda unit: unit.cases.marked([("phone", b"m")], uuid4())) == []
    assert store.run(lambda unit: unit.decisions.of(row.case)) == []
    assert store.run(lambda unit: unit.events.of(row.case)) == []
    assert len(store.run(lambda unit: unit.log.waiting(9))) == 1, "the leaf stays, the tree must still verify"


def test_no_case_can_be_shredded_that_is_not_there(store):
    with pytest.raises(NoSuchCaseError):
        store.run(lambda unit: unit.cases.shred(uuid4()))


@pytest.mark.parametrize("what", ["mark", "decision", "message", "details"])
def test_nothing_comes_back_to_a_shredded_case_or_to_none(store, what):
    row = opened(store)
    store.run(lambda unit: unit.cases.shred(row.case))
    adding = {
        "mark": lambda unit, case: unit.cases.mark(case, [("phone", b"m")]),
        "decision": lambda unit, case: unit.decisions.add(a_decision(case)),
        "message": lambda unit, case: unit.outbox.add(a_message(case)),
        "details": lambda unit, case: unit.events.add(an_event(case, details=b"d")),
    }[what]
    with pytest.raises(ShreddedError):
        store.run(lambda unit: adding(unit, row.case))
    with pytest.raises(NoSuchCaseError):
        store.run(lambda unit: adding(unit, uuid4()))


def test_other_cases_with_the_same_mark_are_found(store):
    mine, same, other = opened(store), opened(store), opened(store)
    store.run(lambda unit: unit.cases.mark(mine.case, [("phone", b"1"), ("e-mail", b"2")]))
    store.run(lambda unit: unit.cases.mark(same.case, [("phone", b"1"), ("phone", b"1")]))
    store.run(lambda unit: unit.cases.mark(other.case, [("e-mail", b"1")]))

    def alike(*marks):
        return store.run(lambda unit: unit.cases.marked(marks, mine.case))

    assert alike(("phone", b"1"), ("phone", b"9")) == [same]
    assert alike(("e-mail", b"2")) == []
    assert alike() == []


def test_new_marks_stand_in_the_place_of_the_old_ones(store):
    mine, other = opened(store), opened(store)
    store.run(lambda unit: unit.cases.mark(mine.case, [("phone", b"1")]))
    store.run(lambda unit: unit.cases.mark(mine.case, [("phone", b"2")]))
    assert store.run(lambda unit: unit.cases.marked([("phone", b"1")], other.case)) == []
    assert store.run(lambda unit: unit.cases.marked([("phone", b"2")], other.case)) == [mine]
    store.run(lambda unit: unit.cases.mark(mine.case, []))
    assert store.run(lambda unit: unit.cases.marked([("phone", b"2")], other.case)) == []
