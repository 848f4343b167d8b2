"""An office with policy officers, on a store in memory, for tests of published rulebooks.

office = rulebook_office(tmp_path)
first = published(office, paper())                 # proposed, checked and approved
office.day = date(2026, 6, 1)                      # from now on it is this day
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count
from uuid import UUID

from offices import asked, new_office
from published import OFFICERS, OFFICERS_TOML

from nrm.bootstrap_bundles import BundleBooks, Opener
from nrm.bootstrap_counter import REGISTRY
from nrm.casework.registry import RegistryKey
from nrm.casework.rulebooks import checking, judging, proposing
from nrm.publishing import checks

AUTHOR = asked("rule_author", who=UUID(int=101), unit="law_unit")
APPROVER = asked("rule_approver", who=UUID(int=102), unit="health_unit")
OVERSEER = asked("overseer", who=UUID(int=103))


_REAL = checks.check_bundle
_REMEMBERED = {}


def _check_bundle(bundle, from_, before, seen=lambda *_: None):
    key = bundle.digest, from_, before and before.digest
    if key not in _REMEMBERED:
        heard = []
        _REMEMBERED[key] = _REAL(bundle, from_, before, lambda *told: heard.append(told)), heard
    result, heard = _REMEMBERED[key]
    for told in heard:
        seen(*told)
    return result


def remembered_checks(monkeypatch):
    """Check each bundle once for all tests of a process."""
    monkeypatch.setattr(checks, "check_bundle", _check_bundle)


def rulebook_office(folder, day=date(2026, 3, 1), seconds=None):
    """An office whose books are the bundles of its store."""
    return on_bundles(new_office(folder), folder, day, seconds=seconds)


def on_bundles(office, folder, day, read=None, seconds=None):
    """Let an office decide by the bundles of its store, on `day`; without `seconds` it looks anew for each answer."""
    office.day = day
    office.ticks = count()
    path = folder / "officers.toml"
    path.write_text(OFFICERS_TOML)
    office.now = lambda: datetime.combine(office.day, time(8), UTC).replace(microsecond=next(office.ticks))
    books = BundleBooks(
        read or office.store.run,
        Opener(RegistryKey(office.keys.secret(REGISTRY))),
        path,
        lambda: office.day,
        seconds or (lambda: float(next(office.ticks)) * 10),
    )
    office.books = books
    office.desk = office.desk_with(books)
    return office


def proposed(office, one, who=AUTHOR, name="ada"):
    made = proposing.propose(office.desk, who, OFFICERS, one.archive, one.text, one.signed(name))
    return made.row.record


def checked(office, one):
    publication = proposed(office, one)
    checking.check(office.desk, AUTHOR, publication)
    return publication


def approved(office, publication, one, who=APPROVER, name="ben"):
    return judging.approve(office.desk, who, OFFICERS, publication, one.signed(name))


def published(office, one):
    publication = checked(office, one)
    approved(office, publication, one)
    return publication
