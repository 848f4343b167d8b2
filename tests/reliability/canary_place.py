"""An installation and everything that is made around it, and the search of all of it for canaries and secrets."""

from __future__ import annotations

import json
import tempfile

import canaries
import fast_keys
from clear_pages import pages
from nrm_commands import Commands, kept_away
from own_server import OwnServer

from nrm.vault.keys_file import open_keys
from nrm.vault.passphrase import Passphrase

SECRETS = ("database", "log-signing", "blind-index", "actors")
WORDS = "seven zqvexil canaries in the cellar"


class Place:
    """An installation, and everything that is made around it."""

    def __init__(self, kind, folder, monkeypatch, record=None, **server):
        self.kind, self.folder, self.wal = kind, folder, b""
        says = {"log_statement": "all", "log_min_messages": "debug1", **server}
        self.server = OwnServer(**says) if kind == "postgresql" else None
        for name in ("given", "made", "temporary"):
            (folder / name).mkdir()
        self.made, self.temporary, self.home = folder / "made", folder / "temporary", folder / "made" / "home"
        monkeypatch.setenv("TMPDIR", str(self.temporary))
        monkeypatch.setattr(tempfile, "tempdir", None)
        self.passphrase_file = kept_away(folder / "given" / "passphrase", WORDS)
        self.nrm = Commands(monkeypatch, self.home, self.passphrase_file)
        self.case_file = self.given("case.yaml", json.dumps(record or canaries.record(), ensure_ascii=False))

    def given(self, name, text):
        """Write what a person brings along; it is not searched."""
        path = self.folder / "given" / name
        path.write_text(text)
        return path

    def database(self, name="cases"):
        return ["--database", self.server.url(name)] if self.server else []

    def keys(self):
        return open_keys(self.home / "keys.json", Passphrase(WORDS), fast_keys.FAST)

    def end(self):
        if self.server:
            self.wal = self.segments()  # a server that stops deletes segments that it needs no more
            self.server.stop("fast")  # writes to the disk what was in memory

    def segments(self):
        """Return the write-ahead log of the server as it is now."""
        return b"".join(path.read_bytes() for path in (self.server.data / "pg_wal").iterdir() if path.is_file())

    def found(self, more=None, secrets=SECRETS):
        """Return every canary, every secret and what else is named that stands somewhere in the clear."""
        keys = self.keys()
        needles = canaries.NEEDLES | (more or {})
        needles |= {needle: f"passphrase as {way}" for way, needle in canaries.encoded(WORDS).items()}
        for name in secrets:
            secret = keys.secret(name)
            needles |= {secret: name, secret.hex().encode(): f"{name} as hexadecimal"}
        folders = [self.made, self.temporary, *([self.server.folder] if self.server else [])]
        found = canaries.found_under(folders, needles)
        # What is printed is wrapped at 80 columns, and a word may stand on two lines.
        printed = self.nrm.said + b"\0" + b"".join(self.nrm.said.split())
        found += [("output", said) for said in canaries.found_in(printed, needles)]
        found += [("write-ahead log", said) for said in canaries.found_in(self.wal, needles)]
        for path in [] if self.server else sorted(self.made.rglob("cases.db")):
            clear = pages(path, keys.secret("database"))
            found += [(f"pages of {path.name}", said) for said in canaries.found_in(clear, needles)]
        return found
