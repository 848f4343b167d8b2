"""`nrm audit`: verify a log, prove that an event is in it, look at its end, copy it, have it cosigned."""

from __future__ import annotations

import base64
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.progress import Progress
from rich.table import Table

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.copying import copy_log
from nrm.audit.entry import Entry, decode
from nrm.audit.errors import LogError
from nrm.audit.note import Note, Verifier, parse_note
from nrm.audit.policy_file import parse_policy
from nrm.audit.proof import check_proof, make_proof, parse_proof, read_entry
from nrm.audit.publish import Publisher
from nrm.audit.seen import read_seen, write_seen
from nrm.audit.source import CHECKPOINT, DirectorySource, open_source, read_tile
from nrm.audit.tiles import ENTRIES, WIDTH, split_bundle, tile_over
from nrm.audit.verify import verify as verify_log
from nrm.bootstrap_store import read_home
from nrm.cli.asking import HomeFolder  # noqa: TC001 - read by typer at run time
from nrm.cli.cosign import cosign
from nrm.cli.files import read_small, read_text, write_bytes
from nrm.cli.identifiers import argument
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import OF_LOG, Printer, counted, print_json
from nrm.errors import FileRefusedError, Problem, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.audit.source import Source
    from nrm.audit.verify import Verified

NOT_VERIFIED = 1
"""Exit code when a log, or a proof, cannot be believed."""

app = typer.Typer(no_args_is_help=True)

