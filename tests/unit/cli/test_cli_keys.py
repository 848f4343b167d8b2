"""`nrm keys`: made, rotated, destroyed after a question, and listed; the passphrase never on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fast_keys import made_keys
from terminal import on_a_terminal

from nrm.vault.keys_file import open_keys
from nrm.vault.passphrase import Passphrase

WORDS = "canary words of the key file"
NRM = Path(sys.executable).parent / "nrm"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A key file as the command makes it, with two epochs, and the file of its passphrase."""
    folder = tmp_path_factory.mktemp("keys")
    words = folder / "words"
    words.touch(mode=0o600)
    words.write_text(WORDS + "\n")
    for command in ("init", "rotate"):
        options = ("--keys", folder / "keys.json", "--passphrase-file", words)
        done = subprocess.run([NRM, "keys", command, *options], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture
def keys(real_nrm, made, tmp_path, monkeypatch):
    """Run `nrm keys` on a copy of that file, named in the environment."""
    copy = tmp_path / "keys.json"
    copy.touch(mode=0o600)
    copy.write_bytes((made / "keys.json").read_bytes())
    monkeypatch.setenv("NRM_KEYS", str(copy))
    monkeypatch.setenv("NRM_PASSPHRASE_FILE", str(made / "words"))
    monkeypatch.setenv("NRM_COPY", str(copy))
    return lambda *arguments, **more: real_nrm("keys", *arguments, **more)


def states(said):
    return [(one["epoch"], one["state"]) for one in json.loads(said.out)["epochs"]]


def test_the_file_is_made_for_its_owner_with_the_dear_passphrase(made):
    assert (made / "keys.json").stat().st_mode & 0o777 == 0o600
    opener = json.loads((made / "keys.json").read_text())["opener"]
    assert (opener["kind"], opener["passes"], opener["memory_kib"], opener["lanes"]) == ("argon2id", 3, 65536, 4)
    assert len(open_keys(made / "keys.json", Passphrase(WORDS)).secret("database")) == 32


def test_status_lists_the_epochs_for_people_and_for_programs(keys):
    said = keys("status")
    assert (said.code, said.err) == (0, "")
    assert said.lines[0].startswith("keyring ")
    assert [line.split()[-1] for line in said.lines[1:]] == ["old", "current"]
    machine = keys("status", "--json")
    assert states(machine) == [(1, "old"), (2, "current")]
    first = json.loads(machine.out)["epochs"][0]
    assert set(first) == {"epoch", "id", "created", "destroyed", "state"}
    assert first["created"].endswith("+00:00")
    assert first["destroyed"] is None


def test_rotation_begins_an_epoch(keys):
    assert keys("rotate").code == 0
    assert states(keys("status", "--json")) == [(1, "old"), (2, "old"), (3, "current")]


def test_destroying_names_what_is_lost_and_asks(keys):
    said = keys("destroy-epoch", "1", stdin=b"n\n")
    assert (said.code, said.out) == (1, "")
    assert "every case whose key is still wrapped in it" in said.err
    assert "every backup" in said.err
    assert said.err.endswith("nothing was destroyed\n")
    assert states(keys("status", "--json"))[0] == (1, "old")


def test_silence_is_no_yes(keys):
    said = keys("destroy-epoch", "1")
    assert said.code == 1
    assert states(keys("status", "--json"))[0] == (1, "old")


@pytest.mark.parametrize(("options", "stdin"), [(("--yes",), b""), ((), b"y\n")])
def test_an_epoch_is_destroyed_after_a_yes(keys, options, stdin):
    said = keys("destroy-epoch", "1", *options, stdin=stdin)
    assert said.code == 0
    assert "is destroyed" in said.out
    assert "Older copies of the key file still hold it" in said.out
    assert states(keys("status", "--json"))[0] == (1, "destroyed")
    assert keys("status").lines[1].split()[-2] == "destroyed,"


@pytest.mark.parametrize(("epoch", "fault"), [("2", "is the current one"), ("9", "there is no epoch `9`")])
def test_what_may_not_be_destroyed_is_refused_before_any_question(keys, epoch, fault):
    said = keys("destroy-epoch", epoch, stdin=b"y\n")
    assert (said.code, said.out) == (2, "")
    assert fault in said.err
    assert "Destroy it?" not in said.err


def test_an_existing_file_is_not_written_over(keys):
    said = keys("init")
    assert said.code == 2
    assert "there is a file already" in said.err


def test_a_wrong_passphrase_leaves_with_2_and_shows_none(keys, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("something else altogether\n")
    said = keys("status", "--passphrase-file", wrong)
    assert (said.code, said.out) == (2, "")
    assert "the passphrase does not open it" in said.err
    assert "altogether" not in said.err


@pytest.mark.parametrize(
    ("content", "mode", "fault"),
    [
        (WORDS.encode(), 0o644, "others than its owner may read or change it"),
        (b"\xff\xfe", 0o600, "it is not UTF-8 text"),
        (None, None, "there is no such file"),
    ],
)
def test_a_passphrase_file_that_will_not_do_is_refused(keys, tmp_path, content, mode, fault):
    file = tmp_path / "words"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    said = keys("status", "--passphrase-file", file)
    assert (said.code, said.out) == (2, "")
    assert f"passphrase file {file}: {fault}" in said.err


def test_a_short_passphrase_makes_nothing(keys, tmp_path):
    short = tmp_path / "short"
    short.touch(mode=0o600)
    short.write_text("hunter2")
    said = keys("init", "--keys", tmp_path / "new.json", "--passphrase-file", short)
    assert said.code == 2
    assert "fewer than 15 characters" in said.err
    assert "hunter2" not in said.err
    assert not (tmp_path / "new.json").exists()


def test_without_a_terminal_or_a_file_nothing_is_asked(keys, monkeypatch):
    monkeypatch.delenv("NRM_PASSPHRASE_FILE")
    said = keys("status")
    assert (said.code, said.out) == (2, "")
    assert "there is no terminal to ask on; give --passphrase-file" in said.err


def test_without_a_key_file_the_option_is_named(keys, monkeypatch):
    monkeypatch.delenv("NRM_KEYS")
    said = keys("status")
    assert said.code == 2
    assert "--keys" in said.err


def test_the_cheap_files_of_tests_do_not_open(keys, tmp_path):
    made_keys(tmp_path / "cheap.json")
    said = keys("status", "--keys", tmp_path / "cheap.json")
    assert (said.code, said.out) == (2, "")
    assert "too cheap to guess" in said.err


def test_the_passphrase_is_no_option(real_nrm):
    for command in ("init", "rotate", "destroy-epoch", "status"):
        said = real_nrm("keys", command, "--help").out
        assert "--passphrase-file" in said
        assert "--passphrase " not in said
        assert "--pin" not in said


def test_on_a_terminal_the_passphrase_is_asked_for_twice_and_not_shown(tmp_path):
    file = tmp_path / "new.json"
    answers = [(b"Passphrase:", WORDS), (b"again:", WORDS)]
    code, seen = on_a_terminal("keys", "init", "--keys", file, answers=answers)
    assert code == 0
    assert "canary" not in seen
    assert len(open_keys(file, Passphrase(WORDS)).secret("database")) == 32


def test_two_different_passphrases_make_nothing(tmp_path):
    file = tmp_path / "new.json"
    answers = [(b"Passphrase:", WORDS), (b"again:", WORDS + "x")]
    code, seen = on_a_terminal("keys", "init", "--keys", file, answers=answers)
    assert code == 2
    assert "the two are not the same" in seen
    assert "canary" not in seen
    assert not file.exists()


@pytest.mark.parametrize("half", [("--token", "nrm"), ("--pkcs11", "/nowhere.so")])
def test_half_of_a_token_is_refused(keys, half):
    said = keys("status", *half)
    assert (said.code, said.out) == (2, "")
    assert "a token needs both its module and its label" in said.err


@pytest.mark.softhsm
def test_the_keys_of_a_token_are_made_rotated_destroyed_and_listed(real_nrm, tmp_path, token, monkeypatch):
    pin = tmp_path / "pin"
    pin.touch(mode=0o600)
    pin.write_text(token.pin)
    monkeypatch.setenv("NRM_KEYS", str(tmp_path / "ledger.json"))
    options = ("--pkcs11", token.module, "--token", token.label, "--passphrase-file", pin)
    assert [real_nrm("keys", command, *options).code for command in ("init", "rotate")] == [0, 0]
    destroyed = real_nrm("keys", "destroy-epoch", "1", "--yes", *options)
    assert destroyed.code == 0
    assert "Older copies" not in destroyed.out
    assert states(real_nrm("keys", "status", "--json", *options)) == [(1, "destroyed"), (2, "current")]
    assert real_nrm("keys", "init", *options).code == 2
