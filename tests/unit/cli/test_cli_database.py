"""`nrm db`: what fits together is said, what does not is refused before anything happens, and a backup comes back."""

import json
import shutil

import pytest
from homes import made_home, secret_file, settle
from sqlalchemy import text

from nrm.bootstrap_store import open_database, read_home
from nrm.storage.migrate import newest
from nrm.vault.keys_file import open_keys
from nrm.vault.passphrase import Passphrase


@pytest.fixture
def nrm(real_nrm, made, home, small, monkeypatch):
    settle(monkeypatch, small, home, made.passphrase, role="administrator")
    return real_nrm


@pytest.fixture
def sql(made, home):
    """Write into the database as somebody would who has its key."""

    def run(statement):
        keys = open_keys(home / "keys.json", Passphrase(made.passphrase.read_text().strip()))
        database = open_database(read_home(home), keys)
        with database.begin() as connection:
            connection.execute(text(statement))
        database.dispose()

    return run


def refused(said, what, code=2):
    assert (said.code, said.out) == (code, "")
    assert what in said.err
    assert "the program itself failed" not in said.err
    assert "Canary" not in said.err


def show(nrm, case):
    return nrm("case", "show", case, "--group", "identity", "--json", "--role", "caseworker")


def test_all_fits_together(nrm):
    said = nrm("db", "check")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"all fits together: schema {newest()}, published: 3 entries\n"


def test_a_schema_that_is_there_is_left_as_it_is(nrm):
    assert nrm("db", "upgrade").out == f"schema {newest()}: already there\n"


def test_a_newer_schema_is_refused_everywhere(nrm, sql, made):
    sql("UPDATE alembic_version SET version_num = '9999_later'")
    for command in (
        ("db", "check"),
        ("db", "upgrade"),
        ("db", "backup", "b"),
        ("case", "show", made.case, "--group", "facts"),
    ):
        refused(nrm(*command), "the schema of the database is newer than this program")


def test_a_database_without_schema_is_refused_until_it_is_upgraded(nrm, sql, made):
    sql("DELETE FROM alembic_version")
    refused(nrm("db", "check"), "nrm db upgrade")
    refused(show(nrm, made.case), "nrm db upgrade")


def test_the_keys_of_another_installation_are_refused(nrm, home, made, tmp_path, small):
    (tmp_path / "other").mkdir()
    other = made_home(tmp_path / "other", small)
    shutil.copy(other.folder / "keys.json", home / "keys.json")
    refused(nrm("db", "check"), "the key does not open the database")
    refused(show(nrm, made.case), "the key does not open the database")


def test_another_origin_is_refused(nrm, home, made):
    path = home / "home.toml"
    path.write_text(path.read_text().replace("nrm.example.org/log", "nrm.example.org/other"))
    refused(
        nrm("db", "check"), "the log's origin of the database is `nrm.example.org/log`, not `nrm.example.org/other`"
    )
    refused(show(nrm, made.case), "the log's origin of the database")


def test_a_database_or_key_file_that_is_gone_or_open_to_others_is_refused(nrm, home, made):
    (home / "cases.db").chmod(0o644)
    refused(show(nrm, made.case), "others than its owner may read or change it")
    (home / "cases.db").unlink()
    refused(show(nrm, made.case), "it cannot be opened: no such file or directory")
    assert not (home / "cases.db").exists()
    (home / "keys.json").unlink()
    refused(nrm("db", "check"), "keys.json")


def test_a_log_folder_that_was_deleted_is_made_again(nrm, home, made):
    before = (home / "log" / "checkpoint").read_bytes()
    shutil.rmtree(home / "log")
    assert "published: 0 entries" in nrm("db", "check").out
    assert show(nrm, made.case).code == 0
    assert before != (home / "log" / "checkpoint").read_bytes()
    assert nrm("audit", "verify", home / "log", "--vkey", home / "log.vkey").lines[-1].startswith("verified: 4 entries")


def test_a_log_ahead_of_its_store_is_refused_before_anything_is_done(nrm, home, made):
    old = (home / "cases.db").read_bytes()
    assert show(nrm, made.case).code == 0
    for side in home.glob("cases.db-*"):
        side.unlink()
    (home / "cases.db").write_bytes(old)
    refused(nrm("db", "check"), "the log in the database has `3` entries, and `4` are published")
    shown = show(nrm, made.case)
    refused(shown, "4 entries are published and the store has 3: it is an older copy of itself")
    assert "`3` entries" in nrm("db", "check").err  # nothing was added to it


def test_a_log_that_says_something_else_is_refused(nrm, home, made, tmp_path, small):
    (tmp_path / "other").mkdir()
    other = made_home(tmp_path / "other", small)
    shutil.rmtree(home / "log")
    shutil.copytree(other.folder / "log", home / "log")
    refused(nrm("db", "check"), "the first `3` entries in the database are not those that are published")
    refused(show(nrm, made.case), "another root is published for the same 3 entries")