EventId = Annotated[UUID, argument("EVENT", "use what `nrm audit tail --json` shows", "The identifier of an event.")]
Place = Annotated[str, typer.Argument(metavar="DIR|URL", help="Where the log's files are.")]
KeyFile = Annotated[Path, typer.Option("--vkey", metavar="FILE", help="The public key of the log.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="Which witnesses must have cosigned.")
]
app.command("cosign")(cosign)


@app.command("verify")
def verify(
    place: Place,
    vkey: KeyFile,
    policy: PolicyFile = None,
    seen: Annotated[
        Path | None,
        typer.Option("--seen", metavar="FILE", help="What you saw last: compared, and replaced when all is well."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay the whole log: every entry, every tile, the root, what was seen before, and the witnesses."""
    verifier = Verifier(read_text(vkey).strip())
    trusted = parse_policy(read_small(policy), str(policy)) if policy is not None else None
    try:
        last = read_seen(seen, verifier, verifier.name) if seen is not None else None
        with open_source(place) as source, Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
            task = progress.add_task("entries", total=None)
            found = verify_log(
                source,
                verifier,
                last_seen=last.checkpoint if last else None,
                policy=trusted,
                progress=lambda done: progress.update(task, completed=done),
            )
    except LogError as refused:
        if as_json:
            print_json({"verified": False, "problems": [asdict(problem) for problem in refused.problems]})
        raise _not_verified(refused) from None
    if seen is not None:
        write_seen(seen, found.signed.note)
    _show_verified(found, compared=seen is not None, as_json=as_json)


@app.command("prove")
def prove(
    event: EventId,
    home: HomeFolder,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to this file, not to the screen.")
    ] = None,
) -> None:
    """Write a proof that an event is in the log; whoever has the log's public key can check it without the log."""
    source = DirectorySource(read_home(home).log)
    note = _note(source)
    size = parse_checkpoint(note.text).size
    found = next(_entries_of(event, source, size), None)
    if found is None:
        problem = Problem("EVENT", 0, "no published entry is of that event", "wait a second, or check the identifier")
        raise UnknownNameError(problem)
    proof = bytes(make_proof(source, note, *found))
    if out is None:
        sys.stdout.buffer.write(proof)
    else:
        write_bytes(out, proof)


@app.command("check")
def check(
    proof: Annotated[Path, typer.Argument(metavar="PROOF", help="A file that `nrm audit prove` wrote.")], vkey: KeyFile
) -> None:
    """Check a proof that an event is in the log, and show the event."""
    verifier = Verifier(read_text(vkey).strip())
    try:
        found = parse_proof(read_small(proof), str(proof))
        if found.extra is None:
            raise FileRefusedError(Problem(str(proof), 2, "the entry itself is not in the file", "add it as `extra`"))
        opened = check_proof(found, found.extra, verifier, verifier.name, str(proof))
    except LogError as refused:
        raise _not_verified(refused) from None
    out = Printer()
    _show_entries([(found.index, decode(found.extra))], out)
    out.line(f"verified: entry {found.index} of {opened.checkpoint.size} of {opened.checkpoint.origin}", "green")


@app.command("tail")
def tail(
    home: HomeFolder,
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=10_000, help="How many entries.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the last entries of the published log; they say nothing of any person."""
    source = DirectorySource(read_home(home).log)
    size = parse_checkpoint(_note(source).text).size
    entries = [(index, decode(read_entry(source, size, index))) for index in range(max(0, size - number), size)]
    if as_json:
        print_json([{"index": index, **entry.model_dump(mode="json", exclude_none=True)} for index, entry in entries])
        return
    out = Printer()
    _show_entries(entries, out)
    out.line(counted(size, *OF_LOG), "dim")


@app.command("export")
def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or one of an earlier export.")],
    home: HomeFolder,
) -> None:
    """Copy the log as files that any web server or USB stick can carry."""
    source = DirectorySource(read_home(home).log)
    note = _note(source)
    copy_log(source, note, Publisher(directory))
    Printer().line(f"{directory}: {counted(parse_checkpoint(note.text).size, *OF_LOG)}")


def _not_verified(refused: LogError) -> typer.Exit:
    for problem in refused.problems:
        typer.echo(f"error: {problem}", err=True)
    typer.echo("NOT VERIFIED", err=True)
    return typer.Exit(NOT_VERIFIED)


def _show_verified(found: Verified, *, compared: bool, as_json: bool) -> None:
    checkpoint, witnessed = found.checkpoint, found.witnessed
    if as_json:
        print_json(
            {
                "verified": True,
                "origin": checkpoint.origin,
                "entries": checkpoint.size,
                "root": base64.b64encode(checkpoint.root).decode(),
                "entries_seen_before": found.seen_size,
                "witnesses": list(witnessed.verdict.reasons) if witnessed else None,
                "cosigned_entries": witnessed.checkpoint.size if witnessed else None,
                "cosigned_at": witnessed.since.isoformat() if witnessed and witnessed.since else None,
            }
        )
        return
    out = Printer()
    if not compared:
        out.line(
            "not compared with anything seen before: give --seen FILE, or a rewritten history goes unnoticed", "yellow"
        )
    elif found.seen_size is None:
        out.line("nothing was seen before; from now on it is remembered", "dim")
    else:
        out.line(f"begins with the {found.seen_size} entries that were seen before", "dim")
    if witnessed is None:
        out.line("no witness was asked for: give --policy FILE, or two of you may be shown two histories", "yellow")
    for reason in witnessed.verdict.reasons if witnessed else ():
        out.line(reason, "dim")
    if witnessed and witnessed.checkpoint.size < checkpoint.size:
        waiting = checkpoint.size - witnessed.checkpoint.size
        seen = f"the first {witnessed.checkpoint.size}, at {witnessed.since:%Y-%m-%d %H:%M:%S} UTC"
        out.line(f"witnesses have cosigned {seen}; the last {waiting} wait for them", "yellow")
    out.line(f"verified: {counted(checkpoint.size, *OF_LOG)} of {checkpoint.origin}", "green")


def _show_entries(entries: list[tuple[int, Entry]], out: Printer) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "time (UTC)", "action", "result", "role", "groups"):
        table.add_column(heading, overflow="fold", no_wrap=heading in {"time (UTC)", "action", "role"})
    for index, entry in entries:
        ended = entry.result if entry.why is None else f"{entry.result}: {entry.why}"
        time = f"{entry.time:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(index), time, entry.action, ended, entry.role or "", ", ".join(entry.groups))
    out.console.print(table)


def _entries_of(event: UUID, source: Source, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the entries of an event with their index, from the last bundle back: nobody asks for an old one."""
    for number in range((size - 1) // WIDTH, -1, -1):
        for at, leaf in enumerate(split_bundle(read_tile(source, tile_over(ENTRIES, number, size)))):
            if str(event).encode() in leaf and decode(leaf).event == event:
                yield number * WIDTH + at, leaf


def _note(source: Source) -> Note:
    return parse_note(source.read(CHECKPOINT), f"{source.name}/{CHECKPOINT}")
