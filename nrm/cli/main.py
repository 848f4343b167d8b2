"""The command `nrm`: what a caseworker, a policy officer or an oversight body types."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from nrm.casework.errors import DeniedError, NotReplayedError
from nrm.cli import audit, cases, database, decide, explain, init, keys, population, rules, seeds, witness
from nrm.errors import NrmError, RulebookRefusedError

DENIED = 1
"""Exit code when somebody may not do what they asked for, or a decision cannot be replayed: a check said no."""

REFUSED = 2
"""Exit code for input that cannot be used."""

STOPPED = 130
"""Exit code after Ctrl-C, as shells expect it."""

app = typer.Typer(
    help="Decide what a trafficked person is owed, and say why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(init.init)
app.command("decide")(decide.decide)
app.command("explain")(explain.explain)
app.add_typer(rules.app, name="rules", help="List, show and check the rules.")
app.add_typer(seeds.app, name="seeds", help="The commitments of States, and how each is answered.")
app.add_typer(population.app, name="population", help="Many people at once, as a file of coded facts.")
app.add_typer(cases.app, name="case", help="Case records: their form, and those that are stored, encrypted.")
app.add_typer(database.app, name="db", help="The store: upgrade, check, back up, restore.")
app.add_typer(audit.app, name="audit", help="The log: verify, prove, look, copy.")
app.add_typer(keys.app, name="keys", help="The keys that all cases are sealed with.")
app.add_typer(witness.app, name="witness", help="Watch audit logs and cosign what only grew.")


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
