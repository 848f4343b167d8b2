"""`nrm record`: case records from other systems and for them, as files; nothing is stored, and nothing is sent."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from nrm.bootstrap import STANDARD_INPUT, case_document
from nrm.cli.options import AsJson, day
from nrm.errors import FileRefusedError, Problem, UnknownNameError, reason_of
from nrm.interchange import read_htcds, read_uk_form, write_htcds
from nrm.interchange.outcome import summary
from nrm.textfile import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nrm.interchange import Imported, Unmapped

app = typer.Typer(no_args_is_help=True)

LEFT_OUT = 1
"""Exit code with `--strict` when something does not fit."""


class Source(StrEnum):
    """What a file to import is."""

    HTCDS = "htcds"
    UK_NRM = "uk-nrm"


class Target(StrEnum):
    """What a file to export shall be."""

    HTCDS = "htcds"


class Format(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSON = "json"


Strict = Annotated[bool, typer.Option("--strict", help="Leave with 1 when anything does not fit.")]


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file; `-` reads standard input.")],
    source: Annotated[Source, typer.Option("--from", help="What the file is.")],
    written_as: Annotated[
        Format | None, typer.Option("--format", help="csv or json; else by the ending of FILE, else json.")
    ] = None,
    question_set: Annotated[
        str | None, typer.Option("--question-set", metavar="DATE", help="uk-nrm: the day of the form's version.")
    ] = None,
    answered: Annotated[
        str | None, typer.Option("--answered-on", metavar="DATE", help="uk-nrm: the day the form was sent.")
    ] = None,
    record: Annotated[int | None, typer.Option("--record", min=1, help="Print this one of several records.")] = None,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Print the records in FILE as case records of ours; what does not fit is listed on standard error."""
    content = _content(file)
    if source is Source.HTCDS:
        found = read_htcds(content, (written_as or _ending(file)).value, file)
    elif written_as is Format.CSV:
        raise UnknownNameError(Problem("--format", 0, "the payload of the form is JSON", "leave it out"))
    else:
        asked = day(question_set, "--question-set") if question_set else None
        found = read_uk_form(content, asked, day(answered, "--answered-on") if answered else None, file)
    kept = _chosen(found, record)
    if as_json:
        sys.stdout.write(json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False))
    sys.stdout.flush()
    _report([one for one in found.unmapped if record in (None, one.record)], as_json=as_json, strict=strict)


@app.command("export")
def export(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Case records, YAML or JSON.")],
    target: Annotated[Target, typer.Option("--to", help="What is written.")] = Target.HTCDS,
    written_as: Annotated[Format, typer.Option("--format", help="csv or json.")] = Format.JSON,
    strict: Strict = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Print case records for another system; what it cannot hold is listed on standard error."""
    assert target is Target.HTCDS  # the only one there is
    made = write_htcds([case_document(file) for file in files], written_as.value)
    sys.stdout.buffer.write(made.content)
    sys.stdout.flush()
    _report(made.unmapped, as_json=as_json, strict=strict)


def _content(file: str) -> bytes:
    try:
        if file == STANDARD_INPUT:
            return sys.stdin.buffer.read(LARGEST_FILE + 1)
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = reason_of(error)
        raise FileRefusedError(Problem(file, 0, f"the file cannot be read: {reason}", "check the path")) from None


def _ending(file: str) -> Format:
    return Format.CSV if file.lower().endswith(".csv") else Format.JSON


def _chosen(found: Imported, record: int | None) -> Any:  # noqa: ANN401 - one record, or a list of them
    if record is not None:
        if record > len(found.records):
            what = f"there are {len(found.records)} records in the file"
            raise UnknownNameError(Problem("--record", 0, what, "name one of them, counted from 1"))
        return found.records[record - 1].data
    return found.records[0].data if len(found.records) == 1 else [one.data for one in found.records]


def _report(unmapped: Sequence[Unmapped], *, as_json: bool, strict: bool) -> None:
    lines = summary(unmapped)
    if as_json:
        plain = [{"field": field, "why": why, "records": numbers} for field, why, numbers in lines]
        typer.echo(json.dumps({"unmapped": plain}, ensure_ascii=False, indent=2), err=True)
    else:
        for field, why, numbers in lines:
            where = "" if numbers == [1] else f" (records {', '.join(map(str, numbers))})"
            typer.echo(f"not mapped: {field}{where}: {why}", err=True)
    if strict and unmapped:
        raise typer.Exit(LEFT_OUT)
