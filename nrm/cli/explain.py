"""`nrm explain`: why one line is in a plan, or what would bring it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nrm.bootstrap import case_document
from nrm.cli.decide import show_reasons
from nrm.cli.options import (
    AsJson,
    CaseFile,
    Country,
    Language,
    OnDate,
    RulesFolder,
    SeedsFolder,
    application,
    day,
)
from nrm.cli.output import Printer, print_json
from nrm.engine.explain import why_not
from nrm.engine.explanation import barred_by, explanation_view, lines_of
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from nrm.engine.explain import Absence, Change
    from nrm.engine.plan import Plan
    from nrm.rulebook.sentence import Speaker


def explain(
    file: CaseFile,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="A code, such as legal_counsel or detain.")],
    on: OnDate = None,
    country: Country = None,
    lang: Language = "en",
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Say why OUTCOME is in the plan for FILE; if it is not, say which fact would bring it."""
    app = application(rules, seeds)
    words = app.files.vocabulary
    if words.kind_of(outcome) is None:
        todo = nearest(outcome, words.all_outcome_codes())
        raise UnknownNameError(Problem("OUTCOME", 0, f"`{outcome}` is not an outcome of the vocabulary", todo))
    speaker, date = app.speaker(lang), day(on)
    document = case_document(file)
    facts = app.facts(document, date)
    engine = app.engine(date, country)
    plan = engine.decide(facts, date)
    lines = lines_of(plan, outcome)
    absence = None if lines else why_not(engine.program, facts, outcome)
    if as_json:
        print_json(explanation_view(plan, outcome, lines, absence, speaker).model_dump(mode="json"))
        return
    out = Printer(speaker.language)
    title = "why_title" if lines else "why_not_title"
    out.line(speaker.phrase(title, label=speaker.label(outcome)), "bold")
    out.line(words.outcome(outcome).meaning.in_(speaker.language), indent=2)
    for line in lines:
        out.line()
        if line.by is not None and line.within is not None:
            by = words.roles[line.by].label.in_(speaker.language)
            out.line(speaker.phrase("by_within", by=by, within=speaker.within(line.within)), "yellow", 2)
        show_reasons(line, speaker, out, detail=2)
        for reason in line.reasons:
            out.line(speaker.sentence(reason.step.rule, reason.step.branch), indent=4)
    if absence is not None:
        _show_absence(absence, plan, speaker, out)


def _show_absence(absence: Absence, plan: Plan, speaker: Speaker, out: Printer) -> None:
    bars = barred_by(plan, absence.code, speaker)
    out.line()
    if bars and absence.rules:
        out.line(speaker.phrase("withheld_by", bars=", ".join(speaker.label(bar) for bar in bars)), indent=2)
    elif not absence.rules:
        out.line(speaker.phrase("never_in_rulebook"), indent=2)
    elif not absence.ways:
        out.line(speaker.phrase("no_way"), indent=2)
    else:
        out.line(speaker.phrase("would_come"), indent=2)
        for number, way in enumerate(absence.ways, 1):
            for place, change in enumerate(way.changes):
                mark = f"{number}." if place == 0 else "  "
                out.line(f"{mark} {_change(change, speaker)}", indent=4)
            out.line(speaker.phrase("by_way_of", rule=way.rule), "dim", 7)


def _change(change: Change, speaker: Speaker) -> str:
    values = speaker.either(speaker.value(change.fact, value) for value in change.values)
    if change.observed:
        return speaker.phrase("would_be_observed", fact=speaker.fact(change.fact), values=values)
    now = speaker.value(change.fact, "unknown" if change.now is None else str(change.now))
    return speaker.phrase("would_become", fact=speaker.fact(change.fact), values=values, now=now)
