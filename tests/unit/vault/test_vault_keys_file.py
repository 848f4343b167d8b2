"""The key file: opened by its passphrase only, never half-written, and never quietly altered."""

import json
import pickle
import stat
import unicodedata
from base64 import b64encode
from uuid import uuid4

import pytest
from fast_keys import AT, FAST, PASSPHRASE, WORDS, made_keys, opened_keys, rewritten

from nrm.vault import Keyring, keys_file, new_data_key
from nrm.vault.errors import (
    KeyLostError,
    KeyStoreRefusedError,
    TamperedError,
    UnknownSecretError,
    VaultError,
    WrongPassphraseError,
)
from nrm.vault.keys_file import create_keys, open_keys
from nrm.vault.ledger import read_ledger
from nrm.vault.ledger_seal import BLIND_INDEX, DATABASE, FIRST_SECRETS, LOG_SIGNING
from nrm.vault.passphrase import RECOMMENDED, Cost, Passphrase


def test_a_file_opens_with_its_passphrase_and_holds_the_same_secrets(key_file, keys):
    again = opened_keys(key_file)
    assert again.keyring_id == keys.keyring_id
    assert again.current() == keys.current()
    secrets = [again.secret(name) for name in (BLIND_INDEX, DATABASE, LOG_SIGNING)]
    assert secrets == [keys.secret(name) for name in FIRST_SECRETS]
    assert {len(secret) for secret in secrets} == {32}
    assert len(set(secrets)) == 3


def test_another_passphrase_is_told_from_a_broken_file(key_file, keys):
    assert keys.secret(DATABASE)
    with pytest.raises(WrongPassphraseError, match="the passphrase does not open it"):
        opened_keys(key_file, Passphrase(WORDS + "!"))


def test_an_accent_may_be_typed_in_either_way(key_file):
    words = "où est la clé du coffre"
    create_keys(key_file, Passphrase(unicodedata.normalize("NFC", words)), AT, FAST)
    assert opened_keys(key_file, Passphrase(unicodedata.normalize("NFD", words))).secret(DATABASE)


def test_every_flipped_bit_of_the_file_is_found_before_a_passphrase_is_tried(key_file, keys, monkeypatch):
    assert keys.status()
    whole = key_file.read_bytes()
    for position in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(TamperedError, match="altered or damaged"):
            read_ledger(bytes(flipped), "key file")
    monkeypatch.setattr(Passphrase, "cipher", lambda *_: pytest.fail("the passphrase was tried"))
    key_file.write_bytes(flipped)
    with pytest.raises(TamperedError, match="altered or damaged"):
        opened_keys(key_file)


def test_every_cut_of_the_file_is_refused(key_file, keys):
    assert keys.status()
    whole = key_file.read_bytes().rstrip()
    for length in range(len(whole)):
        with pytest.raises(TamperedError):
            read_ledger(whole[:length], "key file")


@pytest.mark.parametrize("content", [b"[]", b"null", b'"x"', b"{}", b"[" * 5000, b'{"format": "nrm-keys-1"}', b"\xff"])
def test_a_file_of_another_kind_is_refused(key_file, content):
    key_file.write_bytes(content)
    key_file.chmod(0o600)
    with pytest.raises(TamperedError):
        opened_keys(key_file)


def swap_epochs(document):
    one, two = document["epochs"]
    one["key"], two["key"] = two["key"], one["key"]


def swap_secrets(document):
    secrets = document["secrets"]
    secrets[BLIND_INDEX], secrets[DATABASE] = secrets[DATABASE], secrets[BLIND_INDEX]


@pytest.mark.parametrize(
    "change",
    [
        swap_epochs,
        swap_secrets,
        lambda document: document["epochs"].pop(),
        lambda document: document["epochs"][0].update(created="2020-01-01T00:00:00+00:00"),
        lambda document: document["secrets"].update(planted=b64encode(bytes(60)).decode()),
    ],
)
def test_what_was_altered_on_purpose_with_its_digest_is_found_by_the_seal(key_file, keys, change):
    keys.new_epoch(AT)
    rewritten(key_file, change)
    for use in (lambda: opened_keys(key_file), keys.current, keys.status, lambda: keys.secret(DATABASE)):
        with pytest.raises(TamperedError, match="the file was altered"):
            use()


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(format="nrm-keys-2"),
        lambda document: document.update(keyring="00"),
        lambda document: document.update(epochs=[]),
        lambda document: document.update(epochs=[{}]),
        lambda document: document.update(secrets=[]),
        lambda document: document.update(check="?"),
    ],
)
def test_a_file_that_fits_its_digest_and_makes_no_sense_is_refused(key_file, keys, change):
    assert keys.status()
    rewritten(key_file, change)
    with pytest.raises(TamperedError):
        opened_keys(key_file)


def test_a_file_that_took_the_place_of_another_is_not_taken_for_it(tmp_path, key_file, keys):
    made_keys(tmp_path / "other")
    (tmp_path / "other").replace(key_file)
    with pytest.raises(KeyStoreRefusedError, match="another key file has taken its place"):
        keys.new_epoch(AT)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_a_file_that_others_may_read_or_change_is_refused(key_file, keys, mode):
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert keys.status()
    key_file.chmod(mode)
    with pytest.raises(KeyStoreRefusedError, match="run `chmod 600` on it"):
        opened_keys(key_file)


def test_a_file_is_made_once_and_never_written_over(key_file, keys):
    before = key_file.read_bytes()
    with pytest.raises(KeyStoreRefusedError, match="there is a file already"):
        made_keys(key_file)
    assert key_file.read_bytes() == before
    assert keys.status()


