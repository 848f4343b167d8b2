"""`nrm case link` and `unlink`: relatives are cases of their own; danger raises the other, no more."""

from __future__ import annotations

from typing import Annotated

import typer

from nrm.casework.asked import CASE_MANAGEMENT
from nrm.casework.cases import families
from nrm.cli.asking import HomeFolder, Organisation, Purpose, Role, Who, asking, office
from nrm.cli.cases import CaseId, app, typed_id
from nrm.cli.output import Printer
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - read by typer at run time
from nrm.referral.family import Relation  # noqa: TC001 - as above

__all__ = ["app"]

Other = Annotated[str, typer.Argument(metavar="OTHER", help="The case of the relative.")]


@app.command("link")
def link(
    case: CaseId,
    other: Other,
    relation: Annotated[Relation, typer.Option("--as", help="What the person of OTHER is to the one of CASE.")],
    home: HomeFolder,
    who: Who,
    role: Role,
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Link the cases of two relatives: that one is in danger raises the other, and nothing else is told."""
    here, there = typed_id(case), typed_id(other, "OTHER")
    with office(home, passphrase_file) as opened:
        families.link(opened.desk, asking(opened, who, organisation, role, purpose), here, there, relation)
    Printer().line("linked")


@app.command("unlink")
def unlink(
    case: CaseId,
    other: Other,
    home: HomeFolder,
    who: Who,
    role: Role,
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """End the link between two cases."""
    here, there = typed_id(case), typed_id(other, "OTHER")
    with office(home, passphrase_file) as opened:
        families.unlink(opened.desk, asking(opened, who, organisation, role, purpose), here, there)
    Printer().line("the link is ended; a danger that was told stays told until the case is decided again")
