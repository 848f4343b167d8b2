"""`nrm referral …` once a service has accepted: who brings the person there, and what the person says of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

import typer

from nrm.bootstrap_store import identifier
from nrm.casework.referrals import consenting, transport
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.files import read_at_most
from nrm.cli.identifiers import CaseId, ReferralId  # noqa: TC001 - read by typer at run time
from nrm.cli.options import AsJson  # noqa: TC001 - as above
from nrm.cli.output import Printer, print_json
from nrm.cli.referral_answers import app
from nrm.errors import FileRefusedError, Problem, UnknownNameError
from nrm.referral.voice import LONGEST_REMARK, Feedback

__all__ = ["app"]

_BYTES_A_LETTER = 4  # UTF-8

Show = Annotated[bool, typer.Option("--show", help="Print it although this is no terminal, as into a file.")]
RemarkFile = Annotated[
    Path | None, typer.Option("--remark-file", metavar="FILE", help="What the person said, in their own words.")
]


@app.command("transport")
@spread
def name_transporter(
    case: CaseId,
    referral: ReferralId,
    official: Annotated[str, typer.Option("--official", metavar="ID", help="Who brings the person there.")],
    at: AtOffice,
) -> None:
    """Name the one official who brings the person to the service, and may learn where it is; after it accepted."""
    if not official.strip():
        raise UnknownNameError(Problem("--official", 0, "nobody is named", "give their identifier"))
    with at.opened() as (opened, asked):
        transport.name_transporter(opened.desk, asked, case, referral, identifier(official))
    Printer().line("named: `nrm referral address` tells the place to this official, and to nobody else")


@app.command("address")
@spread
def address(case: CaseId, referral: ReferralId, at: AtOffice, show: Show = False) -> None:
    """Tell the official who brings the person there where the service is; each time is an entry in the log."""
    if not (show or sys.stdout.isatty()):
        raise typer.BadParameter("this is no terminal: a place that is hidden would lie in a file", param_hint="--show")
    with at.opened() as (opened, asked):
        found = transport.whereabouts(opened.desk, asked, case, referral)
    if found is None:
        Printer().line("the service keeps no confidential address; the directory has the one that everybody knows")
    else:
        typer.echo(found.get_secret_value())


@app.command("feedback")
@spread
def feedback(
    case: CaseId,
    referral: ReferralId,
    met: Annotated[Literal["yes", "partly", "no", "unknown"], typer.Option("--met", help="Did it meet the need?")],
    safe: Annotated[Literal["yes", "no", "unknown"], typer.Option("--safe", help="Did the person feel safe there?")],
    at: AtOffice,
    remark_file: RemarkFile = None,
) -> None:
    """Note what the person says of the service; that they did not feel safe is a task for somebody at once."""
    remark = _remark(remark_file) if remark_file is not None else ""
    with at.opened() as (opened, asked):
        said = Feedback(id=uuid4(), at=opened.desk.clock(), referral=referral, met=met, safe=safe, remark=remark)
        consenting.note_feedback(opened.desk, asked, case, said)
    Printer().line("noted")


@app.command("heard")
@spread
def heard(case: CaseId, at: AtOffice, as_json: AsJson = False) -> None:
    """Show what the person said of the services that they were referred to; that you read it is an entry in the log."""
    with at.opened() as (opened, asked):
        said = consenting.read_feedback(opened.desk, asked, case)
    if as_json:
        print_json([one.model_dump(mode="json") for one in said])
        return
    out = Printer()
    for one in said:
        out.line(f"{one.referral} · {one.at:%Y-%m-%d} · met the need: {one.met} · safe: {one.safe}")
        if one.remark:
            out.line(one.remark)
    out.line(f"{len(said)} answers", "dim")


def _remark(path: Path) -> str:
    """Return what stands in a file; an error quotes nothing of it.

    Raises:
        FileRefusedError: it cannot be read, is no text, or is too long.
    """
    try:
        text = read_at_most(path, LONGEST_REMARK * _BYTES_A_LETTER + 1).decode().strip()
    except UnicodeDecodeError:
        raise FileRefusedError(Problem(str(path), 0, "this is no text, or too long", "write it as UTF-8")) from None
    if len(text) > LONGEST_REMARK:
        todo = f"write at most {LONGEST_REMARK} letters"
        raise FileRefusedError(Problem(str(path), 0, "the remark is too long", todo))
    return text
