"""Whoever can write to the database and has no keys cannot show an older group in the place of a newer one."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import BO, CANARIES, OURS

from nrm.casework.standing import Standing
from nrm.vault.errors import MisplacedError, TruncatedError

AGAIN = "identity: {first_name: CanaryAgain}\n"


def newest_group_gone(state, case, _other):
    row = state.versions[case, 2]
    state.versions[case, 2] = replace(row, groups=())


def newest_group_older(state, case, _other):
    older = [replace(one, version=2) for one in state.versions[case, 1].groups]
    state.versions[case, 2] = replace(state.versions[case, 2], groups=tuple(older))


def newest_version_gone(state, case, _other):
    del state.versions[case, 2]


def first_version_gone(state, case, _other):
    del state.versions[case, 1]


def list_of(whose, version):
    """Put the list of a version (of this case, or of another) in the place of the newest."""

    def put(state, case, other):
        found = state.versions[{"its": case, "another": other}[whose], version]
        state.versions[case, 2] = replace(state.versions[case, 2], standing=found.standing)

    return put


def list_cut_to(length):
    def put(state, case, _other):
        row = state.versions[case, 2]
        state.versions[case, 2] = replace(row, standing=row.standing[:length])

    return put


def older_version_as_newest(state, case, _other):
    state.versions[case, 2] = replace(state.versions[case, 1], version=2)


def newest_version_as_first(state, case, _other):
    state.versions[case, 1] = replace(state.versions[case, 2], version=1)
    state.cases[case] = replace(state.cases[case], version=1)


def counted_further(state, case, _other):
    state.cases[case] = replace(state.cases[case], version=3)


TAKEN_BACK = {
    "the newest version of a group is gone": (newest_group_gone, MisplacedError),
    "an older group stands in its place": (newest_group_older, MisplacedError),
    "the newest version is gone": (newest_version_gone, MisplacedError),
    "a version whose groups still stand is gone": (first_version_gone, MisplacedError),
    "an older list": (list_of("its", 1), MisplacedError),
    "the list of another case": (list_of("another", 2), MisplacedError),
    "no list": (list_cut_to(0), TruncatedError),
    "a list cut short": (list_cut_to(-1), TruncatedError),
    "an older version under the newest number": (older_version_as_newest, MisplacedError),
    "the newest version under an older number": (newest_version_as_first, MisplacedError),
    "a version that was never written": (counted_further, MisplacedError),
}


@pytest.mark.parametrize(("change", "kind"), TAKEN_BACK.values(), ids=list(TAKEN_BACK))
def test_no_older_group_is_ever_shown_in_the_place_of_a_newer_one(office, change, kind):
    case, other = office.open().case, office.open().case
    for one in (case, other):
        office.amend(one, 1, AGAIN)
    state = office.store.state
    change(state, case, other)
    state, seen = state.copied(), state.cases[case].version
    attempts = {
        "group:read": lambda: office.read(case, "identity", "account"),
        "group:change": lambda: office.amend(case, seen, BO),
        "decision:make": lambda: office.decide(case),
    }
    for verb, attempt in attempts.items():
        with pytest.raises(kind) as caught:
            attempt()
        assert type(caught.value) is kind
        assert not any(canary in str(caught.value) for canary in (*CANARIES, str(case), case.hex))
        assert office.said()[-1] == (verb, "integrity_failed")
    for table in ("cases", "versions", "facts", "decisions", "marks", "details"):
        assert getattr(office.store.state, table) == getattr(state, table)
    assert b"CanaryAgain" in office.read(other, "identity")["identity"]


def test_an_older_version_is_shown_as_it_stood_or_not_at_all(office):
    case = office.open().case
    office.amend(case, 1, AGAIN)
    office.amend(case, 2, "account: {journey: CanaryLater}\n")
    assert b"CanaryAgain" in office.read(case, "identity", version=2)["identity"]
    list_of("its", 1)(office.store.state, case, None)
    with pytest.raises(MisplacedError):
        office.read(case, "identity", version=2)
    assert b"CanaryAgain" in office.read(case, "identity")["identity"], "what stands now does not need that list"
    newest_version_gone(office.store.state, case, None)
    for version in (None, 2):
        with pytest.raises(MisplacedError, match="gone from the store"):
            office.read(case, "identity", version=version)
        assert office.said()[-1] == ("group:read", "integrity_failed")
    assert b"CanaryLater" in office.read(case, "account")["account"]


def test_a_case_that_was_set_back_as_a_whole_is_told_by_its_entries_alone(office):
    """What docs/threat-model.md says is left: row, version and count are all those of a day before."""
    case = office.open().case
    before, before_history = office.store.state.copied(), office.history(case).versions
    office.amend(case, 1, AGAIN)
    state = office.store.state
    state.cases, state.versions, state.facts = before.cases, before.versions, before.facts
    assert b"CanaryAna" in office.read(case, "identity")["identity"]
    with pytest.raises(MisplacedError, match="an older version of the case than its entries tell of"):
        office.history(case)
    assert office.said()[-1] == ("case:read", "integrity_failed")
    office.store.state.details.clear()
    assert office.history(case).versions == before_history
    assert ("group:change", "done") in office.said(), "the log still has the change, and cannot say of which case"


def test_a_case_without_any_group_has_a_list_all_the_same(office):
    case = office.open("").case
    assert office.read(case, "identity") == {}
    newest = office.store.state.versions[case, 1]
    assert (newest.groups, len(newest.standing) > 70) == ((), True)


@given(
    secret=st.binary(min_size=32, max_size=32),
    groups=st.dictionaries(st.from_regex("[a-z][a-z0-9_]{0,19}", fullmatch=True), st.integers(1, 2**28)),
)
def test_what_stands_is_read_as_it_was_written(secret, groups):
    stands = Standing(secret, uuid4(), groups)
    assert Standing.decode(stands.encode()) == stands
    assert secret.hex() not in repr(stands)
    assert repr(secret) not in repr(Standing(secret, OURS, {}))
