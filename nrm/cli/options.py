"""Options that several commands share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from nrm.bootstrap import Application
from nrm.config import settings
from nrm.errors import Problem, UnknownNameError
from nrm.rulebook.wording import LANGUAGES

RulesFolder = Annotated[
    Path | None, typer.Option("--rules", help="Folder of the rules (else NRM_RULES, else the shipped ones).")
]
SeedsFolder = Annotated[
    Path | None, typer.Option("--seeds", help="Folder of the commitments (else NRM_SEEDS, else the shipped ones).")
]
CaseFile = Annotated[str, typer.Argument(metavar="FILE", help="A case record, YAML or JSON; `-` reads standard input.")]
OnDate = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The date to decide on, as 2026-03-01.")]
Country = Annotated[
    str | None, typer.Option("--country", metavar="ISO2", help="Add the rules of one country, such as gb.")
]
Language = Annotated[
    str, typer.Option("--lang", metavar="LANGUAGE", help="en, fr, es or ar.", autocompletion=lambda: list(LANGUAGES))
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def application(rules: Path | None, seeds: Path | None) -> Application:
    """Return the application for the folders that were named."""
    return Application(settings(rules, seeds))


def day(text: str | None, option: str = "--on") -> date:
    """Return the date that was typed for `option`, or today.

    Raises:
        UnknownNameError: it is not a date.
    """
    if text is None:
        return datetime.now(tz=UTC).astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnknownNameError(Problem(option, 0, f"`{text}` is not a date", "write it as `2026-03-01`")) from None
