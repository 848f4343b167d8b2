"""`nrm directory`: the services that there are, read from HSDS, checked, listed, and given back."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from nrm.bootstrap_counter import Tables
from nrm.casework.office.directory_kept import import_directory, keep_sidecars
from nrm.cli.at_office import AtHome, spread
from nrm.cli.directory_place import Installed, found, records
from nrm.cli.directory_view import print_export, print_import, print_records, print_services
from nrm.cli.files import write_bytes
from nrm.cli.options import AsJson, RulesFolder, SeedsFolder, application
from nrm.directory.hsds_export import csv_files, exported
from nrm.directory.importing import read_hsds
from nrm.directory.merge import merge
from nrm.directory.nest import nested
from nrm.directory.place import box as read_box
from nrm.directory.service import Directory
from nrm.directory.sidecar import without_service
from nrm.directory.store import read_directory, to_bytes
from nrm.directory.taxonomy import classified
from nrm.errors import FileRefusedError, Problem, UnknownNameError, nearest, reason_of

if TYPE_CHECKING:
    from nrm.directory.reading import Report
    from nrm.directory.taxonomy import ServiceTypes, Unmapped

REFUSED_ROWS = 1
"""Exit code of `check` when a row was refused, or a sidecar record speaks of no service."""

app = typer.Typer(no_args_is_help=True)

Hsds = Annotated[Path, typer.Argument(metavar="PATH", help="A folder of HSDS files (CSV or JSON), or one JSON file.")]
File = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="A directory file; else the directory of the installation.")
]
Source = Annotated[str, typer.Option("--source", metavar="NAME", help="Whose directory this is; ids are unique in it.")]
InBox = Annotated[
    str | None,
    typer.Option("--box", metavar="S,W,N,E", help="Where all places lie, in degrees; others are not believed."),
]


@app.command("import")
@spread
def import_(
    path: Hsds,
    at: Installed,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="A directory file, instead of an installation; it is updated."),
    ] = None,
    source: Source = "directory",
    box: InBox = None,
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Read a directory, and keep it: every row that was refused or repaired is reported, and none is lost."""
    if out is not None:
        directory, report, unmapped = _read(path, source, box, Tables(application(rules, seeds)).service_types)
        changes = merge(read_directory(out) if out.exists() else Directory(), directory, source)
        write_bytes(out, to_bytes(changes.directory))
    else:
        with at.opened() as (opened, asked):
            tables = Tables(application(rules, seeds)) if rules or seeds else opened.tables
            directory, report, unmapped = _read(path, source, box, tables.service_types)
            changes = import_directory(opened.desk, asked, opened.directory_key, directory, source)
    print_import(report, unmapped, directory, changes, as_json=as_json)


@app.command("sidecars")
@spread
def sidecars(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The mechanism's own records of services, all.")],
    at: AtHome,
    uncover: Annotated[
        bool, typer.Option("--uncover", help="Places that were hidden and are not any more may be shown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keep the mechanism's own records in an installation, sealed; they take the place of those that were there."""
    found_here = records(folder)
    if not found_here:
        todo = "name the folder with the files `….yaml`; all records that are kept would be lost"
        raise FileRefusedError(Problem(str(folder), 0, "there is no record in this folder", todo))
    with at.opened() as (opened, asked):
        changes = keep_sidecars(opened.desk, asked, opened.directory_key, found_here, uncover=uncover)
    print_records(changes, as_json=as_json)


@app.command("check")
def check(
    path: Hsds,
    source: Source = "directory",
    box: InBox = None,
    sidecars: Annotated[Path | None, typer.Option("--sidecars", metavar="FOLDER", help="Check these too.")] = None,
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Read a directory and keep nothing; say what is wrong with it. Leaves with 1 when a row was refused."""
    directory, report, unmapped = _read(path, source, box, Tables(application(rules, seeds)).service_types)
    beside = records(sidecars).values() if sidecars is not None else ()
    nowhere = without_service((one for one in beside if one.service.source == source), directory.service)
    print_import(report, unmapped, directory, None, nowhere=nowhere, as_json=as_json)
    if report.refused.total() or nowhere:
        raise typer.Exit(REFUSED_ROWS)


@app.command("list")
@spread
def list_(
    at: Installed,
    file: File = None,
    offer: Annotated[str | None, typer.Option("--offer", metavar="CODE", help="Only those that answer it.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the services that are known, and what each offers; addresses are not shown."""
    directory = found(file, None, at).directory
    types = {code for one in directory.services for code in one.types}
    if offer is not None and offer not in types:
        raise UnknownNameError(Problem("--offer", 0, f"no service answers `{offer}`", nearest(offer, types)))
    print_services(
        [one for one in directory.services if offer is None or offer in one.types], directory, as_json=as_json
    )


@app.command("export")
@spread
def export(
    at: Installed,
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help="A JSON file, or a new folder for CSV files.")],
    file: File = None,
    sidecars: Annotated[
        Path | None,
        typer.Option("--sidecars", metavar="FOLDER", help="With FILE: the records of what is confidential."),
    ] = None,
    form: Annotated[Literal["json", "csv"], typer.Option("--form", help="Nested JSON, or tabular CSV.")] = "json",
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="Which of its sources.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give a directory back as HSDS 3.1; no confidential place is in it, which is why it asks for the sidecars."""
    known = found(file, sidecars, at)
    rows, withheld = exported(known.directory, _source(known.directory, source), known.sidecars.values())
    if form == "csv":
        _write_folder(out, csv_files(rows))
        print_export(len(rows), withheld, (), as_json=as_json)
        return
    objects, left = nested(rows)
    write_bytes(out, _json(objects))
    print_export(len(rows) - len(left), withheld, left, as_json=as_json)


def _read(
    path: Path, source: str, box: str | None, table: ServiceTypes
) -> tuple[Directory, Report, tuple[Unmapped, ...]]:
    inside = read_box(box) if box is not None else None
    columns = SpinnerColumn(), TextColumn("reading {task.description}")
    with Progress(*columns, disable=not sys.stderr.isatty(), transient=True) as progress:
        progress.add_task(path.name, total=None)
        directory, report = read_hsds(path, source, inside)
        typed, unmapped = classified(directory, table)
    return typed, report, unmapped


def _source(directory: Directory, named: str | None) -> str:
    sources = sorted({one.source for one in directory.services})
    if named is not None and named in sources:
        return named
    if named is None and len(sources) == 1:
        return sources[0]
    what = "say which source" if named is None else f"there is no source `{named}`"
    raise UnknownNameError(Problem("--source", 0, what, nearest(named or "", sources)))


def _json(objects: object) -> bytes:
    return (json.dumps(objects, ensure_ascii=False, indent=2) + "\n").encode()


def _write_folder(out: Path, files: dict[str, str]) -> None:
    """Write a folder, whole or not at all."""
    if out.exists():
        raise FileRefusedError(Problem(str(out), 0, "something stands there already", "name a new folder"))
    part = out.with_name(f".{out.name}.part")
    try:
        part.mkdir()
        for name, text in files.items():
            (part / name).write_bytes(text.encode())
        part.replace(out)
    except OSError as error:
        reason = reason_of(error)
        todo = "name a new folder in one of yours"
        raise FileRefusedError(Problem(str(out), 0, f"the folder cannot be written: {reason}", todo)) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
