"""`nrm rules publish`: from files in git to an approved rulebook, in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.casework.rulebooks import checking, enforcing, judging, proposing
from nrm.casework.rulebooks.kept import archive_of, newest
from nrm.casework.rulebooks.taking import today
from nrm.cli.asking import HomeFolder, office
from nrm.cli.options import AsJson, SeedsFolder, day
from nrm.cli.output import Printer
from nrm.cli.rules_at import asked_of, progress, signature_over
from nrm.cli.rules_bundle import From, RulesDir, packed
from nrm.cli.rules_steps import tell
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - as above
from nrm.publishing.bundle import open_bundle
from nrm.publishing.officers import two_officers

if TYPE_CHECKING:
    from datetime import date

    from nrm.bootstrap_store import Office
    from nrm.publishing.statement import Statement

REFUSED = 1
"""Exit code when a check says no; then nothing is proposed."""

AuthorKey = Annotated[Path | None, typer.Option("--author-key", metavar="KEY", help="Sign as author with this key.")]
AuthorSignature = Annotated[
    Path | None, typer.Option("--author-signature", metavar="FILE", help="The author's signature, made before.")
]
ApproverKey = Annotated[Path | None, typer.Option("--approver-key", metavar="KEY", help="Approve with this key.")]
ApproverSignature = Annotated[
    Path | None, typer.Option("--approver-signature", metavar="FILE", help="The approver's signature, made before.")
]


def publish(
    rules: RulesDir,
    home: HomeFolder,
    from_: From = None,
    author_key: AuthorKey = None,
    author_signature: AuthorSignature = None,
    approver_key: ApproverKey = None,
    approver_signature: ApproverSignature = None,
    as_json: AsJson = False,
    seeds: SeedsFolder = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Bundle a folder of rules, check it, propose and approve it; signatures may stand beside it in git.

    The statement is the same for the same files, date and rulebook before, so it can be signed beforehand.
    """
    archive = packed(rules, seeds)
    with office(home, passphrase_file) as opened:
        said = _statement(opened, archive, day(from_, "--from") if from_ else today(opened.desk))
        text = said.to_bytes()
        author = signature_over(text, author_signature, author_key, "--author-key KEY or --author-signature FILE")
        options = "--approver-key KEY or --approver-signature FILE"
        approver = signature_over(text, approver_signature, approver_key, options)
        officers, on = opened.officers(), today(opened.desk)
        one, other = (
            officers.signer(text, author, "author", on),
            officers.signer(text, approver, "approver", on),
        )
        two_officers(one, other)
        desk = opened.desk
        made = proposing.propose(desk, asked_of(opened, one), officers, archive, text, author)
        with progress() as seen:
            checking.check(desk, asked_of(opened, one), made.row.record, seen)
        made = judging.approve(desk, asked_of(opened, other), officers, made.row.record, approver)
        enforced = enforcing.enforce(desk)
        made = next((record for record in enforced if record.row.record == made.row.record), made)
    tell(made, as_json=as_json)


def _statement(opened: Office, archive: bytes, begins: date) -> Statement:
    """Check the bundle after the one whose place it takes, and return its statement."""
    from nrm.publishing.checks import check_bundle, statement_of  # noqa: PLC0415 - loads the solver

    desk = opened.desk
    last = desk.store.run(lambda unit: newest(desk, unit))
    before = None if last is None else open_bundle(desk.store.run(lambda unit: archive_of(unit, last.bundle)))
    bundle = open_bundle(archive)
    with progress() as seen:
        checked = check_bundle(bundle, begins, before, seen)
    faults = checked.faults()
    if faults:
        for fault in faults:
            Printer().line(str(fault), "red")
        raise typer.Exit(REFUSED)
    return statement_of(bundle, begins, before.digest if before else None, checked)
