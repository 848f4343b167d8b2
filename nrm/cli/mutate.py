"""`nrm rules mutate`: make every small mistake in the rules, and name those that no example or guarantee notices."""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from nrm.cli.options import AsJson, Country, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import Printer, print_json
from nrm.errors import Problem, RulebookRefusedError, UnknownNameError, nearest
from nrm.models import parse
from nrm.proof.files import read_guarantees
from nrm.proof.killing import Gauntlet
from nrm.proof.mutants import mutants
from nrm.rulebook.read import read_examples
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.wording import Words
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.proof.killing import Fate
    from nrm.proof.mutants import Mutant, MutantKind
    from nrm.rulebook.book import Rulebook

SURVIVED = 1
"""Exit code when a mutant survives without a reason."""

SENTENCES: dict[MutantKind, str] = {
    "rule": "without this rule nothing fails",
    "branch": "without this branch nothing fails",
    "condition": "without this condition nothing fails",
    "alternative": "without this alternative nothing fails",
    "value": "without this value nothing fails",
    "unknown": "when unknown no longer counts here, nothing fails",
    "opposite": "with this condition turned round nothing fails",
    "outcome": "without this outcome nothing fails",
    "widened": "when this disclosure says more, nothing fails",
}

Survivors = Annotated[
    Path | None, typer.Option("--survivors", metavar="FILE", help="Survivors with the reason why each is harmless.")
]


def mutate(
    topic: Annotated[str | None, typer.Option("--topic", help="Only the rules of one topic, such as child.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", metavar="NAME", help="Only the mutants of one rule.")] = None,
    on: OnDate = None,
    country: Country = None,
    survivors: Survivors = None,
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Make every small mistake in the rules, and name those that no example or guarantee notices."""
    started = monotonic()
    app = application(rules, seeds)
    book = rulebook_on(app.files, day(on), country)
    reasons = _reasons(survivors)
    chosen = _chosen(book, country, topic, rule)
    found = read_guarantees(app.settings.rules, app.files)
    gauntlet = Gauntlet(app.files, book, day(on), read_examples(app.settings.rules), found)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        fates = [gauntlet.fate(mutant) for mutant in progress.track(chosen, description="mutants")]
    alive = [fate for fate in fates if fate.survived]
    unexplained = [fate for fate in alive if fate.mutant.name not in reasons]
    if as_json:
        print_json(_as_json(fates, reasons))
    else:
        _show(fates, alive, reasons, monotonic() - started)
    if unexplained:
        raise typer.Exit(SURVIVED)


def _chosen(book: Rulebook, country: str | None, topic: str | None, rule: str | None) -> list[Mutant]:
    """Return the mutants that were asked for.

    Raises:
        UnknownNameError: no rule of this country has that topic or name.
    """
    own = [one for one in book.rules if one.country == country]
    for option, asked, known in (
        ("--topic", topic, {one.topic for one in own}),
        ("--rule", rule, {one.name for one in own}),
    ):
        if asked is not None and asked not in known:
            raise UnknownNameError(
                Problem(option, 0, f"there is nothing to mutate in `{asked}`", nearest(asked, known))
            )
    every = mutants(book, country)
    if topic is None and rule is None:
        return list(every)
    return [m for m in every if m.before and topic in {None, m.before.topic} and rule in {None, m.before.name}]


def _reasons(path: Path | None) -> Mapping[str, str]:
    """Read why survivors are harmless.

    Raises:
        RulebookRefusedError: the file does not give one reason in words for each mutant that it names.
    """
    if path is None:
        return {}
    problems: list[Problem] = []
    reasons: dict[str, str] | None = parse(read_file(path), dict[str, Words], problems)
    if reasons is None:
        raise RulebookRefusedError(problems)
    return reasons


def _show(fates: list[Fate], alive: list[Fate], reasons: Mapping[str, str], seconds: float) -> None:
    out = Printer()
    for fate in alive:
        reason = reasons.get(fate.mutant.name)
        out.line(f"{SENTENCES[fate.mutant.kind]}: {fate.mutant.at}", "" if reason else "red")
        if reason:
            out.line(reason, "dim", 2)
        if fate.same:
            out.line("proved: no plan has other lines", "dim", 2)
    for kind in SENTENCES:
        of_kind = [fate for fate in fates if fate.mutant.kind == kind]
        if of_kind:
            out.line(f"{kind}: {sum(not fate.survived for fate in of_kind)} of {len(of_kind)} killed", "dim")
    killed, explained = len(fates) - len(alive), sum(fate.mutant.name in reasons for fate in alive)
    share = 100 * killed / max(1, len(fates))
    out.line(f"{killed} of {len(fates)} mutants killed ({share:.1f} %), {len(alive)} survive", "bold")
    out.line(f"{explained} of the survivors are explained · {seconds:.1f} s", "dim")


def _as_json(fates: list[Fate], reasons: Mapping[str, str]) -> dict[str, Any]:
    alive = [fate for fate in fates if fate.survived]
    return {
        "mutants": len(fates),
        "killed_by_examples": sum(fate.killer == "example" for fate in fates),
        "killed_by_guarantees": sum(fate.killer == "guarantee" for fate in fates),
        "survivors": [
            {
                "mutant": fate.mutant.name,
                "sentence": f"{SENTENCES[fate.mutant.kind]}: {fate.mutant.at}",
                "same_plans": fate.same,
                "reason": reasons.get(fate.mutant.name),
            }
            for fate in alive
        ],
    }
