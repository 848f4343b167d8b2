"""`nrm rules diff`: what another rulebook says, for whom it can make a difference, and who of many gains or loses."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from nrm.cli.diff_view import DiffView, as_plain
from nrm.cli.options import AsJson, Country, Language, OnDate, SeedsFolder, application, day
from nrm.cli.output import print_json
from nrm.errors import FileRefusedError, Problem, UnknownNameError, nearest
from nrm.proof import SECONDS
from nrm.proof.compare import Pair, differences, lines_touched, paired
from nrm.proof.files import read_guarantees
from nrm.rulebook.changes import named_changes, rule_changes, word_changes
from nrm.rulebook.resolve import rulebook_on
from nrm.statistics.protect import protect_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nrm.bootstrap import Application
    from nrm.engine.program import Slot
    from nrm.population.impact import Impact
    from nrm.population.people import People
    from nrm.proof.compare import Difference
    from nrm.rulebook.book import Rulebook
    from nrm.rulebook.changes import Change, RuleChange, WordChange
    from nrm.rulebook.vocabulary import Fact
    from nrm.statistics.protect import Shown

NOT_DECIDED = 1
"""Exit code when the solver could not say of every line whether it can differ."""

OldSide = Annotated[str, typer.Argument(metavar="OLD[@DATE]", help="A folder of rules, on a date of its own if named.")]
NewSide = Annotated[str, typer.Argument(metavar="NEW[@DATE]", help="Another, or the same on another date.")]


@dataclass(frozen=True)
class End:
    """One side of the comparison: the rules of one folder on one date."""

    app: Application
    on: date
    book: Rulebook


@dataclass(frozen=True)
class Diff:
    """All that differs between two rulebooks."""

    old: End
    new: End
    rules: tuple[RuleChange, ...]
    words: tuple[WordChange, ...]
    guarantees: dict[str, Change]
    facts: Mapping[str, Fact]
    """The facts of both."""
    lines: tuple[Difference, ...]
    impact: Impact | None = None
    people: Shown | None = None
    """How many people `impact` is about."""


def diff(
    old: OldSide,
    new: NewSide,
    population: Annotated[
        Path | None, typer.Option("--population", metavar="FILE", help="Count who of these people gains or loses.")
    ] = None,
    on: OnDate = None,
    country: Country = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="CODE", help="Only lines of this outcome, with counts by age, sex, form."),
    ] = None,
    lang: Language = "en",
    seconds: Annotated[
        int, typer.Option("--seconds", min=1, help="Time for one question about one line of the plan.")
    ] = SECONDS,
    as_json: AsJson = False,
    seeds: SeedsFolder = None,
) -> None:
    """Compare two rulebooks: what they say, the smallest case for each line that can differ, who gains and loses."""
    before, after = _end(old, on, country, seeds), _end(new, on, country, seeds)
    speaker = after.app.speaker(lang)
    pair = paired(before.book, after.book)
    if outcome is not None:
        codes = {slot[1] for program in (pair.old, pair.new) for slot in program.slots}
        if outcome not in codes:
            raise UnknownNameError(Problem("--outcome", 0, f"no rule gives `{outcome}`", nearest(outcome, codes)))
    people = read_population(population, pair) if population is not None else None
    found = _differences(pair, [slot for slot in lines_touched(pair) if outcome in {None, slot[1]}], seconds)
    told = Diff(
        before,
        after,
        rule_changes(before.book, after.book),
        word_changes(before.book.vocabulary, after.book.vocabulary),
        _guarantee_changes(before.app, after.app),
        pair.new.rulebook.vocabulary.facts,
        found,
        _impact(pair, people, found) if people is not None else None,
        protect_count(people.count) if people is not None else None,
    )
    if as_json:
        print_json(as_plain(told))
    else:
        DiffView(told, speaker).show(outcome)
    if any(one.direction == "not decided" for one in found):
        raise typer.Exit(NOT_DECIDED)


def _end(side: str, on: str | None, country: str | None, seeds: Path | None) -> End:
    """Read one side.

    Raises:
        FileRefusedError: there is no such folder.
        UnknownNameError: what stands behind the `@` is no date.
        RulebookRefusedError: its rules do not fit together.
    """
    folder, at, own = side.rpartition("@")
    if not at or not own or Path(side).is_dir():
        folder, own = side, ""
    if not Path(folder).is_dir():
        raise FileRefusedError(Problem(folder, 0, "there is no such folder", "name a folder of rules, such as `rules`"))
    when = _own_day(side, own) if own else day(on)
    app = application(Path(folder), seeds)
    return End(app, when, rulebook_on(app.files, when, country))


def _own_day(side: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        todo = "write it as `@2026-03-01`"
        raise UnknownNameError(Problem(side, 0, f"`{text}` is not a date", todo)) from None


def _guarantee_changes(before: Application, after: Application) -> dict[str, Change]:
    return named_changes(
        *({one.file.guarantee: one.file for one in read_guarantees(a.settings.rules, a.files)} for a in (before, after))
    )


def _differences(pair: Pair, slots: Sequence[Slot], seconds: int) -> tuple[Difference, ...]:
    with Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("lines of the plan", total=len(slots))
        return tuple(differences(pair, slots, seconds, lambda _slot: progress.advance(task)))


def read_population(file: Path, pair: Pair) -> People:
    """Read the people in `file`, whose facts may be those of either rulebook.

    Raises:
        FileRefusedError: it is no such file.
    """
    from nrm.population.columns import read_people  # noqa: PLC0415 - most comparisons need no numpy

    return read_people(file, pair.new.rulebook.vocabulary)


def _impact(pair: Pair, people: People, found: tuple[Difference, ...]) -> Impact:
    from nrm.population.impact import impact  # noqa: PLC0415 - as above

    # Of a line that is proved to be the same for everybody, nobody needs a count.
    lines = dict.fromkeys(one.slot for one in found if one.direction in {"gained", "lost"})
    with Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("people", total=people.count)
        return impact(pair.old, pair.new, people, lines, progress=lambda done: progress.update(task, completed=done))
