"""The command `nrm`: what a caseworker, a policy officer or an oversight body types."""

from __future__ import annotations

import sys
from typing import Annotated, ClassVar

import typer
from rich.console import Console

from nrm import __version__
from nrm.casework.errors import DeniedError, NotReplayedError
from nrm.cli.lazy import LazyGroup
from nrm.errors import NrmError, RulebookRefusedError

DENIED = 1
"""Exit code when somebody may not do what they asked for, or a decision cannot be replayed: a check said no."""

REFUSED = 2
"""Exit code for input that cannot be used."""

STOPPED = 130
"""Exit code after Ctrl-C, as shells expect it."""


class Commands(LazyGroup):
    """All commands of `nrm`."""

    members: ClassVar[dict[str, tuple[str, str]]] = {
        "decide": ("nrm.cli.decide:decide", "Say what the person in a case file is owed, with the reason."),
        "explain": ("nrm.cli.explain:explain", "Say why one line is in the plan, or what would bring it there."),
        "case": ("nrm.cli.attachments:app", "Case records: their form, and those that are stored, encrypted."),
        "record": ("nrm.cli.interchange:app", "Case records as files of other systems: import, export."),
        "init": ("nrm.cli.init:init", "Make an installation: keys, an encrypted store, a log."),
        "keys": ("nrm.cli.keys:app", "The keys that all cases are sealed with."),
        "db": ("nrm.cli.database:app", "The store: upgrade, check, back up, restore."),
        "account": ("nrm.cli.account_recovery:app", "Who may sign in: make, change, suspend, recover accounts."),
        "access": ("nrm.cli.access:app", "Who may do what: the policies, their examples, the table."),
        "audit": ("nrm.cli.audit:app", "The log: verify, prove, look, copy."),
        "oversight": ("nrm.cli.oversight:app", "For oversight bodies: events, decisions, statistics of access."),
        "replay": ("nrm.cli.replay:replay", "Make a decision again from a sealed bundle, far from the office."),
        "witness": ("nrm.cli.witness:app", "Watch audit logs and cosign what only grew."),
        "rules": ("nrm.cli.rules:app", "List, show, check, prove and compare the rules."),
        "seeds": ("nrm.cli.seeds:app", "The commitments of States, and how each is answered."),
        "directory": ("nrm.cli.directory:app", "The services that there are: import, check, list, export."),
        "match": ("nrm.cli.match:match", "Rank the services that fit one offer for one person, and say why."),
        "consent": ("nrm.cli.consent_wording:app", "What is read out, what the person answers, and what they want."),
        "refer": ("nrm.cli.refer:refer", "Ask a service for help, with what it may know and no more."),
        "referral": ("nrm.cli.referral_after:app", "What becomes of referrals: list, send, fetch, answer, take back."),
        "duty": ("nrm.cli.duty:app", "What is to be done for a case, by whom and until when."),
        "serve": ("nrm.cli.serve:serve", "Answer REST requests, for an installation or as a demonstration."),
        "glass": ("nrm.cli.glass:app", "Open a case of another organisation in an emergency, and review who did."),
        "webhook": ("nrm.cli.webhook:app", "Tell other systems that something happened, and no more."),
        "work": ("nrm.cli.work:work", "Run the clocks, and deliver what lies in the outbox."),
        "plan": ("nrm.cli.plan:app", "The plan as a letter to the person, as text or PDF."),
        "package": ("nrm.cli.package:app", "Sealed referrals, for services: make keys, open, answer."),
        "population": ("nrm.cli.population:app", "Many people at once, as a file of coded facts."),
    }


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer calls it with what was typed
    if asked:
        typer.echo(f"nrm {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Decide what a trafficked person is owed, and say why."""


def run(arguments: list[str] | None = None) -> None:
    """Run `nrm` and leave with 0 (done), 1 (a check said no), 2 (input that cannot be used) or 130 (stopped).

    INVARIANT (no traceback reaches a person): a traceback could show what stands in a case file.
    """
    errors = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    try:
        app(args=arguments, prog_name="nrm")
    except NrmError as error:
        for problem in error.problems:
            errors.print(f"error: {problem}")
        if isinstance(error, RulebookRefusedError):
            errors.print(f"nothing was loaded: {len(error.problems)} problem(s)")
        sys.exit(DENIED if isinstance(error, DeniedError | NotReplayedError) else REFUSED)
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):
            # Whoever read our output has closed it, as `nrm … | head` does. Typer leaves with 1, which means "no" here.
            sys.exit(0)
        if leaving.code == STOPPED:
            errors.print("stopped; nothing was changed")
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence for personal data
        kind = type(error).__name__
        errors.print(f"error: the program itself failed (`{kind}`); nothing was decided; please report this")
        sys.exit(REFUSED)
