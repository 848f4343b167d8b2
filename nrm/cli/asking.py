"""Options of the commands that work with stored cases: which store, who asks, in which role, for which purpose."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.audit.errors import LogError
from nrm.bootstrap_store import Office, identifier, open_office, read_home
from nrm.casework.asked import CASE_MANAGEMENT, Asked, check_words
from nrm.casework.referrals.services import organisation_of
from nrm.cli.options import application
from nrm.cli.unlock import unlocked
from nrm.errors import Problem, UnknownNameError
from nrm.referral.lifecycle import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.directory.service import Key
    from nrm.home import Home
    from nrm.vault.ledger_keys import LedgerKeys

HomeFolder = Annotated[
    Path, typer.Option("--home", metavar="DIR", envvar="NRM_HOME", help="The folder that `nrm init` made.")
]
Who = Annotated[
    str, typer.Option("--who", envvar="NRM_WHO", metavar="ID", help="Who you are: your identifier at your office.")
]
Organisation = Annotated[
    str | None,
    typer.Option("--organisation", envvar="NRM_ORGANISATION", metavar="ID", help="Yours, if not the store's own."),
]
Role = Annotated[str, typer.Option("--role", envvar="NRM_ROLE", metavar="ROLE", help="caseworker, supervisor, …")]
HomeElse = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", envvar="NRM_HOME", help="The installation, instead of a file.")
]
WhoElse = Annotated[str, typer.Option("--who", envvar="NRM_WHO", metavar="ID", help="Who you are; with --home.")]
RoleElse = Annotated[str, typer.Option("--role", envvar="NRM_ROLE", metavar="ROLE", help="Your role; with --home.")]
Service = Annotated[
    str | None,
    typer.Option("--service", metavar="SOURCE:ID", help="Your service, in the role provider."),
]
To = Annotated[str | None, typer.Option("--to", metavar="SOURCE:ID", help="A service of the directory.")]
Purpose = Annotated[str, typer.Option("--purpose", metavar="PURPOSE", help="What for; case_management if not said.")]


@contextmanager
def office(home: Path, passphrase_file: Path | None, settled: Home | None = None) -> Iterator[Office]:
    """Open the store; when the work is done, or denied, its entries are given their places in the log.

    `settled` has the settings when they are not to be read from the folder.

    Raises:
        LogRefusedError: what is published differs from the store; then nothing is begun.
        StoreError, VaultError, FileRefusedError: a part cannot be opened, or does not fit the others.
    """
    found = settled or read_home(home)
    with unlocked(found.keys, passphrase_file, found.token or (None, None)) as keys, office_with(found, keys) as opened:
        yield opened


@contextmanager
def office_with(found: Home, keys: LedgerKeys) -> Iterator[Office]:
    """Open the store with keys that are open already (what happens at the end, and errors: as in `office`)."""
    opened = open_office(found, keys, application(found.rules, found.seeds))
    with closing(opened):
        try:
            yield opened
        finally:
            published(opened)


def published(opened: Office) -> None:
    """Give the entries their places; when that fails, what was done stays done, so its result must still be shown."""
    try:
        opened.sequencer.run()
    except LogError as error:
        for problem in error.problems:
            typer.echo(f"error: {problem}", err=True)
        typer.echo("what you did is done and kept; its entry waits to be published", err=True)


def asking(opened: Office, who: str, organisation: str | None, role: str, purpose: str = CASE_MANAGEMENT) -> Asked:
    """Return who asks.

    Raises:
        UnknownNameError: nobody is named, or there is no such role or purpose.
    """
    if not who.strip():
        raise UnknownNameError(Problem("--who", 0, "nobody is named", "give your identifier; only a pseudonym is kept"))
    own = identifier(organisation) if organisation else opened.home.organisation
    asked = Asked(identifier(who), own, role, purpose)
    check_words(asked, opened.desk.words())
    return asked


def service_key(text: str, option: str = "--to") -> Key:
    """Return which service of the directory was typed, as `SOURCE:ID`.

    Raises:
        UnknownNameError: it has not this form.
    """
    source, colon, name = text.partition(":")
    if not (source and colon and name):
        todo = "write its source and its id, as `nrm directory list` shows them: `SOURCE:ID`"
        raise UnknownNameError(Problem(option, 0, "this names no service", todo))
    return source, name


def answering_as(
    opened: Office, who: str, organisation: str | None, role: str, service: str | None, purpose: str = CASE_MANAGEMENT
) -> Asked:
    """Return who asks: somebody of a service, in the role `provider`, or somebody who keeps cases, in any other.

    Raises:
        UnknownNameError: as `asking`; or a service asks and is not named, or one is named by somebody else.
    """
    asked = asking(opened, who, organisation, role, purpose)
    if (role == PROVIDER) != (service is not None):
        what = "a service must say which it is" if service is None else "only the role `provider` speaks for a service"
        raise UnknownNameError(Problem("--service", 0, what, f"`--service SOURCE:ID` belongs to `--role {PROVIDER}`"))
    if service is None:
        return asked
    return replace(asked, organisation=organisation_of(service_key(service, "--service")))