@pytest.fixture
def fresh(home, tmp_path):
    """A new folder with the keys and the name of the installation, and nothing else."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    for name in ("home.toml", "keys.json"):
        shutil.copy2(home / name, folder / name)
    return folder


def restored(nrm, fresh, home, file):
    return nrm("db", "restore", file, "--home", fresh, "--log", home / "log")


def test_a_backup_comes_back_into_a_fresh_place_and_all_fits(nrm, home, made, fresh, tmp_path):
    file = tmp_path / "backup"
    said = nrm("db", "backup", file)
    assert said.code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"Canary" not in file.read_bytes()
    assert show(nrm, made.case).code == 0  # the store goes on
    said = restored(nrm, fresh, home, file)
    assert (said.code, said.err) == (0, "")
    assert "every digest compared" in said.out
    assert "published after the backup: 1 entry" in " ".join(said.out.split())
    assert nrm("db", "check", "--home", fresh).code == 0
    found = nrm("case", "show", made.case, "--group", "identity", "--json", "--role", "caseworker", "--home", fresh)
    assert json.loads(found.out) == {"identity": {"first_name": "CanaryAna"}}
    assert nrm("case", "replay", made.case, made.decision, "--role", "caseworker", "--home", fresh).code == 0
    assert nrm("db", "check", "--home", fresh).code == 0
    tail = json.loads(nrm("audit", "tail", "--json").out)
    assert [one["action"] for one in tail[-2:]] == ["cli:database:backup", "cli:group:read"]


def test_an_old_backup_beside_a_newer_log_is_refused(nrm, home, made, fresh, tmp_path):
    assert nrm("db", "backup", tmp_path / "backup").code == 0
    assert show(nrm, made.case).code == 0
    assert nrm("db", "restore", tmp_path / "backup", "--home", fresh, "--no-log").code == 0
    shutil.rmtree(fresh / "log")
    for _ in range(2):
        assert show(nrm, made.case).code == 0
    shutil.copytree(home / "log", fresh / "log")
    refused(nrm("db", "check", "--home", fresh), "this is an old copy")


def test_without_the_published_log_nothing_is_restored_unless_it_is_said_to_be_gone(nrm, fresh, tmp_path):
    assert nrm("db", "backup", tmp_path / "backup").code == 0
    refused(
        nrm("db", "restore", tmp_path / "backup", "--home", fresh), "a log that begins anew would be a second history"
    )
    assert not list(fresh.glob("cases.db*"))


def test_other_keys_do_not_open_a_backup_and_leave_nothing(nrm, home, fresh, tmp_path, small):
    assert nrm("db", "backup", tmp_path / "backup").code == 0
    (tmp_path / "other").mkdir()
    other = made_home(tmp_path / "other", small)
    shutil.copy2(other.folder / "keys.json", fresh / "keys.json")
    refused(restored(nrm, fresh, home, tmp_path / "backup"), "keyring")
    assert not list(fresh.glob("cases.db*"))


@pytest.mark.parametrize(
    "change", [lambda data: data[:-10], lambda data: data[:200] + b"x" + data[201:], lambda _: b""]
)
def test_a_backup_that_was_damaged_is_refused_and_leaves_nothing(nrm, home, fresh, tmp_path, change):
    file = tmp_path / "backup"
    assert nrm("db", "backup", file).code == 0
    file.write_bytes(change(file.read_bytes()))
    refused(restored(nrm, fresh, home, file), "backup")
    assert not list(fresh.glob("cases.db*"))


def test_a_store_with_cases_is_not_restored_over(nrm, made, tmp_path):
    assert nrm("db", "backup", tmp_path / "backup").code == 0
    refused(nrm("db", "restore", tmp_path / "backup"), "empty")
    assert show(nrm, made.case).code == 0


def test_a_backup_is_not_written_over_a_file_nor_without_the_role(nrm, tmp_path):
    (tmp_path / "there").write_text("mine")
    refused(nrm("db", "backup", tmp_path / "there"), "there is a file already")
    assert (tmp_path / "there").read_text() == "mine"
    refused(nrm("db", "backup", tmp_path / "none" / "backup"), "cannot be written")
    refused(nrm("db", "backup", tmp_path / "backup", "--role", "caseworker"), "may not do this", code=1)
    assert not (tmp_path / "backup").exists()
    last = json.loads(nrm("audit", "tail", "--json").out)[-1]
    assert (last["action"], last["why"]) == ("cli:database:backup", "not_permitted")


def test_a_wrong_passphrase_checks_upgrades_backs_up_and_restores_nothing(nrm, tmp_path):
    wrong = secret_file(tmp_path / "wrong", "nobody has these words")
    for command in ("check", "upgrade", "backup", "restore"):
        file = [tmp_path / "file"] if command in {"backup", "restore"} else []
        refused(nrm("db", command, *file, "--passphrase-file", wrong), "the passphrase does not open it")
