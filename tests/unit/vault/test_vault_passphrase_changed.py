"""Another passphrase for a key file: it opens all that was there, and nothing goes back to that of before."""

import errno
import fcntl
import json
import os
from base64 import b64encode
from uuid import uuid4

import pytest
from fast_keys import AT, FAST, PASSPHRASE, WORDS, made_keys, opened_keys, rewritten

from nrm.vault import Keyring, new_data_key, private_file
from nrm.vault.errors import KeyStoreBusyError, KeyStoreRefusedError, TamperedError, VaultError, WrongPassphraseError
from nrm.vault.keys_file import create_keys, open_keys, refuse_token
from nrm.vault.ledger_seal import DATABASE, FIRST_SECRETS
from nrm.vault.passphrase import RECOMMENDED, WEAKEST, Cost, Passphrase

NEW_WORDS = "other words of the tests"
NEW = Passphrase(NEW_WORDS)
GO_ON = "its passphrase was changed; start again with the new one"


def changed(keys, new=NEW):
    keys.change_passphrase(new, FAST)


def told(key_file):
    """What the file says of itself, without what is sealed."""
    document = json.loads(key_file.read_text())
    epochs = [{**one, "key": bool(one["key"])} for one in document["epochs"]]
    return document["format"], document["keyring"], epochs, sorted(document["secrets"])


def sealed_in(key_file):
    """Each sealed value of the file, and its salt."""
    document = json.loads(key_file.read_text())
    keys = {one["key"] for one in document["epochs"] if one["key"]}
    return {document["opener"]["salt"], document["check"], document["seal"], *document["secrets"].values(), *keys}


def test_only_the_new_passphrase_opens_the_file_and_all_that_was_there_is_there(key_file, keys):
    keys.add_secret("later")
    ring, case, key = Keyring(keys), uuid4(), new_data_key()
    wrapped = ring.wrap(case, key)
    ring.rotate(AT)
    keys.new_epoch(AT)
    keys.destroy_epoch(2, AT)
    secrets = {name: keys.secret(name) for name in (*FIRST_SECRETS, "later")}
    before, sealed, status = told(key_file), sealed_in(key_file), keys.status()
    changed(keys)
    with pytest.raises(WrongPassphraseError):
        opened_keys(key_file)
    again = opened_keys(key_file, NEW)
    assert (told(key_file), again.status()) == (before, status)
    assert {name: again.secret(name) for name in secrets} == secrets
    assert Keyring(again).unwrap(case, wrapped).expose() == key.expose()
    assert not sealed & sealed_in(key_file), "each value is sealed anew, under another salt"


def test_who_changed_it_goes_on_with_the_same_keys(key_file, keys):
    changed(keys)
    assert keys.new_epoch(AT).number == 2
    assert keys.destroy_epoch(1, AT).number == 1
    assert opened_keys(key_file, NEW).status() == keys.status()
    changed(keys, PASSPHRASE)
    assert opened_keys(key_file).secret(DATABASE) == keys.secret(DATABASE)


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        ("fourteen chars", "new passphrase: it has fewer than 15 characters; take four or five words"),
        (WORDS, "new passphrase: it is the same as before; take four or five other words"),
        ("", "fewer than 15 characters"),
    ],
)
@pytest.mark.parametrize("ask", ["refuse_passphrase", "change_passphrase"])
def test_a_passphrase_that_will_not_do_changes_nothing(key_file, keys, ask, new, fault):
    before = key_file.read_bytes()
    with pytest.raises(KeyStoreRefusedError, match=fault):
        getattr(keys, ask)(Passphrase(new))
    assert key_file.read_bytes() == before


def test_the_same_accent_typed_in_another_way_is_the_same_passphrase(key_file):
    keys = create_keys(key_file, Passphrase("o\u00f9 est la cl\u00e9 du coffre"), AT, FAST)
    with pytest.raises(KeyStoreRefusedError, match="the same as before"):
        changed(keys, Passphrase("ou\u0300 est la cle\u0301 du coffre"))


