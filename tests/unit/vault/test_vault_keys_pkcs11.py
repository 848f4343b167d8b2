"""Keys in a hardware token: they work there, never leave it, and are gone when destroyed."""

import json
import pickle
from dataclasses import replace
from uuid import uuid4

import pkcs11
import pytest
from fast_keys import AT, PASSPHRASE, made_keys, opened_keys, rewritten

from nrm.vault import Keyring, Place, new_data_key, open_sealed, seal
from nrm.vault.errors import (
    KeyLostError,
    KeyStoreRefusedError,
    MisplacedError,
    TamperedError,
    TruncatedError,
    VaultError,
    WrongKeyringError,
    WrongPassphraseError,
)
from nrm.vault.keys_file import open_keys
from nrm.vault.keys_pkcs11 import create_token_keys, open_token_keys
from nrm.vault.ledger_seal import FIRST_SECRETS

pytestmark = pytest.mark.softhsm


@pytest.fixture
def in_token(key_file, token):
    with create_token_keys(key_file, token, AT) as made:
        yield made


@pytest.fixture
def again(key_file, token):
    """Open the same keys a second time."""
    return lambda: open_token_keys(key_file, token)


def objects_of(keys, token, keyring=None):
    """All key objects of this keyring, as the token lists them to whoever is logged in."""
    session = pkcs11.lib(token.module).get_token(token_label=token.label).open(rw=True)
    found = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY})
    return [one for one in found if (keyring or keys.keyring_id.hex()) in one.label]


def test_a_case_is_sealed_rotated_rewrapped_and_opened(in_token):
    ring, case, key = Keyring(in_token), uuid4(), new_data_key()
    place = Place(case, "facts", 1)
    wrapped, sealed = ring.wrap(case, key), seal(key, place, b"plain")
    ring.rotate(AT)
    assert ring.needs_rewrap(wrapped)
    again = ring.rewrap(case, wrapped)
    ring.destroy_epoch(1, AT)
    assert open_sealed(ring.unwrap(case, again), place, sealed) == b"plain"
    with pytest.raises(KeyLostError, match="destroyed on 2026-03-01"):
        ring.unwrap(case, wrapped)
    assert [(one.epoch.number, one.current, one.destroyed) for one in ring.status()] == [
        (1, False, AT),
        (2, True, None),
    ]


