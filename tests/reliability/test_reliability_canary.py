"""A record of words that occur nowhere else goes every way through the program; no file it made holds one in the clear.

Searched are: the folder of the installation (keys, database, write-ahead log, published log), the pages of the embedded
database decrypted, all files of the PostgreSQL server with its write-ahead log and with a log of its own that says
every statement with its values, backups, exports, proofs, the temporary folder, and all that the commands said. Only
`nrm case show` may show what it was asked for. Not searched: memory, swap, and temporary files that were deleted again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import canaries
import psycopg
import pytest
from canary_place import WORDS, Place
from nrm_commands import kept_away
from real_installations import app

from nrm.bootstrap_store import open_office
from nrm.home import read_home


@pytest.fixture(params=["sqlcipher", "postgresql"])
def place(request, tmp_path, monkeypatch):
    made = Place(request.param, tmp_path, monkeypatch)
    yield made
    if made.server:
        made.server.end()


def go_every_way(place):
    nrm, file = place.nrm, place.case_file
    nrm("init", place.home, "--origin", "nrm.example.org/log", "--organisation", "shelter-a", *place.database())
    case = json.loads(nrm("case", "open", file, "--json").out)["case"]
    nrm("case", "open", file)
    every = [word for group in canaries.record() for word in ("--group", group)]
    for more in ([], ["--json"]):
        shown = nrm("case", "show", case, *every, *more, shown=True).out
        assert all(core in shown for core in canaries.CORES.values()), "it is what was asked for"
        nrm("case", "decide", case, "--on", "2026-03-01", *more)
        nrm("decide", file, "--on", "2026-03-01", *more)
        nrm("case", "facts", file, *more)
    nrm("case", "amend", case, file, "--seen", "1")
    decision = json.loads(nrm("case", "history", case, "--json").out)["decisions"][0]["decision"]
    for words in (["history", case], ["list"], ["list", "--json"], ["replay", case, decision]):
        nrm("case", *words)
    fail_every_way(place, case)
    crash(place)
    look_from_outside(place)
    nrm("case", "shred", case, "--yes", NRM_ROLE="supervisor")
    nrm("case", "show", case, "--group", "identity", code=2)


def fail_every_way(place, case):
    """Mistakes, lies and wrong keys: each is told, and nothing of the case with it."""
    nrm, core = place.nrm, canaries.CORES["latin"]
    record = canaries.record()
    broken = [
        {**record, core: "x"},
        {**record, "identity": {**record["identity"], core: core}},
        {**record, "identity": {**record["identity"], "birth_date": f"{core} {canaries.BORN}"}},
        {**record, "identity": {**record["identity"], "gender": core}},
        {**record, "facts": {core: [core]}},
        {**record, "facts": {"indicators": [core]}},
        {**record, "facts": {"acts": {core: core}}},
        {**record, "contact": {"channels": [{"kind": core, "address": canaries.PHONE}]}},
        {**record, "account": [core, canaries.PHONE]},
    ]
    texts = [json.dumps(data, ensure_ascii=False) for data in broken]
    texts += [
        f"identity: {{first_name: {core}\nlast_name: [",
        f"{core}\n",
        f"a: {core}\na: {core}",
        f"\tidentity: {core}",
    ]
    for number, text in enumerate(texts):
        file = place.given(f"broken{number}.yaml", text)
        ways = (
            ("case", "open", file),
            ("case", "amend", case, file, "--seen", "2"),
            ("decide", file),
            ("case", "facts", file),
        )
        nrm(*ways[number % len(ways)], code=2)
    nrm("case", "amend", case, place.case_file, "--seen", "1", code=2)
    nrm("case", "show", core, "--group", "identity", code=2)
    nrm("case", "show", case, "--group", core, code=2)
    nrm("case", "show", case, "--group", "identity", NRM_ROLE="administrator", code=1)
    nrm("case", "show", case, "--group", "identity", NRM_ORGANISATION="other", code=2)
    nrm("case", "shred", case, "--yes", code=1)
    nrm("case", "list", NRM_PASSPHRASE_FILE=str(kept_away(place.folder / "given" / "wrong", WORDS[::-1])), code=2)
    others = place.made / "others.json"
    nrm("keys", "init", "--keys", others)
    own, away = place.home / "keys.json", place.made / "away.json"
    own.rename(away)
    others.rename(own)
    nrm("case", "show", case, "--group", "identity", code=2)
    own.rename(others)
    away.rename(own)


def crash(place):
    """Kill a process while it takes the record in and looks at it, again and again."""
    here = Path(__file__).parent
    paths = os.pathsep.join([path for path in [*sys.path, str(here)] if path])
    command = [sys.executable, "-c", CRASHING, str(place.home), WORDS, "900", "500", "200", "90", "20"]
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, input=place.case_file.read_bytes(), capture_output=True, check=True, env=environment)
    assert done.stdout.count(b"killed") == 5
    place.nrm.said += done.stdout + done.stderr


CRASHING = """
import json, os, sys
from dataclasses import replace
from pathlib import Path
import fast_keys
from driver import WAYS, killed_after
from real_installations import ON, app, asked, books, read_home
from nrm.bootstrap_store import open_office
from nrm.casework.cases import deciding, keep
from nrm.textfile import read_bytes
from nrm.vault.keys_file import open_keys
from nrm.vault.passphrase import Passphrase
home, words = read_home(Path(sys.argv[1])), sys.argv[2]
document = read_bytes(sys.stdin.buffer.read(), "standard input", private=True)
books()
for after in map(int, sys.argv[3:]):
    pid = os.fork()
    if pid == 0:
        office = open_office(home, open_keys(home.keys, Passphrase(words), fast_keys.FAST), app())
        desk = replace(office.desk, books=books())
        killed_after(after, WAYS["edge"])
        while True:
            case = keep.open_case(desk, asked(home), document, ON).case
            keep.read_groups(desk, asked(home), case, ["identity"])
            deciding.decide(desk, asked(home), case, ON)
            office.sequencer.run()
    print({9: "killed"}[os.waitpid(pid, 0)[1]])