def test_a_short_passphrase_makes_no_file(key_file):
    with pytest.raises(KeyStoreRefusedError, match="fewer than 15 characters"):
        create_keys(key_file, Passphrase("fourteen chars"), AT, FAST)
    assert not key_file.exists()


@pytest.mark.parametrize(
    "opener",
    [
        {"kind": "pkcs11", "token": "nrm"},
        {"kind": "argon2id"},
        {"kind": "argon2id", "salt": "00", "passes": 3, "memory_kib": 65536, "lanes": 4},
        {"kind": "argon2id", "salt": "00" * 16, "passes": 3, "memory_kib": 2**30, "lanes": 4},
        {"kind": "argon2id", "salt": "00" * 16, "passes": 10**9, "memory_kib": 65536, "lanes": 4},
        {"kind": "argon2id", "salt": "00" * 16, "passes": 3, "memory_kib": 65536, "lanes": 0},
        {"kind": "argon2id", "salt": "00" * 16, "passes": "many", "memory_kib": 65536, "lanes": 4},
    ],
)
def test_a_file_whose_opening_is_no_passphrase_or_would_stop_the_machine_is_refused(key_file, keys, opener):
    assert keys.status()
    rewritten(key_file, lambda document: document.update(opener=opener))
    with pytest.raises(KeyStoreRefusedError):
        opened_keys(key_file)


def test_the_cheap_passphrases_of_tests_are_refused_without_asking(key_file, keys):
    """What the program calls has no way to say `least`: see `nrm/cli/keys.py`."""
    assert keys.status()
    with pytest.raises(KeyStoreRefusedError, match="too cheap to guess"):
        open_keys(key_file, PASSPHRASE)


def test_the_usual_cost_is_the_second_option_of_rfc_9106_and_a_dearer_one_is_welcome(key_file):
    assert Cost(passes=3, memory_kib=64 * 1024, lanes=4) == RECOMMENDED
    assert Cost(passes=1, memory_kib=2 * 1024 * 1024, lanes=4).at_least(RECOMMENDED)
    assert not Cost(passes=100, memory_kib=1024, lanes=4).at_least(RECOMMENDED)
    assert not Cost(passes=2, memory_kib=64 * 1024, lanes=4).at_least(RECOMMENDED)
    create_keys(key_file, PASSPHRASE, AT)
    assert open_keys(key_file, PASSPHRASE).secret(DATABASE)


def test_a_secret_is_added_once_and_stays(key_file, keys):
    keys.add_secret("new-purpose")
    secret = opened_keys(key_file).secret("new-purpose")
    with pytest.raises(KeyStoreRefusedError, match="there is a secret `new-purpose` already"):
        keys.add_secret("new-purpose")
    assert keys.secret("new-purpose") == secret


def test_a_secret_that_is_not_there_is_named_with_its_neighbour(keys):
    with pytest.raises(UnknownSecretError, match="did you mean `database`"):
        keys.secret("databse")


def test_a_destroyed_epoch_leaves_a_tombstone_and_no_key(key_file, keys):
    first = json.loads(key_file.read_text())["epochs"][0]["key"]
    keys.new_epoch(AT)
    assert keys.destroy_epoch(1, AT).number == 1
    document = json.loads(key_file.read_text())
    assert document["epochs"][0]["key"] == ""
    assert document["epochs"][0]["destroyed"] == "2026-03-01T12:30:00+00:00"
    assert first not in key_file.read_text()
    gone, current = opened_keys(key_file).status()
    assert (gone.destroyed, gone.current) == (AT, False)
    assert (current.destroyed, current.current) == (None, True)


def test_a_key_of_an_epoch_that_an_older_copy_does_not_know_is_lost_until_the_newer_one_is_back(key_file, keys):
    older, case, key = key_file.read_bytes(), uuid4(), new_data_key()
    keys.new_epoch(AT)
    newer = key_file.read_bytes()
    wrapped = Keyring(keys).wrap(case, key)
    key_file.write_bytes(older)
    with pytest.raises(KeyLostError, match=f"epoch {keys.status()[-1].epoch.number + 1}-.* does not have"):
        Keyring(opened_keys(key_file)).unwrap(case, wrapped)
    key_file.write_bytes(newer)
    assert Keyring(opened_keys(key_file)).unwrap(case, wrapped).expose() == key.expose()


def test_a_file_that_is_taken_away_wraps_no_more(key_file, keys):
    key_file.unlink()
    with pytest.raises(KeyStoreRefusedError, match="there is no such file"):
        Keyring(keys).wrap(uuid4(), new_data_key())


def test_keys_and_passphrases_are_never_pickled(keys):
    for secret in (keys, PASSPHRASE):
        with pytest.raises(TypeError):
            pickle.dumps(secret)


def test_nothing_secret_stands_in_the_file_or_shows(key_file, keys):
    text = key_file.read_text()
    shown = [repr(keys), str(keys), repr(PASSPHRASE), str(PASSPHRASE), repr(keys.status()), text, repr(vars(keys))]
    for use in (
        lambda: opened_keys(key_file, Passphrase("wrong " + WORDS)),
        lambda: keys.secret("x"),
        lambda: keys.destroy_epoch(1, AT),
    ):
        with pytest.raises(VaultError) as refused:
            use()
        shown += [str(refused.value), repr(refused.value)]
    said = " ".join(shown)
    secrets = [keys.secret(name) for name in FIRST_SECRETS]
    for secret in [WORDS, *(form for s in secrets for form in (s.hex(), b64encode(s).decode(), repr(s)))]:
        assert secret not in said
    assert WORDS not in repr(vars(keys_file))