def test_no_key_can_leave_the_token(in_token, token):
    found = objects_of(in_token, token)
    assert len(found) == 2
    for key in found:
        assert key[pkcs11.Attribute.SENSITIVE]
        assert not key[pkcs11.Attribute.EXTRACTABLE]
        assert not key[pkcs11.Attribute.WRAP]
        with pytest.raises(pkcs11.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


def test_destroying_an_epoch_removes_its_key_from_the_token(in_token, token):
    epoch = in_token.new_epoch(AT)
    assert len(objects_of(in_token, token)) == 3
    in_token.destroy_epoch(1, AT)
    assert sorted(one.label.split()[-1] for one in objects_of(in_token, token)) == [str(epoch), "secrets"]


def test_every_flipped_bit_and_every_cut_is_refused_as_with_a_file(in_token):
    ring, case = Keyring(in_token), uuid4()
    wrapped = ring.wrap(case, new_data_key())
    for position in range(len(wrapped) * 8):
        flipped = bytearray(wrapped)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(TamperedError):
            ring.unwrap(case, bytes(flipped))
    for length in range(len(wrapped)):
        with pytest.raises(TruncatedError):
            ring.unwrap(case, wrapped[:length])
    with pytest.raises(MisplacedError):
        ring.unwrap(uuid4(), wrapped)


def test_a_key_of_a_file_is_no_key_of_the_token(in_token, tmp_path):
    case = uuid4()
    with pytest.raises(WrongKeyringError):
        Keyring(in_token).unwrap(case, Keyring(made_keys(tmp_path / "file")).wrap(case, new_data_key()))


def test_secrets_are_the_same_when_opened_again_and_stand_nowhere_in_the_clear(in_token, again, key_file):
    in_token.add_secret("new-purpose")
    with again() as opened:
        for name in (*FIRST_SECRETS, "new-purpose"):
            secret = opened.secret(name)
            assert len(secret) == 32
            assert secret == in_token.secret(name)
            assert secret.hex() not in key_file.read_text()


def test_an_altered_ledger_is_refused(in_token, again, key_file):
    assert in_token.status()
    whole = key_file.read_bytes()
    key_file.write_bytes(whole.replace(b'"number": 1', b'"number": 2'))
    with pytest.raises(TamperedError):
        again()
    with pytest.raises(TamperedError):
        in_token.current()


def test_a_ledger_that_was_altered_with_its_digest_is_refused(in_token, again, key_file):
    assert in_token.status()
    rewritten(key_file, lambda document: document.update(check=document["secrets"]["database"]))
    with pytest.raises(TamperedError, match="the file was altered"):
        again()


def test_a_wrong_pin_is_told_and_not_shown(key_file, token):
    create_token_keys(key_file, token, AT).close()  # a process that is logged in would share its login
    wrong = replace(token, pin="wrong-pin-0815")
    with pytest.raises(WrongPassphraseError, match="the PIN is wrong") as refused:
        open_token_keys(key_file, wrong)
    assert "0815" not in f"{refused.value} {wrong!r} {wrong}"
    with open_token_keys(key_file, token) as opened:
        assert opened.secret("database")


def test_a_token_or_module_that_is_not_there_is_told(key_file, token):
    for wrong in (replace(token, label="elsewhere"), replace(token, module="/nowhere/lib.so")):
        with pytest.raises(KeyStoreRefusedError, match="check --pkcs11 and --token"):
            create_token_keys(key_file, wrong, AT)
    assert not key_file.exists()


def test_a_key_that_somebody_removed_from_the_token_is_lost_and_can_be_buried(in_token, token):
    ring, case = Keyring(in_token), uuid4()
    wrapped = ring.wrap(case, new_data_key())
    ring.rotate(AT)
    for key in objects_of(in_token, token):
        if key.label.split()[-1].startswith("1-"):
            key.destroy()
    with pytest.raises(KeyLostError, match="no longer holds a key"):
        ring.unwrap(case, wrapped)
    assert ring.destroy_epoch(1, AT).number == 1


def test_a_ledger_whose_keys_are_not_in_the_token_is_told_and_leaves_nobody_logged_in(key_file, token):
    create_token_keys(key_file, token, AT).close()
    with create_token_keys(key_file.with_name("other"), token, AT) as other:
        assert other.status()
        for key in objects_of(other, token, json.loads(key_file.read_text())["keyring"]):
            key.destroy()
    with pytest.raises(KeyLostError, match="no longer holds a key"):
        open_token_keys(key_file, token)
    with pytest.raises(WrongPassphraseError):
        open_token_keys(key_file.with_name("other"), replace(token, pin="wrong-pin-0815"))


def test_a_file_of_a_passphrase_and_one_of_a_token_are_not_taken_for_each_other(in_token, key_file, tmp_path, token):
    assert in_token.status()
    made_keys(tmp_path / "file")
    with pytest.raises(KeyStoreRefusedError, match="no token opens this file"):
        open_token_keys(tmp_path / "file", token)
    with pytest.raises(KeyStoreRefusedError, match="no passphrase opens this file"):
        open_keys(key_file, PASSPHRASE)
    assert opened_keys(tmp_path / "file").status()


def test_a_file_that_is_there_makes_no_keys_in_the_token(in_token, key_file, token):
    before = len(objects_of(in_token, token))
    with pytest.raises(KeyStoreRefusedError, match="there is a file already"):
        create_token_keys(key_file, token, AT)
    assert len(objects_of(in_token, token)) == before


def test_nothing_secret_shows(in_token, token, key_file):
    shown = f"{in_token!r} {token!r} {vars(in_token)!r} {json.loads(key_file.read_text())}"
    assert token.pin not in shown
    with pytest.raises(TypeError):
        pickle.dumps(in_token)
    with pytest.raises(VaultError) as refused:
        in_token.secret("none")
    assert token.pin not in str(refused.value)
