"""`nrm case bundle`: one decision, sealed for an oversight body."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nrm.audit.source import DirectorySource
from nrm.casework.oversight.bundle import decision_bundle
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.cases import DecisionId  # noqa: TC001 - read by typer at run time
from nrm.cli.identifiers import CaseId  # noqa: TC001 - as above
from nrm.cli.output import Printer
from nrm.cli.package_keys import write_new
from nrm.cli.person_link import app

__all__ = ["app"]

Recipient = Annotated[
    str, typer.Option("--to", metavar="age1…", help="The public key of the oversight body, compared on the phone.")
]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="The new file to send.")]


@app.command("bundle")
@spread
def bundle(case: CaseId, decision: DecisionId, to: Recipient, out: Out, at: AtOffice) -> None:
    """Seal one decision for an oversight body: coded facts, plan, rules and proof; `nrm replay` opens it anywhere."""
    with at.opened() as (opened, asked):
        log = DirectorySource(opened.home.log)
        write_new(out, decision_bundle(opened.desk, asked, case, decision, to, log))
    Printer().line(f"{out}: send it with log.vkey and the key that signs packages, if they have not got them")
