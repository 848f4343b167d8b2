"""`nrm account`: who may sign in, and the first of them, who is made on the machine itself.

Passwords come from a terminal or a private file, never from the command line, where others on the machine could see it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

from nrm.bootstrap_store import identifier
from nrm.casework.accounts import credentials, people
from nrm.casework.accounts.door import open_door
from nrm.casework.referrals.services import organisation_of
from nrm.cli.asking import service_key
from nrm.cli.at_office import AtHome, spread
from nrm.cli.identifiers import argument
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json
from nrm.errors import Problem
from nrm.signin.errors import PasswordRefusedError
from nrm.vault.private_file import read_private

if TYPE_CHECKING:
    from nrm.bootstrap_store import Office
    from nrm.casework.accounts.door import Door
    from nrm.signin.account import Account

app = typer.Typer(no_args_is_help=True)

AccountId = Annotated[
    UUID, argument("ACCOUNT", "use what `nrm account list` shows", "The identifier that `nrm account list` shows.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What is typed at sign-in.")]
NewName = Annotated[str | None, typer.Option("--name", metavar="NAME", help="What is typed at sign-in.")]
Display = Annotated[str | None, typer.Option("--display-name", metavar="TEXT", help="How colleagues call them.")]
Roles = Annotated[
    list[str] | None, typer.Option("--account-role", metavar="ROLE", help="A role of the account; again for several.")
]
Of = Annotated[str | None, typer.Option("--of", metavar="ID", help="Their organisation, if not the store's own.")]
OfService = Annotated[str | None, typer.Option("--of-service", metavar="SOURCE:ID", help="Their service, if any.")]
Unit = Annotated[str | None, typer.Option("--unit", metavar="UNIT", help="Their unit, for those who write rules.")]
Lang = Annotated[str | None, typer.Option("--lang", metavar="LANGUAGE", help="Their language: en, fr, es or ar.")]
Program = Annotated[bool, typer.Option("--program", help="The account of a program, which has no password.")]
Restore = Annotated[bool, typer.Option("--restore", help="Let a suspended account sign in again.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", metavar="FILE", help="A private file with it; else it is asked for.")
]


@dataclass(frozen=True, kw_only=True)
class Given:
    """What may be said of an account besides its name."""

    display_name: Display = None
    account_role: Roles = None
    of: Of = None
    of_service: OfService = None
    unit: Unit = None
    lang: Lang = None

    @property
    def organisation(self) -> UUID | None:
        """Their organisation, if one was said. Raises `UnknownNameError` when what was typed names no service."""
        if self.of_service is not None:
            return organisation_of(service_key(self.of_service, "--of-service"))
        return identifier(self.of) if self.of else None


@app.command("create")
@spread
def create(name: Name, at: AtHome, given: Given, program: Program = False, as_json: AsJson = False) -> None:
    """Make an account. Nobody can sign in to it before it has a code (`invite`), or a password."""
    with at.opened() as (opened, asked):
        made = people.create(
            opened.desk,
            asked,
            name,
            given.display_name or name,
            given.account_role or [],
            given.organisation or opened.home.organisation,
            unit=given.unit,
            language=given.lang or "en",
            kind="client" if program else "person",
        )
        _show([made], as_json=as_json)


@app.command("list")
@spread
def list_(at: AtHome, as_json: AsJson = False) -> None:
    """List the accounts of your organisation, and those of services."""
    with at.opened() as (opened, asked):
        found, after = people.accounts(opened.desk, asked)
        while after is not None:
            more, after = people.accounts(opened.desk, asked, after)
            found += more
        _show(found, as_json=as_json)


@app.command("change")
@spread
def change(account: AccountId, at: AtHome, *, name: NewName = None, given: Given, as_json: AsJson = False) -> None:
    """Change what is given of an account; where its rights change, its sessions end."""
    with at.opened() as (opened, asked):
        new: dict[str, Any] = {
            "name": name,
            "display_name": given.display_name,
            "roles": tuple(given.account_role) if given.account_role else None,
            "organisation": given.organisation,
            "unit": given.unit,
            "language": given.lang,
        }
        fields = {field: value for field, value in new.items() if value is not None}
        _show([people.change(opened.desk, asked, account, **fields)], as_json=as_json)


@app.command("suspend")
@spread
def suspend(account: AccountId, at: AtHome, restore: Restore = False, as_json: AsJson = False) -> None:
    """Let nobody sign in to an account, and end its sessions at once; or let it sign in again."""
    with at.opened() as (opened, asked):
        done = people.restore if restore else people.suspend
        _show([done(opened.desk, asked, account)], as_json=as_json)


@app.command("invite")
@spread
def invite(account: AccountId, at: AtHome, as_json: AsJson = False) -> None:
    """Make a one-time code for a new account, good for three days; it is shown this once."""
    with at.opened() as (opened, asked):
        told_code(credentials.invite(_door(opened), asked, account), as_json=as_json)


@app.command("password")
@spread
def password(account: AccountId, at: AtHome, password_file: PasswordFile = None) -> None:
    """Give a new account its first password, which must be changed at the first sign-in."""
    typed = _password(password_file)
    with at.opened() as (opened, asked):
        credentials.first_password(_door(opened), asked, account, typed)
        Printer().line("The password is set; it must be changed at the first sign-in.", "green")


@app.command("totp")
@spread
def totp(account: AccountId, at: AtHome, as_json: AsJson = False) -> None:
    """Give a new account its app for codes; the secret is shown this once."""
    with at.opened() as (opened, asked):
        new = credentials.first_totp(_door(opened), asked, account)
        if as_json:
            print_json({"secret": new.secret, "uri": new.uri})
            return
        out = Printer()
        out.line("Put this into the app now; it is not shown again.", "bold")
        out.console.print(new.secret, soft_wrap=True)
        out.console.print(new.uri, soft_wrap=True)


@app.command("sessions")
@spread
def sessions(account: AccountId, at: AtHome) -> None:
    """End all sessions and tokens of an account."""
    with at.opened() as (opened, asked):
        people.end_sessions(opened.desk, asked, account)
        Printer().line("All sessions and tokens of the account are over.", "green")


def told_code(code: str, *, as_json: bool) -> None:
    """Print a one-time code."""
    if as_json:
        print_json({"code": code})
        return
    out = Printer()
    out.line("Give them this code by a way that you trust. With their name it lets them in once.", "bold")
    out.console.print(code, soft_wrap=True)


def _door(opened: Office) -> Door:
    return open_door(opened.desk, opened.home.sign_in, "cli")


def _password(file: Path | None) -> str:
    if file is not None:
        try:
            return read_private(file, "password file")[0].decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise PasswordRefusedError(Problem("--password-file", 0, "it is not UTF-8 text", "save it so")) from None
    if not sys.stdin.isatty():
        raise PasswordRefusedError(Problem("password", 0, "there is no terminal to ask on", "give --password-file"))
    try:
        typed = getpass("Password: ")
        again = getpass("Password, again: ")
    except EOFError:
        raise PasswordRefusedError(Problem("password", 0, "none was typed", "try again")) from None
    if typed != again:
        raise PasswordRefusedError(Problem("password", 0, "the two are not the same", "try again"))
    return typed


def _data(account: Account) -> dict[str, Any]:
    return {
        "account": str(account.id),
        "kind": account.kind,
        "name": account.name,
        "display_name": account.display_name,
        "organisation": str(account.organisation),
        "unit": account.unit,
        "roles": list(account.roles),
        "language": account.language,
        "state": account.state,
        "entered": account.entered,
        "second_factor": account.totp is not None or account.has_passkey,
    }


def _show(found: list[Account], *, as_json: bool) -> None:
    if as_json:
        print_json([_data(one) for one in found])
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)  # the identifier is what a person copies
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for one in found:
        state = one.state if one.entered or one.state == "suspended" else "new"
        table.add_row(str(one.id), f"{one.name} ({state})", ", ".join(one.roles))
    Printer().console.print(table)
