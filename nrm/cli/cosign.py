"""`nrm audit cosign`: show where the log stands to the witnesses of a policy, and publish what they sign."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.audit.cosigning import gather
from nrm.audit.policy_file import parse_policy
from nrm.audit.publish import Publisher
from nrm.audit.source import CHECKPOINT, DirectorySource
from nrm.casework.office.sequence import alone
from nrm.cli.asking import HomeFolder  # noqa: TC001 - as above
from nrm.cli.files import read_small
from nrm.cli.output import Printer
from nrm.home import read_home

if TYPE_CHECKING:
    from nrm.audit.cosigning import Gathered
    from nrm.audit.policy import Policy, Verdict

NO_QUORUM = 1
"""Exit code when too few witnesses have cosigned."""


def cosign(
    policy: Annotated[Path, typer.Option("--policy", metavar="FILE", help="The witnesses, with their addresses.")],
    home: HomeFolder,
) -> None:
    """Ask the witnesses of a policy to cosign the log, and publish their signatures with it."""
    trusted = parse_policy(read_small(policy), str(policy))
    log = read_home(home).log
    out = Printer()
    found, verdict = _asked(log, trusted)
    for problem in found.problems:
        typer.echo(f"error: {problem}", err=True)
    if found.alarming:
        typer.echo("A WITNESS HAS SEEN ANOTHER HISTORY: stop, keep everything, tell the oversight body", err=True)
        raise typer.Exit(NO_QUORUM)
    for reason in verdict.reasons:
        out.line(reason, "dim")
    out.line("the quorum is met" if verdict.met else "the quorum is not met", "green" if verdict.met else "red")
    if not verdict.met:
        raise typer.Exit(NO_QUORUM)


def _asked(log: Path, trusted: Policy) -> tuple[Gathered, Verdict]:
    """Ask each witness once, and publish what was signed.

    A log that grew meanwhile has another checkpoint by now; what a quorum cosigned is kept beside it all the same, so
    that a log in which something happens every second has its witnesses too. Nothing is asked or published that the
    policy refuses: an unknown log, or a signature that is false.
    """
    source, publisher = DirectorySource(log), Publisher(log)
    place = f"{source.name}/{CHECKPOINT}"
    before = source.read(CHECKPOINT)
    opened, _ = trusted.open(before, place)
    found = gather(source, opened.note, trusted)
    signed = opened.note.with_signatures(*found.signatures)
    _, verdict = trusted.open(bytes(signed), place)
    with alone(log):
        if verdict.met and not found.alarming:
            publisher.keep_cosigned(signed)
        if source.read(CHECKPOINT) == before:
            publisher.publish(signed)
    return found, verdict
