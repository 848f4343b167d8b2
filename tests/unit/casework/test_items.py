"""What is kept beside a record opens at its place and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import asked
from referral_desk import CHILD, a_case, agree, agreed_and_sent, ask_for, clocks, in_unit, later, lying, said, tick

from nrm.casework.items import clocks_of, ledger, referrals_of, unsealed
from nrm.casework.referrals import referring
from nrm.casework.referrals.services import MARK_BYTES, mark, organisation_of
from nrm.referral.clock import Clock
from nrm.vault.errors import MisplacedError, VaultError

KEY = b"k" * 32
names = st.tuples(st.text(max_size=9), st.text(max_size=9))


def swap(office, table, a, b):
    """Put what is sealed in one row into another."""
    rows = getattr(office.store.state, table)
    rows[a] = replace(rows[a], sealed=rows[b].sealed)


def places(office, table, case):
    return [key for key in getattr(office.store.state, table) if key[0] == case]


def refuses(office, case):
    """Every use case that opens this says that somebody altered the store, and nothing is disclosed."""
    for does in (
        lambda: ask_for(office, case),
        lambda: office.decide(case),
        lambda: referring.referrals(office.desk, asked(), case),
    ):
        before = len(lying(office, case))
        with pytest.raises(VaultError) as caught:
            does()
        assert (said(office)[-1][1], len(lying(office, case))) == ("integrity_failed", before)
        assert "Canary" not in str(caught.value)


def two_referrals(office):
    case, one = agreed_and_sent(office)
    agree(office, case, "share_with_accommodation")
    ask_for(office, case, "safe_accommodation")
    return case, one


def test_a_referral_in_the_place_of_another_is_found_out(office):
    case, _ = two_referrals(office)
    swap(office, "referrals", *places(office, "referrals", case))
    refuses(office, case)


def test_a_referral_of_another_case_is_found_out(office):
    case, _ = agreed_and_sent(office)
    other, _ = agreed_and_sent(office)
    swap(office, "referrals", *places(office, "referrals", case), *places(office, "referrals", other))
    refuses(office, case)


def test_a_state_that_the_store_changed_is_found_out(office):
    case, one = agreed_and_sent(office)
    rows = office.store.state.referrals
    rows[case, one.id] = replace(rows[case, one.id], state="accepted")
    refuses(office, case)


def test_an_older_version_of_a_referral_is_found_out(office):
    case, one = agreed_and_sent(office, hold=True)
    old = office.store.state.referrals[case, one.id]
    referring.send_draft(office.desk, asked(), case, one.id, None, one.made_at.date())
    rows = office.store.state.referrals
    rows[case, one.id] = replace(rows[case, one.id], sealed=old.sealed)
    refuses(office, case)


def test_a_clock_in_the_place_of_another_is_found_out_and_left_alone_by_the_worker(office):
    case, other = a_case(office), a_case(office, CHILD)
    mine, theirs = places(office, "clocks", case), places(office, "clocks", other)
    for a, b in ((mine[0], mine[1]), (mine[2], theirs[0])):
        swap(office, "clocks", a, b)
    with pytest.raises(VaultError):
        in_unit(office, case, clocks_of)
    later(office, days=400)
    found = tick(office)
    assert found.unopened >= 2
    assert found.looked > 10  # one broken clock does not keep the others waiting
    late = office.store.run(lambda unit: [row.level for row in unit.clocks.of(other)])
    assert sum(level > 0 for level in late) > 5


def test_a_decision_in_the_place_of_another_is_found_out(office):
    case, _ = agreed_and_sent(office)
    office.decide(case)
    newest = office.store.run(lambda unit: unit.decisions.of(case))[-1].decision
    older = next(key for key in places(office, "decisions", case) if key != (case, newest))
    swap(office, "decisions", (case, newest), older)
    with pytest.raises(MisplacedError):
        agree(office, case, state="withdrawn")


def test_what_is_not_of_the_form_is_refused_without_a_word_of_it(office):
    case = a_case(office)

    def work(_unit, open_):
        data = open_.seal("clock", 1, b'{"name": "CanaryName"}').sealed
        return unsealed(open_, "clock", 1, data, UUID(int=1), Clock)

    with pytest.raises(MisplacedError) as caught:
        in_unit(office, case, work)
    assert "Canary" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_shredded_case_keeps_nothing_of_all_this(office):
    case, one = two_referrals(office)
    office.shred(case)
    state = office.store.state
    assert [key for table in ("items", "referrals", "clocks", "outbox") for key in places(office, table, case)] == []
    assert one.id not in {row.referral for row in state.referrals.values()}


def test_lists_are_in_the_order_in_which_things_were_said(office):
    case = a_case(office)
    lines = [agree(office, case, state=state) for state in ("given", "refused", "given", "withdrawn")]
    assert in_unit(office, case, ledger) == lines
    assert in_unit(office, case, referrals_of) == []
    assert len(clocks(office, case)) == len({one.id for one in clocks(office, case)})


@given(names, names)
def test_marks_tell_services_apart_and_name_none(one, other):
    a, b = organisation_of(one), organisation_of(other)
    assert (a == b) == (one == other)
    assert (mark(KEY, a) == mark(KEY, b)) == (one == other)
    assert mark(KEY, a) != mark(b"x" * 32, a)
    assert len(mark(KEY, a)) == MARK_BYTES
