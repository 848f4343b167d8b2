"""Another passphrase for the keys of an installation: an administrator asks, and the log has it before it is done."""

import pytest
from fast_keys import FAST, PASSPHRASE, opened_keys
from offices import BO, asked

from nrm.casework.asked import ROLES, NotPermittedError
from nrm.casework.errors import StoreError
from nrm.casework.office import rotation
from nrm.errors import Problem
from nrm.vault.errors import KeyStoreBusyError, KeyStoreRefusedError, WrongPassphraseError
from nrm.vault.passphrase import Passphrase

NEW = Passphrase("other words of the office")
ADMIN = asked("administrator")


def relock(office, new=NEW, who=ADMIN):
    keys = office.keys
    rotation.relock(office.desk, who, lambda: keys.refuse_passphrase(new), lambda: keys.change_passphrase(new, FAST))


def test_the_new_passphrase_opens_the_keys_and_every_case_stays_readable(office, tmp_path):
    case = office.open(BO).case
    before = office.keyring.status()
    relock(office)
    assert office.said()[-1] == ("keys:relock", "done")
    assert office.keyring.status() == before
    rotation.rotate(office.desk, ADMIN)
    rotation.destroy(office.desk, ADMIN, 1)
    assert b"CanaryBo" in office.read(case, "identity")["identity"]
    assert opened_keys(tmp_path / "keys.json", NEW).status() == office.keyring.status()
    with pytest.raises(WrongPassphraseError):
        opened_keys(tmp_path / "keys.json")


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"administrator"}))
def test_nobody_but_an_administrator_changes_the_passphrase(office, tmp_path, role):
    with pytest.raises(NotPermittedError):
        relock(office, who=asked(role))
    assert office.said()[-1] == ("keys:relock", "not_permitted")
    assert opened_keys(tmp_path / "keys.json").status()


@pytest.mark.parametrize("new", [PASSPHRASE, Passphrase("too short")])
def test_a_passphrase_that_is_refused_is_an_attempt_on_the_log(office, tmp_path, new):
    with pytest.raises(KeyStoreRefusedError):
        relock(office, new)
    assert office.said()[-1] == ("keys:relock", "key_unavailable")
    assert opened_keys(tmp_path / "keys.json").status()


def test_who_may_not_change_the_passphrase_does_not_learn_whether_one_would_do(office):
    with pytest.raises(NotPermittedError):
        relock(office, PASSPHRASE, asked("caseworker"))


def test_the_entry_of_another_passphrase_is_written_before_it_opens_the_keys(office):
    said = []

    def change():
        said.extend(office.said())
        raise KeyStoreBusyError(Problem("keys", 0, "the power fails"))

    with pytest.raises(KeyStoreBusyError):
        rotation.relock(office.desk, ADMIN, lambda: None, change)
    assert said == [("keys:relock", "done")]


def test_the_passphrase_stays_when_no_entry_can_be_written(office, tmp_path, monkeypatch):
    def gone(_work):
        raise StoreError(Problem("store", 0, "the database is gone"))

    monkeypatch.setattr(office.store, "run", gone)
    with pytest.raises(StoreError):
        relock(office)
    assert opened_keys(tmp_path / "keys.json").status()
