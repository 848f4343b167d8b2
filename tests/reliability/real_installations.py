"""Installations for these tests: real keys (with a cheap passphrase), a real store, a real log, the real rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from uuid import uuid4

import fakes
import fast_keys

from nrm.audit.note import Verifier
from nrm.audit.source import DirectorySource
from nrm.audit.verify import verify
from nrm.bootstrap import Application
from nrm.bootstrap_store import FileBooks, create_office, identifier, open_office
from nrm.casework.asked import Asked
from nrm.home import home_text, read_home
from nrm.textfile import Document

ON = date(2026, 3, 1)
ORIGIN = "nrm.example.org/log"


@cache
def app():
    return Application(fakes.REAL)


@cache
def books():
    """The rulebooks, compiled and packed once, so that a process that was forked has them."""
    made = FileBooks(app())
    made.engine(ON, None)
    made.archive()
    return made


def founded(folder, database=None):
    """Make an installation in a new folder; `database` is the URL of an empty PostgreSQL database."""
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "home.toml").write_text(home_text(ORIGIN, uuid4(), database=database))
    home = read_home(folder)
    create_office(home, fast_keys.made_keys(home.keys), app()).close()
    return home


def opened(home, clock=None):
    """Open an installation, as a command does."""
    office = open_office(home, fast_keys.opened_keys(home.keys), app())
    return replace(office, desk=replace(office.desk, books=books(), clock=clock or office.desk.clock))


def asked(home, role="caseworker", who="anna"):
    return Asked(identifier(who), home.organisation, role)


def record(story):
    """A case record with a narrative, and a phone number that is its own."""
    digits = f"{sum(story.encode()) * 7919 % 10**9:09d}"
    contact = {"channels": [{"kind": "own_phone", "address": f"+373{digits}"}]}
    return Document("case record", {"account": {"journey": story}, "contact": contact}, {})


def verified(home, vkey, seen=None):
    """Check the published log as an oversight body does, against what was seen last; return the checkpoint."""
    return verify(DirectorySource(home.log), Verifier(vkey), last_seen=seen).checkpoint
