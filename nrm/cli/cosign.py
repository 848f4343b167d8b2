"""`nrm audit cosign`: show where the log stands to the witnesses of a policy, and publish what they sign."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import Annotated

import typer

from nrm.audit.cosigning import gather
from nrm.audit.note import parse_note
from nrm.audit.policy_file import parse_policy
from nrm.audit.publish import Publisher
from nrm.audit.source import CHECKPOINT, DirectorySource
from nrm.casework.sequence import alone
from nrm.cli.asking import HomeFolder  # noqa: TC001 - as above
from nrm.cli.files import read_small
from nrm.cli.output import Printer
from nrm.home import read_home

NO_QUORUM = 1
"""Exit code when too few witnesses have cosigned."""

ROUNDS = 3
"""A log that grows while its witnesses are asked is shown to them again, so many times."""


def cosign(
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", help="The witnesses, with their addresses.")],
    home: HomeFolder,
) -> None:
    """Ask the witnesses of a policy to cosign the log, and publish their signatures with it."""
    trusted = parse_policy(read_small(policy), str(policy))
    log = read_home(home).log
    source = DirectorySource(log)
    out = Printer()
    for _ in range(ROUNDS):
        before = source.read(CHECKPOINT)
        note = parse_note(before, f"{source.name}/{CHECKPOINT}")
        found = gather(source, note, trusted)
        with alone(log):
            if source.read(CHECKPOINT) != before:
                continue
            signed = note.with_signatures(*found.signatures)
            Publisher(log).publish(signed)
        break
    else:
        out.line("the log grew each time its witnesses were asked; ask again", "yellow")
        raise typer.Exit(NO_QUORUM)
    for problem in found.problems:
        typer.echo(f"error: {problem}", err=True)
    if found.alarming:
        typer.echo("A WITNESS HAS SEEN ANOTHER HISTORY: stop, keep everything, tell the oversight body", err=True)
    _, verdict = trusted.open(bytes(signed))
    for reason in verdict.reasons:
        out.line(reason, "dim")
    out.line("the quorum is met" if verdict.met else "the quorum is not met", "green" if verdict.met else "red")
    if not verdict.met or found.alarming:
        raise typer.Exit(NO_QUORUM)
