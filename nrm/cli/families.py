"""`nrm case link` and `unlink`: relatives are cases of their own; danger raises the other, no more."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from nrm.casework.cases import families
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.cases import app
from nrm.cli.identifiers import CaseId, argument
from nrm.cli.output import Printer
from nrm.referral.family import Relation  # noqa: TC001 - read by typer at run time

__all__ = ["app"]

Other = Annotated[UUID, argument("OTHER", "use what `nrm case open` printed", "The case of the relative.")]


@app.command("link")
@spread
def link(
    case: CaseId,
    other: Other,
    relation: Annotated[Relation, typer.Option("--as", help="What the person of OTHER is to the one of CASE.")],
    at: AtOffice,
) -> None:
    """Link the cases of two relatives: that one is in danger raises the other, and nothing else is told."""
    with at.opened() as (opened, asked):
        families.link(opened.desk, asked, case, other, relation)
    Printer().line("linked")


@app.command("unlink")
@spread
def unlink(case: CaseId, other: Other, at: AtOffice) -> None:
    """End the link between two cases."""
    with at.opened() as (opened, asked):
        families.unlink(opened.desk, asked, case, other)
    Printer().line("the link is ended; a danger that was told stays told until the case is decided again")
