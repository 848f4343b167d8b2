"""`nrm seeds`: what States promised, and how this project answers each paragraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from nrm.cli.options import AsJson, RulesFolder, SeedsFolder, application
from nrm.cli.output import Printer, print_json
from nrm.rulebook.catalogue import ANSWER_KINDS, unanswered

if TYPE_CHECKING:
    from nrm.rulebook.catalogue import Catalogue, Commitment

UNANSWERED = 1
"""Exit code when a paragraph has no answer."""

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `coverage` a command of its own, also while it is the only one."""


@app.command("coverage")
def coverage(
    full: Annotated[bool, typer.Option("--full", help="Every paragraph with what it says.")] = False,
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Show how each paragraph of the five UN documents is answered, and what is still unanswered."""
    catalogue = application(rules, seeds).files.catalogue
    missing = unanswered(catalogue)
    if as_json:
        print_json(_as_json(catalogue, missing))
    else:
        _print(catalogue, missing, full=full)
    if missing:
        raise typer.Exit(UNANSWERED)


def _print(catalogue: Catalogue, missing: list[str], *, full: bool) -> None:
    out = Printer()
    for document in catalogue.documents:
        out.line(f"{document.document} – {document.title}", "bold")
        table = Table(box=None, pad_edge=False)
        table.add_column("paragraph", no_wrap=True)
        table.add_column("answered by", overflow="fold")
        for commitment in document.commitments:
            table.add_row(commitment.paragraph, _answers(commitment))
            if full:
                table.add_row("", commitment.says, style="dim")
        out.console.print(table)
        out.line()
    summary = Table(box=None, pad_edge=False, collapse_padding=True)
    summary.add_column("document", no_wrap=True)
    for heading in ("entries", *ANSWER_KINDS):
        summary.add_column(heading, justify="right")
    for document in catalogue.documents:
        counts = [sum(any(a.by == kind for a in c.answers) for c in document.commitments) for kind in ANSWER_KINDS]
        summary.add_row(document.document, str(len(document.commitments)), *(str(count) for count in counts))
    out.console.print(summary)
    out.line()
    if missing:
        out.line(f"unanswered: {', '.join(missing)}", "red")
    else:
        out.line(f"all {len(catalogue.commitments)} entries are answered", "green")


def _answers(commitment: Commitment) -> str:
    said = []
    for answer in commitment.answers:
        detail = ", ".join(answer.rules) or answer.how or answer.reason or ""
        said.append(f"{answer.by}: {detail}")
    return "\n".join(said) or "NOT ANSWERED"


def _as_json(catalogue: Catalogue, missing: list[str]) -> dict[str, Any]:
    entries = [
        {"source": source, **commitment.model_dump(mode="json", exclude_none=True, exclude_defaults=True)}
        for source, commitment in catalogue.commitments.items()
    ]
    return {"entries": entries, "unanswered": missing}
