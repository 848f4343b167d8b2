"""`nrm rules bundle` and `nrm rules statement`: what is signed, made from files; no installation is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nrm.cli.files import write_bytes
from nrm.cli.options import AsJson, SeedsFolder, day
from nrm.cli.output import Printer, print_json
from nrm.cli.rules_at import progress, read_archive_file
from nrm.config import settings
from nrm.errors import FileRefusedError, Problem
from nrm.publishing.archive import pack
from nrm.publishing.bundle import open_bundle
from nrm.publishing.statement import NAMESPACE

REFUSED = 1
"""Exit code when a check says no; then there is no statement."""

RulesDir = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the rules, such as `rules`.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Write to this file.")]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day on which it decides.")]


def packed(rules: Path, seeds: Path | None) -> bytes:
    """Return the bundle of a folder of rules; the commitments stand beside it, if no folder is named.

    Raises:
        FileRefusedError: there is no such folder, or a file cannot be read.
    """
    beside = rules.resolve().parent / "seeds"
    found = settings(rules, seeds or (beside if beside.is_dir() else None))
    for folder in (found.rules, found.seeds):
        if not folder.is_dir():
            raise FileRefusedError(Problem(str(folder), 0, "there is no such folder", "name the folder of the rules"))
    return pack(found.rules, found.seeds)


def bundle(rules: RulesDir, out: Out, as_json: AsJson = False, seeds: SeedsFolder = None) -> None:
    """Put rules and commitments into one file, the same for the same files; all of them must fit together."""
    archive = packed(rules, seeds)
    made = open_bundle(archive)
    write_bytes(out, archive)
    if as_json:
        print_json({"bundle": made.digest, "bytes": len(archive), "rules": len(made.files.rules)})
        return
    Printer().line(f"{out}: {len(made.files.rules)} rules, {len(archive):,} bytes")
    Printer().line(f"sha256 {made.digest}", "dim")


def statement(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="What `nrm rules bundle` wrote.")],
    out: Out,
    from_: From = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="BUNDLE", help="The bundle whose place it takes; none: the first."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a bundle and write the statement that officers sign: examples, proof, mistakes in what changed."""
    from nrm.publishing.checks import check_bundle, statement_of  # noqa: PLC0415 - loads the solver

    opened = open_bundle(read_archive_file(bundle))
    before = open_bundle(read_archive_file(previous)) if previous is not None else None
    begins = day(from_, "--from")
    with progress() as seen:
        checked = check_bundle(opened, begins, before, seen)
    faults = [str(fault) for fault in checked.faults()]
    said = statement_of(opened, begins, before.digest if before else None, checked)
    if not faults:
        write_bytes(out, said.to_bytes())
    if as_json:
        print_json({"statement": said.name, "faults": faults, "survivors": list(checked.survivors)})
    else:
        show = Printer()
        for fault in faults:
            show.line(fault, "red")
        for survivor in checked.survivors:
            show.line(f"nothing notices this mistake: {survivor}", "yellow")
        counts = checked.counts
        show.line(
            f"{counts.rules} rules, {counts.examples} examples, {counts.guarantees} guarantees; "
            f"{counts.mutants} mistakes tried, {counts.survivors} unnoticed"
        )
        if not faults:
            show.line(f"{out}: statement {said.name}", "bold")
            show.line(f"sign it: ssh-keygen -Y sign -n {NAMESPACE} -f KEY {out}", "dim")
    if faults:
        raise typer.Exit(REFUSED)
