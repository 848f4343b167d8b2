"""`nrm db restore`: a store comes back, the published log goes on, and what cannot be done leaves nothing behind."""

import json
import shutil

import pytest
from installed import Installed


@pytest.fixture
def at(nrm, tmp_path, monkeypatch):
    """An installation, and a backup of it in which one case is missing that was opened and published since."""
    at = Installed(nrm, tmp_path, monkeypatch)
    at.backup = tmp_path / "backup"
    at.seen = tmp_path / "seen"
    assert at("db", "backup", at.backup).code == 0
    at.lost_case = at.opened()
    assert at.verified("--seen", at.seen).code == 0
    return at


def lose(at):
    for path in at.home.glob("cases.db*"):
        path.unlink()


def restore(at, *more, **named):
    return at("db", "restore", at.backup, *more, **named)


def files(at):
    return {path: path.read_bytes() for path in at.home.rglob("*") if path.is_file() and path.name != ".log.lock"}


def nothing_came_of_it(at, said, fault, before, code=2):
    assert (said.code, said.out) == (code, "")
    assert fault in said.err
    assert files(at) == before


def test_a_store_that_was_lost_comes_back_and_the_log_goes_on(at):
    lose(at)
    said = restore(at)
    assert (said.code, said.err) == (0, "")
    assert "restored, and every digest compared" in said.text
    assert "published after the backup: 1 entry; what is told of there is lost with the store" in said.text
    assert "shredded again" not in said.text
    assert at.readable()
    assert not at.readable(at.lost_case)
    assert at("db", "check").code == 0
    assert at.verified("--seen", at.seen).code == 0
    verbs = [verb for verb, _ in at.told()]
    assert verbs[:5] == ["database:create", "case:open", "database:backup", "case:open", "database:restore"]


def test_a_case_that_was_shredded_after_the_backup_is_shredded_again_and_no_other(at):
    assert at("case", "shred", at.case, "--yes", role="caseworker").code == 1  # a denial shreds nothing
    other = at.opened()
    at.backup = at.backup.with_name("with_two")
    assert at("db", "backup", at.backup).code == 0
    assert at("case", "shred", at.case, "--yes", role="supervisor").code == 0
    lose(at)
    assert "shredded after the backup, and now again: 1 case" in restore(at).text
    assert not at.readable()
    assert at.readable(other)
    assert ("case:shred", "done") in at.told()[-3:]


def test_without_newer_entries_none_are_said_to_be_lost(at, tmp_path):
    at.backup = tmp_path / "newer"
    at("db", "backup", at.backup)
    lose(at)
    assert "published after the backup" not in restore(at).out
    assert at.readable(at.lost_case)


def test_a_store_that_is_an_old_copy_of_itself_is_refused_until_a_backup_is_restored(at, tmp_path):
    aside = tmp_path / "aside"
    shutil.copy2(at.home / "cases.db", aside)
    lose(at)
    restore(at)
    lose(at)
    shutil.copy2(aside, at.home / "cases.db")
    said = at("case", "list", role="caseworker")
    assert said.code == 2
    assert "it is an older copy of itself" in said.err


def test_a_store_that_is_not_empty_is_not_mixed_with_another(at):
    said = restore(at)
    assert (said.code, said.out) == (2, "")
    assert "the database is not empty; restore into a new one" in said.err
    assert at.readable(at.lost_case)


