"""`nrm plan`: the plan as a letter that the person can hold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from nrm.bootstrap import case_document
from nrm.casework.asked import CASE_MANAGEMENT
from nrm.casework.cases import deciding
from nrm.cli.asking import Organisation, Purpose, asking, office
from nrm.cli.at_office import spread
from nrm.cli.decide import LOOK_AT_IT
from nrm.cli.directory_place import Installed  # noqa: TC001 - read by typer at run time
from nrm.cli.identifiers import typed_id
from nrm.cli.options import CaseFile, Country, Language, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.private_file import write_new
from nrm.letter.letter import letter_for
from nrm.letter.pdf import as_pdf
from nrm.letter.text import as_text

if TYPE_CHECKING:
    from nrm.letter.model import Letter

STANDARD_OUTPUT = Path("-")

app = typer.Typer(no_args_is_help=True, help="The plan as a letter to the person.")

Pdf = Annotated[
    Path | None, typer.Option("--pdf", metavar="FILE", help="Write a PDF; `-` writes it to standard output.")
]
StoredCase = Annotated[
    UUID | None, typer.Option("--case", metavar="CASE", parser=typed_id, help="A stored case, in place of FILE.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the text to a file.")]
Offer = Annotated[str | None, typer.Option("--offer", metavar="CODE", help="Only this offer; no reason unless --why.")]
Reasons = Annotated[bool | None, typer.Option("--why/--short", help="With or without the reason of each line.")]
Discreet = Annotated[
    bool, typer.Option("--discreet", help="Only topics to ask about: for a letter that could be found.")
]


@app.callback()
def main() -> None:
    """Make the plan a letter to the person."""


@app.command("print")
@spread
def print_plan(
    at: Installed,
    file: CaseFile = "",
    case: StoredCase = None,
    on: OnDate = None,
    country: Country = None,
    lang: Language = "en",
    pdf: Pdf = None,
    out: Out = None,
    offer: Offer = None,
    reasons: Reasons = None,
    discreet: Discreet = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Print the plan for FILE, or for a stored case, as a letter to the person.

    Of a stored case a decision is made and kept. Leaves with 1 when a person must look at the plan first.
    """
    if (case is None) == (not file):
        raise typer.BadParameter("name a case file, or a stored case with --case", param_hint="FILE / --case")
    if pdf is not None and out is not None:
        raise typer.BadParameter("name one file, a PDF or a text", param_hint="--pdf / --out")
    if discreet and reasons:
        raise typer.BadParameter("a discreet letter gives no reasons", param_hint="--discreet / --why")
    if case is not None:
        if at.home is None:
            raise typer.BadParameter("a stored case is in an installation", param_hint="--home")
        if rules is not None or seeds is not None:
            raise typer.BadParameter("a stored case is decided by the rules of its installation", param_hint="--rules")
        with office(at.home, at.passphrase_file) as opened:
            speaker = opened.speaker(lang)
            asked = asking(opened, at.who, organisation, at.role, purpose)
            on_day, where = day(on), country or opened.home.country
            plan = deciding.decide(opened.desk, asked, case, on_day, where).plan
    else:
        application_ = application(rules, seeds)
        speaker = application_.speaker(lang)
        plan = application_.decide(case_document(file), day(on), country)
    hand_out(letter_for(plan, speaker, offer, reasons=reasons, discreet=discreet), pdf, out, force=force)
    if plan.disputed:
        typer.echo(f"{speaker.phrase('disputed_title')}. {speaker.phrase('disputed_text')}", err=True)
        raise typer.Exit(LOOK_AT_IT)


def hand_out(made: Letter, pdf: Path | None, out: Path | None, *, force: bool) -> None:
    """Write a letter to the file that was named, for its owner's eyes only, or else to standard output as text.

    Raises:
        PdfRefusedError: this machine cannot make the PDF.
        FileRefusedError: something stands there already, or it cannot be written.
    """
    if pdf == STANDARD_OUTPUT:
        sys.stdout.buffer.write(as_pdf(made))
    elif pdf is not None:
        write_new(pdf, as_pdf(made), force=force)
    elif out is not None and out != STANDARD_OUTPUT:
        write_new(out, as_text(made).encode(), force=force)
    else:
        sys.stdout.write(as_text(made))
    sys.stdout.flush()  # so that a reader who has gone is noticed here, and not when Python ends
