"""What somebody does to the database without a key is noticed, opens nothing, and the log says which kind it was."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import ANA, BO, CANARIES, NOON, THEIRS, asked, new_office

from nrm.casework.errors import StoreError
from nrm.errors import NrmError, Problem
from nrm.vault.errors import (
    KeyLostError,
    KeyStoreRefusedError,
    MisplacedError,
    TamperedError,
    TruncatedError,
    VaultError,
)


def group(state, case, name, version=1):
    return next(one for one in state.versions[case, version].groups if one.group == name)


def put(state, case, name, sealed, version=1):
    """Put other bytes in the place of a group; None: nothing."""
    row = state.versions[case, version]
    groups = [replace(one, sealed=sealed) if one.group == name else one for one in row.groups]
    kept = tuple(one for one in groups if one.sealed is not None)
    state.versions[case, version] = replace(row, groups=kept)


def cut(state, case, _other):
    put(state, case, "identity", group(state, case, "identity").sealed[:-1])


def flip(state, case, _other):
    sealed = bytearray(group(state, case, "identity").sealed)
    sealed[-1] ^= 1
    put(state, case, "identity", bytes(sealed))


def other_group(state, case, _other):
    put(state, case, "identity", group(state, case, "account").sealed)


def other_version(state, case, _other):
    put(state, case, "identity", group(state, case, "identity").sealed, version=2)


def other_case(state, case, other):
    put(state, case, "identity", group(state, other, "identity").sealed)


def other_key(state, case, other):
    state.cases[case] = replace(state.cases[case], wrapped_key=state.cases[other].wrapped_key)


def no_key(state, case, _other):
    state.cases[case] = replace(state.cases[case], wrapped_key=state.cases[case].wrapped_key[:-1])


FAULTS = {
    "cut short": (cut, TruncatedError),
    "one bit": (flip, TamperedError),
    "another group": (other_group, MisplacedError),
    "another version": (other_version, MisplacedError),
    "another case": (other_case, MisplacedError),
    "the key of another case": (other_key, MisplacedError),
    "a key cut short": (no_key, TruncatedError),
}


@pytest.mark.parametrize(("change", "kind"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_in_the_store_is_an_error_of_its_own_and_integrity_failed(office, change, kind):
    case, other = office.open().case, office.open(BO).case
    office.amend(case, 1, "identity: {first_name: CanaryAgain}\n")
    change(office.store.state, case, other)
    version = 2 if change is other_version else 1
    with pytest.raises(VaultError) as caught:
        office.read(case, "account", "identity", version=version)
    assert type(caught.value) is kind
    assert not any(canary in str(caught.value) for canary in (*CANARIES, str(case), case.hex))
    assert office.said()[-1] == ("group:read", "integrity_failed")
    assert office.entries()[-1].result == "failed"
    assert office.entries()[-1].groups == ("account", "identity")


@pytest.mark.parametrize("verb", ["group:change", "decision:make"])
def test_nothing_is_changed_or_decided_on_a_record_that_was_altered(office, verb):
    case = office.open().case
    flip(office.store.state, case, None)
    before = office.store.state.copied()
    with pytest.raises(TamperedError):
        office.amend(case, 1, "account: {journey: New}\n") if verb == "group:change" else office.decide(case)
    assert office.said()[-1] == (verb, "integrity_failed")
    for table in ("cases", "versions", "decisions", "marks", "details"):
        assert getattr(office.store.state, table) == getattr(before, table)


def test_a_lost_epoch_is_a_destroyed_key(office):
    case = office.open().case
    office.keys.new_epoch(NOON)
    office.read(case, "identity")
    office.keys.destroy_epoch(1, NOON)
    for attempt in (
        lambda: office.read(case, "identity"),
        lambda: office.amend(case, 1, BO),
        lambda: office.decide(case),
    ):
        with pytest.raises(KeyLostError, match="which was destroyed on 2026-03-01"):
            attempt()
        assert office.said()[-1][1] == "key_destroyed"
    office.read(office.open().case, "identity")


def test_a_case_that_nobody_can_open_any_more_can_be_shredded(office):
    case = office.open().case
    office.keys.new_epoch(NOON)
    office.keys.destroy_epoch(1, NOON)
    office.shred(case)
    assert office.store.state.cases[case].wrapped_key is None
    assert office.said()[-1] == ("case:shred", "done")
    assert office.entries()[-1].case is None


def test_a_case_cannot_be_moved_to_another_organisation_in_the_store(office):
    case = office.open().case
    office.store.state.cases[case] = replace(office.store.state.cases[case], organisation=THEIRS)
    for attempt in (
        lambda: office.read(case, "identity", who=asked(organisation=THEIRS)),
        lambda: office.decide(case, who=asked(organisation=THEIRS)),
        lambda: office.shred(case, who=asked("supervisor", organisation=THEIRS)),
    ):
        with pytest.raises(MisplacedError, match="names another organisation"):
            attempt()
        assert office.said()[-1][1] == "integrity_failed"
    assert office.store.state.cases[case].wrapped_key is not None


def test_keys_that_cannot_be_read_are_unavailable_and_not_an_altered_record(office, tmp_path):
    case = office.open().case
    file = tmp_path / "keys.json"
    hidden = file.rename(file.with_name("hidden.json"))
    with pytest.raises(KeyStoreRefusedError):
        office.open()
    hidden.rename(file)
    assert office.said()[-1] == ("case:open", "key_unavailable")
    office.read(case, "identity")


def test_a_denial_that_cannot_be_put_on_the_log_is_not_said_to_be_there(office, monkeypatch):
    case = office.open().case
    gone = StoreError(Problem("store", 0, "the database is gone"))

    def fails(*_):
        raise gone

    monkeypatch.setattr("fakes_store.MemoryEvents.add", fails)
    with pytest.raises(StoreError) as caught:
        office.shred(case)
    assert caught.value is gone
    with pytest.raises(StoreError) as caught:
        office.shred(case, who=asked("caseworker"))
    assert caught.value is gone


def test_the_keys_of_another_installation_open_nothing(office, tmp_path):
    case = office.open().case
    (tmp_path / "other").mkdir()
    stranger = new_office(tmp_path / "other")
    stranger.store.state, stranger.seconds = office.store.state, office.seconds
    with pytest.raises(VaultError):
        stranger.read(case, "identity")
    assert stranger.said()[-1] == ("group:read", "integrity_failed")


PAST = st.dates(date(1950, 1, 1), date(2026, 2, 28))
LINES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=6, max_size=30)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=LINES, story=LINES, number=st.integers(10**8, 10**9), day=PAST.map(str))
def test_no_entry_ever_holds_a_word_of_a_record_or_the_identifier_of_a_case(office, name, story, number, day):
    quote = lambda text: "'" + text.replace("'", "''") + "'"  # noqa: E731
    text = (
        f"identity: {{first_name: {quote(name)}, birth_date: {day}, identity_numbers: [{{number: {number}}}]}}\n"
        f"account: {{journey: {quote(story)}}}\n"
    )
    cases = []
    for attempt in (
        lambda: cases.append(office.open(text).case),
        lambda: cases.append(office.open(ANA).case),
        lambda: office.amend(cases[0], 1, text.replace("identity", "health")),
        lambda: office.amend(cases[0], 1, text.split("\n")[1]),
        lambda: office.read(cases[0], "identity", name),
        lambda: office.read(cases[0], "identity", "account"),
        lambda: office.read(cases[0], "identity", who=asked(organisation=THEIRS)),
        lambda: office.decide(cases[0]),
        lambda: office.history(cases[0]),
        lambda: office.shred(cases[0]),
        lambda: office.read(cases[0], "identity"),
    ):
        try:
            attempt()
        except NrmError as error:
            assert not {str(number), *(str(case) for case in cases)} & set(str(error).split())  # noqa: PT017
    log = b"\n".join(office.leaves()).decode()
    for word in (name.strip(), story.strip(), str(number), *CANARIES, *map(str, cases), *(case.hex for case in cases)):
        assert word not in log
    assert day not in log
