"""`nrm keys passphrase`: taken from files or typed twice, on the log of an installation, shown nowhere."""

import fcntl
import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from fast_keys import AT, FAST, made_keys, rewritten
from installed import Installed
from terminal import on_a_terminal

from nrm.bootstrap_store import open_office
from nrm.cli.options import application
from nrm.home import read_home
from nrm.vault import Keyring, new_data_key, private_file
from nrm.vault.errors import KeyStoreRefusedError, WrongPassphraseError
from nrm.vault.keys_file import create_keys, open_keys
from nrm.vault.passphrase import RECOMMENDED, Passphrase

OLD, NEW = "canary words of an installation", "other canary words of it"
NRM = Path(sys.executable).parent / "nrm"


@pytest.fixture
def at(nrm, tmp_path, monkeypatch):
    return Installed(nrm, tmp_path, monkeypatch)


@pytest.fixture
def words(tmp_path):
    """Write a passphrase into a file of its own."""

    def write(text, name="new words"):
        file = tmp_path / name
        file.touch(mode=0o600)
        file.write_text(text + "\n")
        return file

    return write


def keys_of(home, text):
    return open_keys(home / "keys.json", Passphrase(text), FAST)


def same(home, before):
    """Whether nothing was changed."""
    return (home / "keys.json").read_bytes() == before


def test_the_keys_of_an_installation_get_another_passphrase_and_that_is_on_the_log(at, words, monkeypatch):
    before = keys_of(at.home, OLD).status()
    said = at("keys", "passphrase", "--new-passphrase-file", words(NEW))
    assert (said.code, said.err) == (0, "")
    assert "the new passphrase opens the key file, and the old one does not" in said.text
    assert "made before still open with the passphrase of before: destroy them" in said.text
    assert keys_of(at.home, NEW).status() == before
    assert keys_of(at.home, NEW).cost == RECOMMENDED, "it was made as cheap as those of tests"
    refused = at("case", "list")
    assert (refused.code, "the passphrase does not open it" in refused.err) == (2, True)
    monkeypatch.setenv("NRM_PASSPHRASE_FILE", str(words(NEW)))
    assert at.told()[-1] == ("keys:relock", "done")
    assert at.readable()
    assert at.verified().code == 0


def test_a_key_file_that_no_store_uses_gets_another_passphrase_for_programs_too(at, words, tmp_path):
    other = tmp_path / "other.json"
    made = create_keys(other, Passphrase(OLD), AT)
    said = at("keys", "passphrase", "--keys", other, "--new-passphrase-file", words(NEW), "--json")
    assert (said.code, said.err) == (0, "")
    guess = {"passes": 3, "memory_kib": 65536, "lanes": 4}
    assert json.loads(said.out) == {"keyring": made.keyring_id.hex(), "changed": True, "cost": guess}
    assert open_keys(other, Passphrase(NEW)).status() == made.status()
    assert same(at.home, (at.home / "keys.json").read_bytes())


def test_a_file_that_no_other_command_opens_because_it_is_too_cheap_is_made_dearer(words, tmp_path):
    made_keys(tmp_path / "cheap.json")
    old = words("a passphrase of the tests", "old words")
    command = [NRM, "keys", "passphrase", "--keys", tmp_path / "cheap.json", "--passphrase-file", old]
    command += ["--new-passphrase-file", words(NEW)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert open_keys(tmp_path / "cheap.json", Passphrase(NEW)).cost == RECOMMENDED


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (OLD, "fourteen chars", "new passphrase: it has fewer than 15 characters"),
        (OLD, OLD, "it is the same as before"),
        ("none of their words", NEW, "the passphrase does not open it"),
    ],
)
@pytest.mark.parametrize("bare", [True, False])
def test_what_will_not_do_changes_nothing_and_is_said_without_it(at, words, tmp_path, old, new, fault, bare):
    more = ()
    if bare:
        made = create_keys(tmp_path / "keys.json", Passphrase(OLD), AT)
        more = ("--keys", tmp_path / "keys.json")
        assert made.status()
    home = tmp_path if bare else at.home
    before = (home / "keys.json").read_bytes()
    files = ("--passphrase-file", words(old, "old words"), "--new-passphrase-file", words(new))
    said = at("keys", "passphrase", *more, *files)
    assert (said.code, said.out) == (2, "")
    assert fault in said.err
    assert said.err.startswith("error: ")
    assert not any(text in said.err for text in (OLD, NEW, old, new))
    assert same(home, before)
    assert sorted(path.name for path in home.glob("*.part")) == []