def test_who_looks_whether_a_passphrase_will_do_changes_nothing(key_file, keys):
    before = key_file.read_bytes()
    keys.refuse_passphrase(NEW)
    assert key_file.read_bytes() == before


def test_a_file_that_was_too_cheap_to_guess_becomes_as_dear_as_any(key_file):
    made_keys(key_file)
    open_keys(key_file, PASSPHRASE, WEAKEST).change_passphrase(NEW)
    keys = open_keys(key_file, NEW)
    assert keys.cost == RECOMMENDED
    opener = json.loads(key_file.read_text())["opener"]
    assert (opener["kind"], opener["passes"], opener["memory_kib"], opener["lanes"]) == ("argon2id", 3, 65536, 4)


def test_a_file_that_was_dearer_than_is_asked_for_stays_so(key_file):
    dearer = Cost(passes=2, memory_kib=16, lanes=1)
    create_keys(key_file, PASSPHRASE, AT, dearer).change_passphrase(NEW, FAST)
    assert open_keys(key_file, NEW, dearer).cost == dearer


@pytest.mark.parametrize("cost", [{"lanes": 2}, {"memory_kib": 7}, {"passes": 0}, {"passes": -1}])
def test_a_cost_that_argon2_cannot_have_is_refused_whoever_asks(key_file, keys, cost):
    rewritten(key_file, lambda document: document["opener"].update(cost))
    assert keys.keyring_id
    with pytest.raises(KeyStoreRefusedError, match="too cheap to guess; give it another with `nrm keys passphrase`"):
        open_keys(key_file, PASSPHRASE, WEAKEST)


def test_a_process_that_holds_the_keys_goes_on_after_another_has_changed_the_passphrase(key_file, keys):
    ring, case, key = Keyring(keys), uuid4(), new_data_key()
    ring.rotate(AT)
    before = keys.status()
    changed(opened_keys(key_file))
    wrapped = ring.wrap(case, key)
    assert ring.unwrap(case, wrapped).expose() == key.expose()
    assert (keys.status(), keys.secret(DATABASE)) == (before, opened_keys(key_file, NEW).secret(DATABASE))
    assert Keyring(opened_keys(key_file, NEW)).unwrap(case, wrapped).expose() == key.expose()


@pytest.mark.parametrize(
    "write",
    [
        lambda keys: keys.new_epoch(AT),
        lambda keys: keys.destroy_epoch(1, AT),
        lambda keys: keys.add_secret("later"),
        changed,
        lambda keys: changed(keys, Passphrase("a third passphrase of somebody")),
    ],
)
@pytest.mark.parametrize("looked", [True, False])
def test_whoever_holds_the_old_passphrase_never_writes_the_file_again(key_file, keys, write, looked):
    keys.new_epoch(AT)
    changed(opened_keys(key_file))
    after = key_file.read_bytes()
    if looked:
        assert keys.current().number == 2
    with pytest.raises(KeyStoreRefusedError, match=GO_ON):
        write(keys)
    assert key_file.read_bytes() == after
    assert opened_keys(key_file, NEW).status() == keys.status()


@pytest.mark.parametrize(
    "change",
    [
        lambda keys: keys.new_epoch(AT),
        lambda keys: keys.destroy_epoch(1, AT),
        lambda keys: keys.add_secret("later"),
    ],
)
def test_a_process_that_holds_the_old_passphrase_stops_when_the_keys_change_as_well(key_file, keys, change):
    """It could not know the new epoch, and must wrap nothing in one that may be gone."""
    keys.new_epoch(AT)
    other = opened_keys(key_file)
    changed(other)
    assert keys.current().number == 2
    change(other)
    for use in (keys.current, keys.status, lambda: Keyring(keys).wrap(uuid4(), new_data_key())):
        with pytest.raises(KeyStoreRefusedError, match=GO_ON):
            use()


