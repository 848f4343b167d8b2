"""The one way by which a bundle comes to decide.

INVARIANT (only proved rules decide): a bundle is handed out only when an author and an approver of two units signed the
same statement, its bytes and rulebooks are those of the statement, its files fit together, all its examples come out on
both engines, and the proof report that the statement names proves every guarantee in every period. Each process finds
that out anew; only proving itself is left to `nrm rules verify --prove`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.errors import Problem
from nrm.publishing.archive import digest_of
from nrm.publishing.bundle import Bundle, open_bundle
from nrm.publishing.errors import BundleRefusedError, ChecksFailedError, NotSignedError, StatementRefusedError
from nrm.publishing.examples import run_examples
from nrm.publishing.officers import two_officers
from nrm.publishing.proofs import check_bound, read_report
from nrm.publishing.statement import read_statement

if TYPE_CHECKING:
    from datetime import date

    from nrm.publishing.officers import Officer, Officers
    from nrm.publishing.proofs import ProofReport
    from nrm.publishing.statement import Statement


@dataclass(frozen=True)
class Signed:
    """A signature as `ssh-keygen` writes it, and the day on which the installation took it in."""

    signature: str
    on: date


@dataclass(frozen=True)
class Papers:
    """Everything that is needed to believe one bundle."""

    archive: bytes
    statement: bytes
    report: bytes
    author: Signed
    approver: Signed | None


def signed_by_two(papers: Papers, officers: Officers) -> tuple[Officer, Officer]:
    """Return author and approver.

    Raises:
        NotSignedError: a signature is missing, false, or of nobody who might sign so on that day.
        SameOfficerError: the two are one person, or of one unit.
    """
    if papers.approver is None:
        todo = "an approver of another unit has to sign it"
        raise NotSignedError(Problem("approval", 0, "nobody has approved it", todo))
    author = officers.signer(papers.statement, papers.author.signature, "author", papers.author.on)
    approver = officers.signer(papers.statement, papers.approver.signature, "approver", papers.approver.on)
    two_officers(author, approver)
    return author, approver


def matching(archive: bytes, statement: Statement) -> Bundle:
    """Open the bundle of a statement.

    Raises:
        BundleRefusedError, FileRefusedError: it is another bundle, or none, or its files do not fit together.
        StatementRefusedError: the statement names other rulebooks than those that the bundle gives.
    """
    if digest_of(archive) != statement.bundle:
        todo = "take the bundle whose `sha256sum` is the `bundle` of the statement"
        raise BundleRefusedError(Problem("bundle", 0, "it is not the bundle that was signed", todo))
    bundle = open_bundle(archive)
    named = tuple((one.country, one.on, one.rulebook) for one in statement.rulebooks)
    if named != bundle.rulebooks():
        todo = "make the statement again with this version of the program, and sign it again"
        raise StatementRefusedError(Problem("statement", 0, "it names other rulebooks than the bundle gives", todo))
    return bundle


def load(papers: Papers, officers: Officers, *, prove: bool = False) -> Bundle:
    """Return a bundle that may decide; with `prove` every guarantee is proved again, which takes seconds.

    Raises:
        PublishingError, FileRefusedError: it may not; the error says why. Nothing of it is used.
    """
    signed_by_two(papers, officers)
    statement = read_statement(papers.statement)
    report = read_report(papers.report)
    if report.digest != statement.proof:
        raise ChecksFailedError(Problem("proof", 0, "it is not the proof report that was signed", "restore a backup"))
    bundle = matching(papers.archive, statement)
    check_bound(report, bundle)
    ran, problems = run_examples(bundle)
    if problems or ran != statement.checks.examples:
        missing = Problem("examples", 0, "there are other examples than when it was signed", "restore a backup")
        raise ChecksFailedError(problems or missing)
    if prove:
        _prove_again(bundle, report)
    return bundle


def _prove_again(bundle: Bundle, report: ProofReport) -> None:
    from nrm.publishing.proving import prove_bundle  # noqa: PLC0415 - loads the solver, which no start needs

    if prove_bundle(bundle) != report:
        todo = "use no decision that hangs on it, and tell the officers who signed"
        raise ChecksFailedError(Problem("proof", 0, "proved again, it comes out otherwise than was signed", todo))
