"""The proof report that belongs to a bundle: for every rulebook that it gives, what came of every guarantee.

It has no times and no name of a solver in it, so that whoever proves again gets the same bytes. `as_json` of
`nrm.proof.report` is the long form for people.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import rfc8785
from pydantic import Field, ValidationError

from nrm.errors import Problem
from nrm.proof.files import guarantee_digest
from nrm.publishing.errors import ChecksFailedError
from nrm.publishing.statement import Digest
from nrm.rulebook.dates import in_force
from nrm.rulebook.wording import Code, Model

if TYPE_CHECKING:
    from nrm.publishing.bundle import Bundle

FORMAT: Final = "nrm-proof/1"


class GuaranteeProof(Model):
    """What came of one guarantee: its name, the SHA-256 of its file, the version in force, and the verdict."""

    guarantee: Code
    digest: Digest
    version: date
    verdict: Literal["proved", "refuted", "not proved"]


class PeriodProof(Model):
    """All guarantees for the rulebook of one period."""

    country: Code | None
    on: date
    rulebook: Digest
    guarantees: tuple[GuaranteeProof, ...]


class ProofReport(Model):
    """What came of all guarantees for all rulebooks of one bundle."""

    format: Literal["nrm-proof/1"] = FORMAT
    periods: tuple[PeriodProof, ...] = Field(min_length=1)

    def to_bytes(self) -> bytes:
        """Return its canonical form (RFC 8785)."""
        return rfc8785.dumps(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical form."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def not_proved(self) -> tuple[str, ...]:
        """Return what stands against it, such as `child_is_safe (gb, 2026-01-01): refuted`."""
        told = []
        for period in self.periods:
            place = f"({period.country or 'base'}, {period.on.isoformat()})"
            if not period.guarantees:
                told.append(f"no guarantee is in force {place}")
            told += [f"{one.guarantee} {place}: {one.verdict}" for one in period.guarantees if one.verdict != "proved"]
        return tuple(told)


def read_report(data: bytes) -> ProofReport:
    """Read a report from its canonical form. Raises `ChecksFailedError` when it is none."""
    try:
        found = ProofReport.model_validate_json(data)
    except ValidationError:
        found = None
    if found is None or found.to_bytes() != data:
        raise ChecksFailedError(Problem("proof", 0, "the proof report is not in canonical form", "check again"))
    return found


def check_bound(report: ProofReport, bundle: Bundle) -> None:
    """Refuse a report that is of something else than this bundle, or in which not everything is proved.

    Raises:
        ChecksFailedError: a guarantee is not proved, or the report leaves out a period, a guarantee, or the very words.
    """
    left = report.not_proved()
    if left:
        raise ChecksFailedError([Problem("proof", 0, what, "mend the rule or the guarantee") for what in left])
    asked = [(country, on, rulebook, set(guarantees_on(bundle, on))) for country, on, rulebook in bundle.rulebooks()]
    told = [
        (one.country, one.on, one.rulebook, {(g.guarantee, g.digest, g.version) for g in one.guarantees})
        for one in report.periods
    ]
    if asked != told:
        what = "the proof report is of other rules or guarantees than those in the bundle"
        raise ChecksFailedError(Problem("proof", 0, what, "check the bundle again, and sign what comes out"))


def guarantees_on(bundle: Bundle, on: date) -> list[tuple[str, str, date]]:
    """Return name, digest and version of each guarantee in force on `on`."""
    found = [(one, in_force(one.file.versions, on)) for one in bundle.guarantees]
    return [
        (one.file.guarantee, guarantee_digest(one), version.from_)
        for one, version in found
        if version is not None and not version.repealed
    ]