def test_a_file_that_another_process_changes_while_it_is_opened_is_never_half_checked(key_file, keys, monkeypatch):
    """What is opened first is checked by its seal only when it is read again: it must be the same file then."""
    whole = Passphrase.cipher

    def slow(passphrase, salt, cost):
        made = whole(passphrase, salt, cost)
        monkeypatch.setattr(Passphrase, "cipher", whole)
        changed(keys)
        return made

    monkeypatch.setattr(Passphrase, "cipher", slow)
    with pytest.raises(KeyStoreRefusedError, match=GO_ON):
        opened_keys(key_file)


def test_an_epoch_that_another_process_begins_meanwhile_is_kept(key_file, keys):
    opened_keys(key_file).new_epoch(AT)
    changed(keys)
    again = opened_keys(key_file, NEW)
    assert Keyring(again).wrap(uuid4(), new_data_key())
    assert again.current().number == 2


def test_a_file_that_another_process_is_changing_is_left_alone(key_file, keys, monkeypatch):
    monkeypatch.setattr(private_file, "_TRIES", 2)
    before = key_file.read_bytes()
    with key_file.with_name(".keys.json.lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(KeyStoreBusyError, match="another process is changing it; try again"):
            changed(keys)
    assert key_file.read_bytes() == before
    assert opened_keys(key_file).secret(DATABASE)


def test_a_file_that_was_altered_is_not_sealed_anew(key_file, keys):
    keys.new_epoch(AT)
    rewritten(key_file, lambda document: document["epochs"][0].update(created="2020-01-01T00:00:00+00:00"))
    altered = key_file.read_bytes()
    with pytest.raises(TamperedError, match="the file was altered"):
        changed(keys)
    assert key_file.read_bytes() == altered


def test_the_old_content_is_overwritten_where_it_stood(key_file, keys):
    with key_file.open("rb") as old:
        whole = old.read()
        changed(keys)
        old.seek(0)
        assert old.read() == bytes(len(whole))


def test_a_disk_that_fails_after_the_file_was_replaced_is_not_said_to_have_changed_nothing(key_file, keys, monkeypatch):
    def failing(_path):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(private_file, "_sync_folder", failing)
    with pytest.raises(KeyStoreRefusedError, match="the new content stands, but the disk reports a fault"):
        changed(keys)
    assert opened_keys(key_file, NEW).secret(DATABASE) == keys.secret(DATABASE)


def test_the_keys_of_a_token_are_refused_with_what_to_do_instead(key_file, keys):
    refuse_token(key_file)
    rewritten(key_file, lambda document: document.update(opener={"kind": "pkcs11", "token": "nrm"}))
    with pytest.raises(KeyStoreRefusedError, match="a token opens these keys, and no passphrase does; change the PIN"):
        refuse_token(key_file)
    assert keys.keyring_id


def test_no_passphrase_and_no_secret_shows_or_stays_beside_the_file(key_file, keys):
    secrets = [keys.secret(name) for name in FIRST_SECRETS]
    shown = [repr(keys)]
    for use in (
        lambda: changed(keys, PASSPHRASE),
        lambda: changed(keys, Passphrase(NEW_WORDS[:14])),
        lambda: changed(opened_keys(key_file, NEW)),
    ):
        with pytest.raises(VaultError) as refused:
            use()
        shown += [str(refused.value), repr(refused.value)]
    changed(keys)
    assert sorted(path.name for path in key_file.parent.iterdir()) == [".keys.json.lock", "keys.json"]
    said = " ".join([*shown, key_file.read_text(), repr(vars(keys))])
    for secret in [WORDS, NEW_WORDS, NEW_WORDS[:14], *(f for s in secrets for f in (s.hex(), b64encode(s).decode()))]:
        assert secret not in said
    assert os.stat(key_file).st_mode & 0o777 == 0o600  # noqa: PTH116 - as the program does
