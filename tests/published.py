"""Signed bundles of the small rulebook for tests: made and checked once for all tests of a process.

    first = paper()                                   # the small rulebook, from 2026-01-01
    second = paper(LATER, from_=date(2026, 6, 1), previous=first)
    first.load(officers=OFFICERS)                     # a Bundle, or an error that says why not

`LATER` is the small rulebook in which somebody in urgent need gets shelter too.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from fakes import REPOSITORY, write_rulebook
from small_guarantees import HOLDS, place, text

from nrm.publishing.archive import pack
from nrm.publishing.bundle import open_bundle
from nrm.publishing.checks import check_bundle, statement_of
from nrm.publishing.loading import Papers, Signed, load
from nrm.publishing.officers import Officer, Officers
from nrm.publishing.statement import NAMESPACE, Statement
from nrm.referral.sshsig import SshSigner

CONSENT = "rules/consent/2026-01"
CARE = """\
care:
  person: {en: To care, fr: Soigner, es: Cuidar, ar: الرعاية}
  child: {en: To care, fr: Soigner, es: Cuidar, ar: الرعاية}
  guardian: {en: To care, fr: Soigner, es: Cuidar, ar: الرعاية}
"""
SHARED = [f"{CONSENT}/{name}.yaml" for name in ("common", "groups")]
WORDS = {path: (REPOSITORY / path).read_text(encoding="utf-8") for path in SHARED}
BESIDES = {place("safe"): text("safe", HOLDS), f"{CONSENT}/purposes.yaml": CARE, **WORDS}
"""What a bundle has that the small rulebook of `fakes` lacks: a guarantee, and words in which consent is asked for."""

LATER = (("rules/child/family_search.yaml", ("within: P3D", "within: P2D")),)
"""What differs in the second bundle of most tests: the family is searched for a day sooner."""

BEGINS = date(2026, 1, 1)
SIGNERS = {name: SshSigner(bytes([number]) * 32) for number, name in enumerate(("ada", "ben", "cleo", "dan"), start=1)}


def officer(name, unit, role, **more):
    begins = {"from": BEGINS, **more}
    return Officer.model_validate({"name": name, "unit": unit, "role": role, "key": SIGNERS[name].public, **begins})


ADA = officer("ada", "law_unit", "author")
BEN = officer("ben", "health_unit", "approver")
CLEO = officer("cleo", "law_unit", "approver")
OFFICERS = Officers((ADA, BEN, CLEO))

OFFICERS_TOML = "".join(
    f'[[officer]]\nname = "{one.name}"\nunit = "{one.unit}"\nrole = "{one.role}"\n'
    f'key = "{one.key}"\nfrom = 2026-01-01\n\n'
    for one in OFFICERS.known
)


@cache
def archive(changes=()):
    """The small rulebook with one guarantee, as a bundle; `changes` are pairs as `write_rulebook` takes them."""
    with tempfile.TemporaryDirectory() as folder:
        made = write_rulebook(Path(folder), {**BESIDES, **dict(changes)})
        return pack(made.rules, made.seeds)


@cache
def bundle(changes=()):
    return open_bundle(archive(changes))


@cache
def checked(changes, from_, before):
    return check_bundle(bundle(changes), from_, None if before is None else bundle(before))


@dataclass(frozen=True)
class Paper:
    """A bundle with its statement and proof report, ready to be signed."""

    changes: tuple
    archive: bytes
    statement: Statement
    report: bytes

    @property
    def text(self):
        return self.statement.to_bytes()

    def signed(self, name="ada", namespace=NAMESPACE):
        return SIGNERS[name].sign(self.text, namespace)

    def papers(self, author="ada", approver="ben", on=date(2026, 3, 1), **more):
        signatures = {"author": Signed(self.signed(author), on), "approver": Signed(self.signed(approver), on)}
        return replace(Papers(self.archive, self.text, self.report, **signatures), **more)

    def load(self, officers=OFFICERS, **more):
        return load(self.papers(**more), officers)


@cache
def paper(changes=(), from_=BEGINS, previous=None):
    before = None if previous is None else previous.changes
    result = checked(changes, from_, before)
    digest = None if previous is None else previous.statement.bundle
    said = statement_of(bundle(changes), from_, digest, result)
    return Paper(changes, archive(changes), said, result.report.to_bytes())