@pytest.mark.parametrize("damage", ["flipped", "cut", "another file", "missing"])
def test_a_backup_that_is_damaged_leaves_nothing_behind(at, damage):
    data = bytearray(at.backup.read_bytes())
    if damage == "missing":
        at.backup.unlink()
    elif damage == "flipped":
        data[len(data) // 2] ^= 1
        at.backup.write_bytes(data)
    else:
        at.backup.write_bytes(data[:-20] if damage == "cut" else b"no backup at all")
    lose(at)
    nothing_came_of_it(at, restore(at), "backup", files(at))


def bundle(at):
    return at.home / "log/tile/entries/000.p/4"


def test_a_log_that_does_not_continue_the_backup_leaves_nothing_behind(at):
    bundle(at).write_bytes(bundle(at).read_bytes().replace(b"case:open", b"case:list"))
    lose(at)
    nothing_came_of_it(at, restore(at), "does not go on where the store ends", files(at))


def test_a_log_with_a_missing_file_leaves_nothing_behind(at):
    bundle(at).unlink()
    lose(at)
    nothing_came_of_it(at, restore(at), "the file cannot be had", files(at))


def test_a_log_of_another_installation_leaves_nothing_behind(at, nrm, tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    lose(at)
    before = files(at)
    with monkeypatch.context() as patched:
        other = Installed(nrm, tmp_path / "other", patched)
    nothing_came_of_it(at, restore(at, "--log", other.home / "log"), "no signature of the key", before)


def test_a_home_with_another_origin_leaves_nothing_behind(at):
    text = at.home / "home.toml"
    text.write_text(text.read_text().replace("example.org/log", "example.org/other"))
    lose(at)
    shutil.rmtree(at.home / "log")
    nothing_came_of_it(at, restore(at, "--no-log"), "the log's origin of the database is", files(at))


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "king"])
def test_who_is_no_administrator_restores_nothing(at, role):
    lose(at)
    nothing_came_of_it(at, restore(at, role=role), "may not do this (`database:restore`)", files(at), code=1)


@pytest.mark.parametrize("who", ["", " "])
def test_nobody_restores_nothing(at, who):
    lose(at)
    nothing_came_of_it(at, restore(at, "--who", who), "nobody is named", files(at))


def test_without_the_published_log_it_must_be_said_that_it_is_gone(at):
    lose(at)
    shutil.rmtree(at.home / "log")
    nothing_came_of_it(at, restore(at), "would be a second history; give --log", files(at))
    assert restore(at, "--no-log").code == 0
    assert at.readable()
    assert [verb for verb, _ in at.told()][:4] == [
        "database:create",
        "case:open",
        "database:backup",
        "database:restore",
    ]


def test_a_copy_of_the_log_that_somebody_kept_is_as_good(at, tmp_path):
    shutil.move(at.home / "log", tmp_path / "kept")
    lose(at)
    said = restore(at, "--log", tmp_path / "kept")
    assert (said.code, said.err) == (0, "")
    assert "published after the backup: 1 entry" in said.text
    assert at.verified("--seen", at.seen).code == 0


def test_a_copy_that_is_behind_does_not_hide_what_stands_at_home(at, tmp_path):
    shutil.copytree(at.home / "log", tmp_path / "kept")
    at.opened()
    lose(at)
    assert "published after the backup: 2 entries" in restore(at, "--log", tmp_path / "kept").text
    assert at.verified("--seen", at.seen).code == 0


def test_a_copy_that_is_further_than_home_counts(at, tmp_path):
    shutil.copytree(at.home / "log", tmp_path / "kept")
    at.opened()
    shutil.move(at.home / "log", tmp_path / "further")
    shutil.move(tmp_path / "kept", at.home / "log")
    lose(at)
    assert "published after the backup: 2 entries" in restore(at, "--log", tmp_path / "further").text
    assert at.verified("--seen", at.seen).code == 0


def test_a_restore_that_was_refused_can_be_repeated(at):
    kept = bundle(at).read_bytes()
    bundle(at).unlink()
    lose(at)
    assert restore(at).code == 2
    bundle(at).write_bytes(kept)
    assert restore(at).code == 0
    assert at.readable()


def test_the_passphrase_is_asked_for_once(at, monkeypatch):
    words = (at.home.parent / "words").read_text()
    typed = []
    monkeypatch.delenv("NRM_PASSPHRASE_FILE")
    monkeypatch.setattr("nrm.cli.unlock._hidden", lambda *_, **__: typed.append(words) or words)
    lose(at)
    assert restore(at).code == 0
    assert len(typed) == 1


def test_no_word_of_a_case_or_passphrase_is_ever_shown(at):
    lose(at)
    for said in (restore(at, role="caseworker"), restore(at), restore(at)):
        assert "anary" not in said.out + said.err
        assert at.case not in said.out + said.err
    assert json.loads(at("audit", "tail", "--json").out)[-1]["action"] == "cli:database:restore"