"""


def look_from_outside(place):
    """What overseers and administrators do: log, proofs, exports, keys, backups, and their return into a new place."""
    nrm, made = place.nrm, place.made
    vkey = ["--vkey", place.home / "log.vkey"]
    nrm("audit", "tail", "-n", "200")
    event = json.loads(nrm("audit", "tail", "--json").out)[0]["event"]
    nrm("audit", "prove", event, "--out", made / "proof")
    nrm("audit", "check", made / "proof", *vkey)
    nrm("audit", "export", made / "export")
    nrm("audit", "verify", made / "export", *vkey, "--seen", made / "seen")
    for words in (["rotate", "--home", place.home], ["status", "--keys", place.home / "keys.json"]):
        nrm("keys", *words, NRM_ROLE="administrator")
    nrm("db", "backup", made / "backup", NRM_ROLE="administrator")
    nrm("db", "check", NRM_ROLE="administrator")
    again = made / "again"
    again.mkdir(mode=0o700)
    (again / "keys.json").write_bytes((place.home / "keys.json").read_bytes())
    (again / "keys.json").chmod(0o600)
    text = (place.home / "home.toml").read_text()
    if place.server:
        with psycopg.connect(place.server.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE again")
        text = text.replace(place.server.url(), place.server.url("again"))
    (again / "home.toml").write_text(text)
    nrm("audit", "export", again / "log")
    nrm("db", "restore", made / "backup", NRM_HOME=str(again), NRM_ROLE="administrator")
    nrm("db", "check", NRM_HOME=str(again), NRM_ROLE="administrator")


def test_no_canary_is_in_the_clear_anywhere(place):
    go_every_way(place)
    kinds = {path.suffix or path.name for path in place.made.rglob("*") if path.is_file()}
    assert {"checkpoint", "backup", "proof", ".json", ".toml", ".vkey"} <= kinds
    assert len(place.nrm.said) > 10_000
    place.end()
    assert place.found() == []


@pytest.mark.parametrize("place_of_it", ["home.toml", "log/tile/entries/000.p/7", "backup", "temporary/nrm-1"])
def test_the_search_finds_a_canary_in_any_file_however_it_is_written(place_of_it, tmp_path):
    path = tmp_path / place_of_it
    path.parent.mkdir(parents=True, exist_ok=True)
    for word in canaries.WORDS:
        for needle in canaries.encoded(word).values():
            path.write_bytes(os.urandom(999) + needle + os.urandom(999))
            assert any(file == str(path) and word in said for file, said in canaries.found_under([tmp_path]))


def test_the_search_finds_a_canary_in_the_name_of_a_file(tmp_path):
    (tmp_path / f"{canaries.CORES['arabic']}.log").write_text("")
    assert canaries.found_under([tmp_path]) != []


def test_the_search_finds_what_somebody_would_store_or_say_in_the_clear(place):
    """A fault of the program is played: something goes into the database unsealed, and to the screen."""
    nrm, word = place.nrm, canaries.CORES["cyrillic"]
    nrm("init", place.home, "--origin", "nrm.example.org/log", "--organisation", "shelter-a", *place.database())
    nrm("audit", "export", place.made / canaries.CORES["arabic"])
    office = open_office(read_home(place.home), place.keys(), app())
    office.store.run(lambda unit: unit.rulebooks.add("f" * 64, f"what she told: {word}".encode()))
    office.close()
    place.end()
    found = place.found()
    assert any(where == "output" and told.startswith(canaries.CORES["arabic"]) for where, told in found)
    said = {where for where, told in found if told.startswith(word)}
    if place.server:
        assert any(where.startswith(str(place.server.data)) for where in said)
        assert (str(place.server.log), f"{word} as hexadecimal") in found, "the server tells what it was given"
    else:
        assert said == {"pages of cases.db"}, "the file itself is encrypted"
