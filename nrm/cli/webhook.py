"""`nrm webhook`: tell other systems that something happened; `docs/webhooks.md` says what they get."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from nrm.casework.office import webhooks
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.identifiers import argument
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json

app = typer.Typer(no_args_is_help=True)

HookId = Annotated[
    UUID, argument("WEBHOOK", "use what `nrm webhook list` shows", "The identifier that `nrm webhook list` shows.")
]


@app.command("add")
@spread
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where it is called; its host stands in the settings.")],
    event: Annotated[list[str], typer.Option("--event", metavar="EVENT", help="Such as duty.late; repeat it.")],
    at: AtOffice,
    as_json: AsJson = False,
) -> None:
    """Add a webhook of your organisation and print its secret, once."""
    with at.opened() as (opened, asked):
        made = webhooks.add_webhook(opened.desk, asked, url, event, opened.hook_caller().refuses)
    if as_json:
        print_json({"webhook": str(made.hook), "secret": made.secret})
        return
    out = Printer()
    out.line(f"webhook {made.hook}")
    out.line(f"secret {made.secret}")
    out.line("keep the secret where the other system is; it is not shown again")


@app.command("list")
@spread
def list_(at: AtOffice, as_json: AsJson = False) -> None:
    """List the webhooks of your organisation."""
    with at.opened() as (opened, asked):
        found = webhooks.webhooks(opened.desk, asked)
    if as_json:
        print_json(
            [
                {
                    "webhook": str(one.hook),
                    "url": one.url,
                    "events": list(one.kinds),
                    "made": one.at.isoformat(),
                    "suspended": one.suspended.isoformat() if one.suspended is not None else None,
                    "waiting": one.waiting,
                }
                for one in found
            ]
        )
        return
    out = Printer()
    for one in found:
        out.line(f"{one.hook} · {one.url}", "bold")
        state = f"suspended since {one.suspended:%Y-%m-%d}" if one.suspended is not None else f"{one.waiting} waiting"
        out.line(f"{state} · {', '.join(one.kinds)}", indent=2)


@app.command("remove")
@spread
def remove(hook: HookId, at: AtOffice) -> None:
    """Remove a webhook with everything that waits for it."""
    with at.opened() as (opened, asked):
        webhooks.remove_webhook(opened.desk, asked, hook)
    Printer().line("removed")


@app.command("resume")
@spread
def resume(hook: HookId, at: AtOffice) -> None:
    """Let a suspended webhook be called again, of what happens from now on."""
    with at.opened() as (opened, asked):
        webhooks.resume_webhook(opened.desk, asked, hook)
    Printer().line("resumed")
