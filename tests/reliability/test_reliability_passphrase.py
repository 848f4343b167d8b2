"""A process that changes the passphrase of a key file is killed at each step: one passphrase opens the file, whole.

The old one or the new one, never none and never both; nothing of what the keys protect, and neither passphrase, stands
in what a killed process leaves beside the file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from uuid import uuid4

import canaries
from canaries import encoded
from canary_place import WORDS as CANARY_WORDS
from canary_place import Place
from fast_keys import AT, PASSPHRASE, WORDS, made_keys, opened_keys
from nrm_commands import kept_away

from nrm.vault import Keyring, new_data_key
from nrm.vault.errors import WrongPassphraseError
from nrm.vault.ledger_seal import FIRST_SECRETS
from nrm.vault.passphrase import Passphrase

NEW_WORDS = "seven zqvexil words nobody else says"
STEPS = ["open", "write", "flush", "fsync", "replace", "pwrite", "unlink", "close", "flock", "fstat"]
"""What touches the disk; a process is killed at the begin and at the end of each call (see `driver.killed_after`)."""

CHANGING = """
import json, os, sys
from itertools import count
from pathlib import Path
from driver import killed_after
from fast_keys import FAST, PASSPHRASE, opened_keys
from nrm.vault.passphrase import Passphrase
file, words, steps = Path(sys.argv[1]), sys.argv[2], frozenset(sys.argv[3].split())
for after in count(1):
    pid = os.fork()
    if pid == 0:
        keys = opened_keys(file)
        killed_after(after, steps)
        keys.change_passphrase(Passphrase(words), FAST)
        sys.setprofile(None)
        os._exit(0)
    killed = os.waitpid(pid, 0)[1] == 9
    print(json.dumps({"after": after, "killed": killed}), flush=True)
    sys.stdin.readline()  # until what is left was looked at, and the old file is back
    if not killed:
        break
"""


class Held:
    """What the key file must hold, whichever passphrase opens it."""

    def __init__(self, file):
        self.file = file
        keys = made_keys(file)
        keys.new_epoch(AT)
        self.case, self.key = uuid4(), new_data_key()
        self.wrapped = Keyring(keys).wrap(self.case, self.key)
        keys.new_epoch(AT)
        keys.destroy_epoch(1, AT)
        self.secrets = {name: keys.secret(name) for name in FIRST_SECRETS}
        self.id, self.status = keys.keyring_id, keys.status()
        self.content = file.read_bytes()

    def opened_by(self):
        """Return which of both passphrases opens the file, after everything in it was compared."""
        keys = {}
        for name, passphrase in {"old": PASSPHRASE, "new": Passphrase(NEW_WORDS)}.items():
            try:
                keys[name] = opened_keys(self.file, passphrase)
            except WrongPassphraseError:
                continue
        [(name, found)] = keys.items()
        assert (found.keyring_id, found.status()) == (self.id, self.status)
        assert {one: found.secret(one) for one in self.secrets} == self.secrets
        assert Keyring(found).unwrap(self.case, self.wrapped).expose() == self.key.expose()
        assert found.new_epoch(AT).number == 4, "what was killed keeps nobody from going on"
        return name

    def bared(self):
        """Return what stands in the clear in the folder."""
        secrets = [*self.secrets.values(), self.key.expose()]
        needles = {form: "a secret" for one in secrets for form in (one, one.hex().encode(), b64encode(one))}
        needles |= {form: "a passphrase" for words in (WORDS, NEW_WORDS) for form in encoded(words).values()}
        return canaries.found_under([self.file.parent], needles)

    def put_back(self):
        self.file.write_bytes(self.content)


def test_a_change_of_the_passphrase_that_is_killed_at_any_step_leaves_one_that_opens_everything(tmp_path):
    held = Held(tmp_path / "keys.json")
    paths = os.pathsep.join([path for path in [*sys.path, str(Path(__file__).parent)] if path])
    opened, left = [], set()
    with subprocess.Popen(
        [sys.executable, "-c", CHANGING, held.file, NEW_WORDS, " ".join(STEPS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
        text=True,
    ) as changing:
        while line := changing.stdout.readline():
            assert json.loads(line)["after"] == len(opened) + 1
            left |= {path.name for path in tmp_path.iterdir()}
            assert held.bared() == []
            opened.append(held.opened_by())
            held.put_back()
            print(file=changing.stdin, flush=True)
            killed = json.loads(line)["killed"]
    assert not killed, "the last one was left alone"
    assert left == {"keys.json", ".keys.json.lock", ".keys.json.part"}
    assert opened == sorted(opened, reverse=True), "old until the new file stands, and new from then on"
    assert opened.count("old") > 10
    assert opened.count("new") > 10


def test_neither_passphrase_is_said_or_stored_however_the_change_goes(tmp_path, monkeypatch):
    place = Place("sqlcipher", tmp_path, monkeypatch)
    nrm, given = place.nrm, tmp_path / "given"
    nrm("init", place.home, "--origin", "nrm.example.org/log", "--organisation", "shelter-a")
    nrm("case", "open", place.case_file)
    change = ("keys", "passphrase", "--new-passphrase-file")
    for number, words in enumerate((NEW_WORDS[:14], CANARY_WORDS)):
        nrm(*change, kept_away(given / f"refused{number}", words), code=2, NRM_ROLE="administrator")
    new = kept_away(given / "new", NEW_WORDS)
    nrm(*change, new, code=1)
    nrm(*change, new, code=2, NRM_ROLE="administrator", NRM_PASSPHRASE_FILE=str(kept_away(given / "wrong", NEW_WORDS)))
    nrm(*change, new, "--json", NRM_ROLE="administrator")
    nrm("case", "list", code=2)
    nrm("audit", "tail", NRM_PASSPHRASE_FILE=str(new))
    monkeypatch.setattr(place, "keys", lambda: opened_keys(place.home / "keys.json", Passphrase(NEW_WORDS)))
    place.end()
    words = {needle: f"{one} as {way}" for one in (NEW_WORDS, NEW_WORDS[:14]) for way, needle in encoded(one).items()}
    assert place.found(words) == []
    place.nrm.said += NEW_WORDS.encode()
    assert place.found(words) != []


def test_the_search_would_find_a_secret_beside_the_file(tmp_path):
    held = Held(tmp_path / "keys.json")
    assert held.bared() == []
    (tmp_path / "left").write_bytes(b"so: " + held.secrets["database"].hex().encode())
    (tmp_path / "said").write_text(f"so: {NEW_WORDS}")
    assert len(held.bared()) >= 2