def test_a_file_that_another_process_is_changing_is_left_as_it_is(at, words, monkeypatch):
    monkeypatch.setattr(private_file, "_TRIES", 2)
    before = (at.home / "keys.json").read_bytes()
    with (at.home / ".keys.json.lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        said = at("keys", "passphrase", "--new-passphrase-file", words(NEW))
    assert (said.code, said.out) == (2, "")
    assert "another process is changing it; try again" in said.err
    assert same(at.home, before)


def test_the_keys_of_a_token_are_refused_before_anything_is_asked(at, words, monkeypatch):
    file = at.home / "keys.json"
    rewritten(file, lambda document: document.update(opener={"kind": "pkcs11", "token": "nrm"}))
    before = file.read_bytes()
    monkeypatch.delenv("NRM_PASSPHRASE_FILE")
    said = at("keys", "passphrase", "--new-passphrase-file", words(NEW))
    assert (said.code, said.out) == (2, "")
    assert "a token opens these keys, and no passphrase does; change the PIN with the tool of the token's" in said.err
    assert same(at.home, before)


@pytest.mark.softhsm
def test_the_ledger_of_a_real_token_is_refused_too(real_nrm, words, tmp_path, token):
    pin, ledger = words(token.pin, "pin"), tmp_path / "ledger.json"
    more = ("--pkcs11", token.module, "--token", token.label, "--passphrase-file", pin)
    assert real_nrm("keys", "init", "--keys", ledger, *more).code == 0
    before = ledger.read_bytes()
    files = ("--passphrase-file", pin, "--new-passphrase-file", words(NEW))
    said = real_nrm("keys", "passphrase", "--keys", ledger, *files)
    assert (said.code, said.out, ledger.read_bytes()) == (2, "", before)
    assert "a token opens these keys, and no passphrase does" in said.err


def test_who_is_no_administrator_does_not_change_the_passphrase(at, words):
    before = (at.home / "keys.json").read_bytes()
    said = at("keys", "passphrase", "--new-passphrase-file", words(NEW), role="supervisor")
    assert (said.code, said.out) == (1, "")
    assert at.told()[-1] == ("keys:relock", "not_permitted")
    assert same(at.home, before)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_passphrase_of_an_installation_is_not_changed_behind_its_back(at, words, monkeypatch, tmp_path, elsewhere):
    keys = at.home / "keys.json"
    if elsewhere:
        keys = shutil.copy2(keys, tmp_path / "copied.json")
    before = Path(keys).read_bytes()
    monkeypatch.delenv("NRM_HOME")
    said = at("keys", "passphrase", "--keys", keys, "--new-passphrase-file", words(NEW))
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: --keys: an installation uses these keys; give --home, and its cases are looked after\n"
    assert Path(keys).read_bytes() == before


def test_without_a_terminal_the_option_of_the_new_passphrase_is_named(at):
    said = at("keys", "passphrase")
    assert (said.code, said.out) == (2, "")
    assert "there is no terminal to ask on; give --new-passphrase-file" in said.err


def test_the_new_passphrase_file_may_be_named_in_the_environment(at, words, monkeypatch):
    monkeypatch.setenv("NRM_NEW_PASSPHRASE_FILE", str(words(NEW)))
    assert at("keys", "passphrase").code == 0
    assert keys_of(at.home, NEW).status()


def test_an_office_that_is_open_works_on_and_an_old_backup_opens_with_the_new_passphrase(
    at, words, tmp_path, monkeypatch
):
    assert at("db", "backup", tmp_path / "backup").code == 0
    found = read_home(at.home)
    with closing(open_office(found, keys_of(at.home, OLD), application(found.rules, found.seeds))) as office:
        assert at("keys", "passphrase", "--new-passphrase-file", words(NEW)).code == 0
        after = (at.home / "keys.json").read_bytes()
        monkeypatch.setenv("NRM_PASSPHRASE_FILE", str(words(NEW)))
        case, key = uuid4(), new_data_key()
        wrapped = office.desk.keyring.wrap(case, key)
        assert Keyring(keys_of(at.home, NEW)).unwrap(case, wrapped).expose() == key.expose()
        with pytest.raises(KeyStoreRefusedError, match="its passphrase was changed; start again with the new one"):
            office.desk.keyring.rotate(AT)
        assert same(at.home, after)
        at.opened()
        office.sequencer.run()
    assert at.verified().code == 0, "both signed the same log"
    (at.home / "cases.db").unlink()
    assert at("db", "restore", tmp_path / "backup").code == 0
    assert at.readable()


def test_on_a_terminal_the_new_passphrase_is_asked_for_twice_and_neither_is_shown(tmp_path):
    file = tmp_path / "keys.json"
    create_keys(file, Passphrase(OLD), AT)
    answers = [(b"Passphrase:", OLD), (b"New passphrase:", NEW), (b"again:", NEW)]
    code, seen = on_a_terminal("keys", "passphrase", "--keys", file, answers=answers)
    assert (code, "canary" in seen) == (0, False)
    assert open_keys(file, Passphrase(NEW)).status()
    with pytest.raises(WrongPassphraseError):
        open_keys(file, Passphrase(OLD))


def test_neither_passphrase_is_an_option(real_nrm):
    said = real_nrm("keys", "passphrase", "--help").out
    assert "--new-passphrase-file" in said
    assert "--passphrase " not in said
    assert "--new-passphrase " not in said
    assert "--pkcs11" not in said
