"""`nrm case attach …`: files that are kept with a case, sealed; never opened or shown by this program."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer at run time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from nrm.casework.cases import attachments
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.case_bundle import app
from nrm.cli.cases import DECLINED
from nrm.cli.identifiers import AttachmentId, CaseId  # noqa: TC001 - read by typer at run time
from nrm.cli.options import AsJson  # noqa: TC001 - as above
from nrm.cli.output import Printer, print_json
from nrm.cli.package_view import plain
from nrm.cli.private_file import write_new
from nrm.cli.unlock import confirmed
from nrm.errors import FileRefusedError, Problem, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.casework.attachment import Attachment

__all__ = ["app"]

_PIECE: Final = 1 << 18


@app.command("attach")
@spread
def attach(
    case: CaseId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PDF, picture, sound, film or text.")],
    at: AtOffice,
    group: Annotated[
        str, typer.Option("--group", metavar="GROUP", help="The group of the record that it goes with.")
    ] = attachments.EVIDENCE,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="What it is called, if not as FILE is.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a file with a case, encrypted; what it is is found out by its content."""
    with at.opened() as (opened, asked):
        kept = attachments.add(opened.desk, asked, case, name or file.name, _pieces(file), group)
    if as_json:
        print_json(_data(kept))
    else:
        Printer().line(f"attachment {kept.id} · {kept.media} · {kept.size} bytes · {kept.group}")


@app.command("attachments")
@spread
def list_(case: CaseId, at: AtOffice, as_json: AsJson = False) -> None:
    """List the attachments of a case."""
    with at.opened() as (opened, asked):
        found = attachments.attachments(opened.desk, asked, case)
    if as_json:
        print_json([_data(one) for one in found])
        return
    out = Printer()
    for one in found:
        out.line(f"{one.id}  {plain(one.name)}")
        out.line(f"{one.media} · {one.size} bytes · {one.group} · {one.added_at:%Y-%m-%d %H:%M} UTC", "dim", 2)
    out.line(f"{len(found)} attachments", "dim")


@app.command("fetch-attachment")
@spread
def fetch(
    case: CaseId,
    attachment: AttachmentId,
    at: AtOffice,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The new file, in the clear, for you only.")],
) -> None:
    """Write an attachment to a new file; the file is there only if all of it is as it was added."""
    with at.opened() as (opened, asked):
        one, parts = attachments.read(opened.desk, asked, case, attachment)
        write_new(out, parts)
    Printer().line(f"{one.media}, {one.size} bytes: {out}; delete it when you have seen it")


@app.command("detach")
@spread
def detach(
    case: CaseId,
    attachment: AttachmentId,
    at: AtOffice,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether I mean it.")] = False,
) -> None:
    """Remove an attachment from a case; what was sent to a service stays there."""
    if not yes and not confirmed("Nobody will have this attachment any more. Remove it? [y/N] "):
        typer.echo("nothing was removed", err=True)
        raise typer.Exit(DECLINED)
    with at.opened() as (opened, asked):
        attachments.remove(opened.desk, asked, case, attachment)
    Printer().line("removed")


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece
    except OSError as error:
        what = f"the file cannot be read: {reason_of(error)}"
        raise FileRefusedError(Problem(str(path), 0, what, "check the path")) from None


def _data(one: Attachment) -> dict[str, Any]:
    return one.model_dump(mode="json", exclude={"parts"})
