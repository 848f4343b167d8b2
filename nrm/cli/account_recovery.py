"""`nrm account recover`: new credentials for somebody who lost theirs, by two administrators."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from nrm.casework.accounts import recovering
from nrm.casework.accounts.door import open_door
from nrm.cli.account import AccountId, app, told_code
from nrm.cli.at_office import AtHome, spread
from nrm.cli.identifiers import argument
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json

__all__ = ["app"]

RecoveryId = Annotated[
    UUID, argument("RECOVERY", "use what `nrm account recover` printed", "What `nrm account recover` printed.")
]


@app.command("recover")
@spread
def recover(account: AccountId, at: AtHome, as_json: AsJson = False) -> None:
    """Ask for new credentials for somebody; another administrator confirms within the hour."""
    with at.opened() as (opened, asked):
        waiting = recovering.ask_recovery(opened.desk, asked, account)
        if as_json:
            print_json({"recovery": str(waiting.id), "until": waiting.until.isoformat()})
            return
        out = Printer()
        out.line("Asked. Within the hour, another administrator runs:", "bold")
        out.console.print(f"nrm account confirm {waiting.id}", soft_wrap=True)


@app.command("confirm")
@spread
def confirm(recovery: RecoveryId, at: AtHome, as_json: AsJson = False) -> None:
    """Confirm what another administrator asked for; what the person had is good no more. Shows a one-time code."""
    with at.opened() as (opened, asked):
        door = open_door(opened.desk, opened.home.sign_in, "cli")
        told_code(recovering.confirm_recovery(door, asked, recovery), as_json=as_json)
