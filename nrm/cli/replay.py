"""`nrm replay`: make the decision of a bundle again, with no installation and no network, and say whether it holds."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nrm.audit.note import Verifier
from nrm.bootstrap_books import archived
from nrm.casework.oversight.again import decide_again
from nrm.casework.oversight.form import open_bundle
from nrm.cli.decide import show as show_plan
from nrm.cli.files import read_at_most, read_text
from nrm.cli.options import AsJson, Language  # noqa: TC001 - as above
from nrm.cli.output import Printer, print_json
from nrm.cli.package_keys import read_identity, read_signers
from nrm.cli.package_refused import refusals
from nrm.cli.package_view import plain
from nrm.engine.view import view
from nrm.referral.sealing import LARGEST

if TYPE_CHECKING:
    from datetime import date

    from nrm.bootstrap import Application
    from nrm.casework.oversight.again import Again
    from nrm.casework.oversight.form import Bundle
    from nrm.engine.decide import Engine

DOES_NOT_HOLD = 1
"""Exit code when the decision does not come out as the bundle says."""


def replay(
    file: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A sealed decision.")],
    identity: Annotated[Path, typer.Option("--identity", metavar="FILE", help="Your secret key of age.")],
    signer: Annotated[
        list[Path],
        typer.Option("--signer", metavar="FILE", help="Who may have sealed it: `allowed_signers`, or a `.pub`."),
    ],
    vkey: Annotated[
        Path | None, typer.Option("--vkey", metavar="FILE", help="The public key of the log it must stand in.")
    ] = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Decide again from what lies in BUNDLE, compare byte for byte, and check that the decision is in the log."""
    key, known = read_identity(identity), read_signers(signer)
    verifier = Verifier(read_text(vkey).strip()) if vkey is not None else None
    with refusals(file, "nothing of it was believed", as_json=as_json):
        bundle = open_bundle(read_at_most(file, LARGEST + 1), key, known)
    rules: list[Application] = []

    def engine(archive: bytes, on: date, country: str | None) -> Engine:
        rules.append(archived(archive))
        return rules[0].engine(on, country)

    found = decide_again(bundle, engine, verifier)
    plan = view(found.plan, rules[0].speaker(lang)).model_dump(mode="json") if found.plan is not None else None
    if as_json:
        print_json(_json(bundle, found, plan))
    else:
        if found.plan is not None:
            show_plan(found.plan, rules[0].speaker(lang), detail=1)
        _show(bundle, found)
    if not found.same:
        raise typer.Exit(DOES_NOT_HOLD)


def _json(bundle: Bundle, found: Again, plan: dict[str, Any] | None) -> dict[str, Any]:
    entry = found.entry
    return {
        "same": found.same,
        "faults": [{"part": one.file, "what": one.what, "todo": one.todo} for one in found.faults],
        "sender": bundle.head.sender,
        "program": bundle.head.program,
        "on": bundle.head.on.isoformat(),
        "country": bundle.head.country,
        "rulebook": bundle.head.rulebook,
        "entry": entry.model_dump(mode="json", exclude_none=True) if entry is not None else None,
        "in_log": found.in_log,
        "index": found.place,
        "entries": found.size,
        "facts": bundle.facts,
        "plan": plan,
    }


def _show(bundle: Bundle, found: Again) -> None:
    out = Printer()
    head, entry = bundle.head, found.entry
    out.line(f"from {plain(head.sender)}, decided with {plain(head.program)}; rulebook {head.rulebook[:16]}", "dim")
    if entry is not None:
        out.line(f"event {entry.event} of {entry.time:%Y-%m-%d %H:%M:%S} UTC", "dim")
    if found.in_log is None:
        out.line("not compared with the log: give --vkey FILE, or the decision may never have been in it", "yellow")
    elif found.in_log:
        out.line(f"it is entry {found.place} of the {found.size} that the log had", "dim")
    for fault in found.faults:
        typer.echo(f"error: {plain(str(fault))}", err=True)
    if found.same:
        out.line("replayed: the decision comes out byte for byte", "green")
    else:
        typer.echo("DOES NOT HOLD", err=True)
