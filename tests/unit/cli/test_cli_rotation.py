"""`nrm keys` in an installation: no case is lost with an epoch, older backups are."""

import json
import shutil
from pathlib import Path

import pytest
from installed import Installed

from nrm.cli.files import write_bytes
from nrm.errors import FileRefusedError


@pytest.fixture
def at(nrm, tmp_path, monkeypatch):
    return Installed(nrm, tmp_path, monkeypatch)


def states(at):
    said = at("keys", "status", "--keys", at.home / "keys.json", "--json")
    return [one["state"] for one in json.loads(said.out)["epochs"]]


def epochs_in_two(at):
    assert at("keys", "rotate").code == 0
    return states(at) == ["old", "current"]


def test_a_rotation_moves_the_cases_and_the_old_epoch_can_go(at):
    said = at("keys", "rotate")
    assert (said.code, said.err) == (0, "")
    assert said.text.endswith("is the current one; the key of 1 case was moved into it")
    gone = at("keys", "destroy-epoch", "1", "--yes")
    assert gone.code == 0
    assert "Older copies of the key file still hold it" in gone.text
    assert states(at) == ["destroyed", "current"]
    assert at.readable()
    verbs = [("keys:rotate", "done"), ("keys:rewrap", "done"), ("keys:destroy", "done")]
    assert [one for one in at.told() if one[0].startswith("keys")] == verbs


def test_rewrapping_when_all_is_done_moves_nothing(at):
    said = at("keys", "rewrap")
    assert (said.code, said.err) == (0, "")
    assert said.text.endswith("the keys of 0 cases were moved into the current epoch")


@pytest.mark.parametrize(
    ("epoch", "fault"),
    [("1", "is destroyed already"), ("2", "is the current one"), ("7", "there is no epoch `7`")],
)
def test_what_cannot_be_destroyed_leaves_with_2_and_is_on_the_log(at, epoch, fault):
    assert epochs_in_two(at)
    at("keys", "destroy-epoch", "1", "--yes")
    said = at("keys", "destroy-epoch", epoch, "--yes")
    assert (said.code, said.out) == (2, "")
    assert fault in said.err
    assert at.told()[-1] == ("keys:destroy", "key_unavailable")
    assert states(at) == ["destroyed", "current"]


@pytest.mark.parametrize(("epoch", "fault"), [("1", "is the current one"), ("99", "there is no epoch `99`")])
def test_nobody_is_asked_whether_to_destroy_what_cannot_be_destroyed(at, epoch, fault):
    said = at("keys", "destroy-epoch", epoch, stdin=b"y\n")
    assert (said.code, said.out, fault in said.err, "Destroying" in said.err) == (2, "", True, False)
    assert at.told()[-1] == ("keys:destroy", "key_unavailable")


@pytest.mark.parametrize("answer", [b"n\n", b""])
def test_without_a_yes_nothing_is_destroyed(at, answer):
    assert epochs_in_two(at)
    said = at("keys", "destroy-epoch", "1", stdin=answer)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("nothing was destroyed\n")
    assert states(at) == ["old", "current"]


@pytest.mark.parametrize("command", [("rotate",), ("rewrap",), ("destroy-epoch", "1", "--yes")])
def test_who_is_no_administrator_is_denied_with_1_and_the_denial_is_on_the_log(at, command):
    said = at("keys", *command, role="supervisor")
    assert (said.code, said.out) == (1, "")
    assert "the role `supervisor` may not do this" in said.err
    assert at.told()[-1][1] == "not_permitted"
    assert states(at) == ["current"]


@pytest.mark.parametrize(("option", "fault"), [("--who", "nobody is named"), ("--role", "there is no role ``")])
def test_in_an_installation_somebody_asks_in_a_role(at, option, fault):
    said = at("keys", "rotate", option, "")
    assert said.code == 2
    assert fault in said.err
    assert states(at) == ["current"]


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("command", [("rotate",), ("destroy-epoch", "1", "--yes")])
def test_the_keys_of_an_installation_are_not_changed_behind_its_back(at, monkeypatch, tmp_path, command, elsewhere):
    assert epochs_in_two(at)
    keys = at.home / "keys.json"
    if elsewhere:
        keys = shutil.copy2(keys, tmp_path / "copied.json")
    monkeypatch.delenv("NRM_HOME")
    said = at("keys", *command, "--keys", keys)
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: --keys: an installation uses these keys; give --home, and its cases are looked after\n"
    assert states(at) == ["old", "current"]


def test_the_key_file_of_the_home_that_is_named_means_its_cases_too(at):
    said = at("keys", "rotate", "--keys", at.home / "keys.json")
    assert said.text.endswith("the key of 1 case was moved into it")
    assert at.readable()


def test_a_key_file_that_no_store_uses_is_rotated_beside_an_installation(at, tmp_path):
    other = tmp_path / "other.json"
    assert at("keys", "init", "--keys", other).code == 0
    assert at("keys", "rotate", "--keys", other).code == 0
    assert at("keys", "destroy-epoch", "1", "--yes", "--keys", other).code == 0
    assert states(at) == ["current"]


def test_an_older_backup_goes_with_its_epoch_and_a_newer_one_does_not(at, tmp_path):
    older, newer = tmp_path / "older", tmp_path / "newer"
    assert at("db", "backup", older).code == 0
    assert epochs_in_two(at)
    assert at("db", "backup", newer).code == 0
    assert at("keys", "destroy-epoch", "1", "--yes").code == 0
    (at.home / "cases.db").unlink()
    refused = at("db", "restore", older)
    assert (refused.code, refused.out) == (2, "")
    assert "a key was wrapped in epoch 1-" in refused.err
    assert "which was destroyed on" in refused.err
    assert not list(at.home.glob("cases.db*"))
    assert at("db", "restore", newer).code == 0
    assert at.readable()


def test_no_word_of_a_case_or_passphrase_is_ever_shown(at):
    for command in (("rotate",), ("rewrap",), ("destroy-epoch", "1", "--yes"), ("destroy-epoch", "1", "--yes")):
        said = at("keys", *command)
        assert "anary" not in said.out + said.err
        assert at.case not in said.out + said.err


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    write_bytes(tmp_path / "out", b"first")
    write_bytes(tmp_path / "out", b"second")
    assert (tmp_path / "out").read_bytes() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("out/under", "cannot be written: not a directory"),
        ("none/out", "cannot be written: no such file or directory"),
        ("x" * 300, "cannot be written: file name too long"),
        ("", "what stands there is no file"),
    ],
)
def test_a_file_that_cannot_be_written_is_said_to_be_so(tmp_path, name, fault):
    (tmp_path / "out").write_bytes(b"stays")
    with pytest.raises(FileRefusedError, match=fault):
        write_bytes(tmp_path / name, b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_bytes() == b"stays"


@pytest.mark.parametrize("path", ["/dev/null", "."])
def test_a_device_or_folder_is_never_replaced_by_a_file(path):
    before = Path(path).stat()
    with pytest.raises(FileRefusedError, match="what stands there is no file"):
        write_bytes(Path(path), b"data")
    assert (Path(path).stat().st_ino, Path(path).stat().st_mode) == (before.st_ino, before.st_mode)
