"""Epochs come and go, and no case is lost with one; what happens to the keys is on the log before it happens."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from databases import close_all, sqlcipher_store
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ANA, BO, TestOffice, asked, new_office

from nrm.casework.asked import ROLES, NotPermittedError
from nrm.casework.cases.record import PARTS
from nrm.casework.errors import DeniedError, ShreddedError, StoreError
from nrm.casework.office import rotation
from nrm.casework.office.rotation import EpochInUseError
from nrm.errors import Problem
from nrm.vault.errors import KeyLostError, KeyStoreBusyError, KeyStoreRefusedError, TamperedError

ADMIN = asked("administrator")
OTHER_ROLES = sorted(set(ROLES) - {"administrator"})


def rotate(office, who=ADMIN, **more):
    return rotation.rotate(office.desk, who, **more)


def rewrap(office, who=ADMIN):
    return rotation.rewrap_all(office.desk, who)


def destroy(office, number, who=ADMIN):
    return rotation.destroy(office.desk, who, number)


def keys_of(office):
    """The wrapped key of every case."""
    return {row.case: row.wrapped_key for row in office.store.run(lambda unit: unit.cases.listed(None, None, 1_000))}


def epochs_of(office):
    return {office.keyring.epoch_of(key).number for key in keys_of(office).values() if key is not None}


def states(office):
    return [("destroyed" if one.destroyed else "current" if one.current else "old") for one in office.keyring.status()]


def interrupted(office, monkeypatch, after):
    """Begin a rotation whose keys fail after so many cases."""
    real, done = office.keyring.rewrap, []

    def failing(case, wrapped):
        if len(done) == after:
            raise KeyStoreBusyError(Problem("keys", 0, "interrupted"))
        done.append(case)
        return real(case, wrapped)

    with monkeypatch.context() as patched:
        patched.setattr(office.keyring, "rewrap", failing)
        with pytest.raises(KeyStoreBusyError, match="interrupted"):
            rotate(office)


def meanwhile(monkeypatch, action):
    """Do something once, after a page of cases was read and before its keys are rewrapped."""
    real, did = rotation._page, []  # noqa: SLF001 - there is no other way between the two

    def page(desk, after):
        rows = real(desk, after)
        if not did:
            did.append(True)
            action()
        return rows

    monkeypatch.setattr(rotation, "_page", page)


def test_a_rotation_moves_every_key_and_keeps_every_plaintext(office, monkeypatch):
    monkeypatch.setattr(rotation, "AT_ONCE", 2)
    cases = [office.open(text).case for text in (ANA, BO, BO, BO, BO)]
    before = {case: office.read(case, *PARTS) for case in cases}
    old, seen = keys_of(office), []
    epoch, moved = rotate(office, seen=seen.append)
    assert (epoch.number, moved, seen) == (2, 5, [2, 4, 5])
    assert epochs_of(office) == {2}
    assert not set(old.values()) & set(keys_of(office).values())
    assert {case: office.read(case, *PARTS) for case in cases} == before
    assert office.store.scrubbed == 1
    assert rewrap(office) == 0


def test_a_rotation_that_was_interrupted_is_completed_by_rewrapping(office, monkeypatch):
    monkeypatch.setattr(rotation, "AT_ONCE", 2)
    cases = [office.open(BO).case for _ in range(5)]
    before = {case: office.read(case, "identity") for case in cases}
    interrupted(office, monkeypatch, after=3)  # one page whole, the next not at all
    assert (rotation.cases_in(office.desk, 1), rotation.cases_in(office.desk, 2)) == (3, 2)
    assert {case: office.read(case, "identity") for case in cases} == before
    with pytest.raises(EpochInUseError, match="the keys of 3 cases are still wrapped in epoch 1"):
        destroy(office, 1)
    assert rewrap(office) == 3
    assert destroy(office, 1).number == 1
    assert {case: office.read(case, "identity") for case in cases} == before


def test_a_case_that_is_amended_meanwhile_keeps_both_the_change_and_the_new_wrapping(office, monkeypatch):
    case = office.open(BO).case
    meanwhile(monkeypatch, lambda: office.amend(case, 1, "identity: {first_name: Renamed}\n"))
    assert rotate(office)[1] == 1
    destroy(office, 1)
    assert b"Renamed" in office.read(case, "identity")["identity"]
    assert b"CanaryBo" in office.read(case, "identity", version=1)["identity"]


def test_a_case_that_is_shredded_meanwhile_stays_shredded(office, monkeypatch):
    case, other = office.open(ANA).case, office.open(BO).case
    meanwhile(monkeypatch, lambda: office.shred(case))
    assert rotate(office)[1] == 1
    assert keys_of(office)[case] is None
    with pytest.raises(ShreddedError):
        office.read(case, "identity")
    destroy(office, 1)
    assert office.read(other, "identity")


def test_a_case_that_another_process_rewraps_meanwhile_is_not_rewrapped_over(office, monkeypatch):
    case = office.open(BO).case
    meanwhile(monkeypatch, lambda: rewrap(office))
    assert rotate(office)[1] == 0
    assert epochs_of(office) == {2}
    assert office.read(case, "identity")


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_only_an_administrator_changes_keys_and_each_denial_is_on_the_log(office, role):
    office.open(BO)
    rotate(office)
    before, keys, told = states(office), keys_of(office), len(office.said())
    for work in (rotate, rewrap, lambda office, who: destroy(office, 1, who)):
        with pytest.raises(NotPermittedError):
            work(office, who=asked(role))
    assert (states(office), keys_of(office)) == (before, keys)
    assert office.said()[told:] == [(f"keys:{verb}", "not_permitted") for verb in ("rotate", "rewrap", "destroy")]


def test_who_may_not_destroy_does_not_learn_whether_cases_need_the_epoch(office):
    office.open(BO)
    office.keyring.rotate(office.now())
    with pytest.raises(DeniedError) as caught:
        destroy(office, 1, asked("caseworker"))
    assert "wrapped" not in str(caught.value)


def test_an_epoch_that_a_case_needs_is_not_destroyed_and_the_attempt_is_on_the_log(office):
    case = office.open(BO).case
    office.keyring.rotate(office.now())
    with pytest.raises(EpochInUseError, match="the key of 1 case is still wrapped in epoch 1; run `nrm keys rewrap`"):
        destroy(office, 1)
    assert states(office) == ["old", "current"]
    assert office.said()[-1] == ("keys:destroy", "input_refused")
    assert office.read(case, "identity")


@pytest.mark.parametrize(
    ("number", "fault"),
    [(1, "is destroyed already"), (3, "is the current one; run `nrm keys rotate` first"), (9, "there is no epoch `9`")],
)
def test_an_epoch_that_cannot_be_destroyed_is_refused_and_logged(office, number, fault):
    rotate(office)
    rotate(office)
    destroy(office, 1)
    with pytest.raises(KeyStoreRefusedError, match=fault):
        destroy(office, number)
    assert states(office) == ["destroyed", "old", "current"]
    assert office.said()[-1] == ("keys:destroy", "key_unavailable")


def test_an_epoch_that_stops_being_the_current_one_while_we_look_is_not_destroyed(office, monkeypatch):
    case = office.open(BO).case
    real = office.keys.status

    def status():
        found = real()
        if len(found) == 1:
            office.keyring.rotate(office.now())  # another process
        return found

    monkeypatch.setattr(office.keys, "status", status)
    with pytest.raises(KeyStoreRefusedError, match="is the current one"):
        destroy(office, 1)
    assert states(office) == ["old", "current"]
    assert office.read(case, "identity")


def test_a_wrapped_key_that_cannot_be_read_keeps_every_epoch(office):
    case = office.open(BO).case
    rotate(office)
    row = office.store.state.cases[case]
    office.store.state.cases[case] = replace(row, wrapped_key=b"\xff" + row.wrapped_key[1:])
    with pytest.raises(TamperedError):
        destroy(office, 1)
    assert states(office) == ["old", "current"]
    assert office.said()[-1] == ("keys:destroy", "integrity_failed")


@pytest.mark.parametrize(("verb", "work"), [("rotate", rotate), ("destroy", lambda office: destroy(office, 1))])
def test_the_entry_is_written_before_the_keys_change(office, monkeypatch, verb, work):
    office.keyring.rotate(office.now())
    said = []

    def change(*_):
        said.extend(office.said())
        raise KeyStoreBusyError(Problem("keys", 0, "the power fails"))

    monkeypatch.setattr(office.keyring, {"rotate": "rotate", "destroy": "destroy_epoch"}[verb], change)
    with pytest.raises(KeyStoreBusyError):
        work(office)
    assert said == [(f"keys:{verb}", "done")]
    assert states(office) == ["old", "current"]


@pytest.mark.parametrize("work", [rotate, lambda office: destroy(office, 1)])
def test_keys_do_not_change_when_no_entry_can_be_written(office, monkeypatch, work):
    office.keyring.rotate(office.now())

    def gone(_work):
        raise StoreError(Problem("store", 0, "the database is gone"))

    monkeypatch.setattr(office.store, "run", gone)
    with pytest.raises(StoreError):
        work(office)
    assert states(office) == ["old", "current"]


def test_an_older_copy_of_the_store_is_unreadable_once_its_epoch_is_destroyed(office):
    case = office.open(BO).case
    older = office.store.state.copied()
    rotate(office)
    destroy(office, 1)
    assert office.read(case, "identity")
    office.store.state = older
    with pytest.raises(KeyLostError):
        office.read(case, "identity")


def test_on_a_real_store_too_an_epoch_goes_when_its_last_case_has_left_it(tmp_path, monkeypatch):
    monkeypatch.setattr(rotation, "AT_ONCE", 2)
    office = TestOffice(tmp_path).on(sqlcipher_store(tmp_path))
    try:
        cases = [office.open(BO).case for _ in range(3)]
        interrupted(office, monkeypatch, after=2)
        with pytest.raises(EpochInUseError, match="the key of 1 case is"):
            destroy(office, 1)
        assert rewrap(office) == 1
        destroy(office, 1)
        assert all(b"CanaryBo" in office.read(case, "identity")["identity"] for case in cases)
        assert office.said()[-5] == ("keys:rewrap", "done")
    finally:
        close_all()


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(["open", "shred", "rotate", "epoch", "rewrap", *("destroy",) * 3]), max_size=14), st.data()
)
def test_whatever_is_done_to_keys_every_case_that_is_not_shredded_stays_readable(acts, data):
    with TemporaryDirectory() as folder:
        office = new_office(Path(folder))
        alive, destroyed = [office.open(BO).case], set()
        for act in acts:
            if act == "open":
                alive.append(office.open(BO).case)
            elif act == "shred" and alive:
                office.shred(alive.pop())
            elif act == "rotate":
                rotate(office)
            elif act == "epoch":
                office.keyring.rotate(office.now())  # a rotation that was interrupted at once
            elif act == "rewrap":
                rewrap(office)
            elif act == "destroy":
                number = data.draw(st.integers(1, len(office.keyring.status()) + 1))
                free = number not in destroyed | epochs_of(office) and states(office)[number - 1 : number] == ["old"]
                if free:
                    destroyed.add(destroy(office, number).number)
                else:
                    with pytest.raises((EpochInUseError, KeyStoreRefusedError)):
                        destroy(office, number)
        assert all(b"CanaryBo" in office.read(case, "identity")["identity"] for case in alive)
        assert {one.epoch.number for one in office.keyring.status() if one.destroyed} == destroyed
