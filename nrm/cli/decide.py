"""`nrm decide`: the plan for one case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nrm.bootstrap import case_document
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
from nrm.engine.view import schema, view
from nrm.rulebook.vocabulary import OUTCOME_KINDS

if TYPE_CHECKING:
    from nrm.engine.plan import Dispute, Line, Plan
    from nrm.rulebook.sentence import Speaker

LOOK_AT_IT = 1
"""Exit code when the two engines differ: a person must look."""


def decide(
    file: CaseFile = "",
    on: OnDate = None,
    country: Country = None,
    lang: Language = "en",
    as_json: AsJson = False,
    short: Annotated[bool, typer.Option("--short", help="Only the lines, without reasons.")] = False,
    reasons: Annotated[bool, typer.Option("--reasons", help="Every reason with its facts.")] = False,
    print_schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of --json.")] = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Say what the person in FILE is owed, what must be done and what must never be done, with the reason."""
    if print_schema:
        print_json(schema())
        return
    if not file:
        raise typer.BadParameter("name a case file, or `-` for standard input", param_hint="FILE")
    app = application(rules, seeds)
    speaker = app.speaker(lang)
    plan = app.decide(case_document(file), day(on), country)
    if as_json:
        print_json(view(plan, speaker).model_dump(mode="json"))
    else:
        show(plan, speaker, detail=0 if short else 2 if reasons else 1)
    if plan.disputed:
        raise typer.Exit(LOOK_AT_IT)


def show(plan: Plan, speaker: Speaker, detail: int) -> None:
    """Print `plan` for people; `detail` 0 gives the lines, 1 the first reason of each, 2 all reasons with facts."""
    out = Printer(speaker.language)
    out.line(speaker.phrase("plan_title", date=speaker.day(plan.on)), "bold")
    place = (
        speaker.phrase("plan_country", country=plan.country.upper()) if plan.country else speaker.phrase("plan_base")
    )
    out.line(f"{place} · {speaker.phrase('plan_rulebook', digest=plan.digest[:16])}", "dim")
    if plan.dispute is not None:
        _dispute(plan.dispute, speaker, out)
    for kind in OUTCOME_KINDS:
        lines = plan.of(kind)
        out.line()
        out.line(f"{speaker.phrase(f'section_{kind}')} ({len(lines)})", "bold cyan")
        if not lines:
            out.line(speaker.phrase("nothing_here"), "dim", 2)
        for line in lines:
            _line(line, speaker, out, detail)
    if plan.withheld:
        out.line()
        out.line(speaker.phrase("section_withheld"), "bold cyan")
        for line in plan.withheld:
            out.line(f"• {speaker.label(line.code)}", indent=2)
    if detail == 1:
        out.line()
        out.line(speaker.phrase("more_reasons"), "dim")


def _dispute(dispute: Dispute, speaker: Speaker, out: Printer) -> None:
    out.line()
    out.line(speaker.phrase("disputed_title"), "bold red")
    out.line(speaker.phrase("disputed_text"), "red", 2)
    for engine, rules in (("engine_masks", dispute.only_masks), ("engine_rete", dispute.only_rete)):
        if rules:
            out.line(speaker.phrase("disputed_only", engine=speaker.phrase(engine), rules=", ".join(rules)), indent=2)
    if dispute.rete_failed:
        out.line(speaker.phrase("disputed_failed"), indent=2)


def _line(line: Line, speaker: Speaker, out: Printer, detail: int) -> None:
    out.line(f"• {speaker.label(line.code)}", "bold" if line.kind == "bar" else "", 2)
    if line.by is not None and line.within is not None:
        by = speaker.words.roles[line.by].label.in_(speaker.language)
        out.line(speaker.phrase("by_within", by=by, within=speaker.within(line.within)), "yellow", 4)
    if line.kind == "disclosure":
        out.line(speaker.phrase("shared_how", **speaker.sharing(line.code)), "yellow", 4)
    if line.withholds:
        codes = ", ".join(speaker.label(code) for code in line.withholds)
        out.line(speaker.phrase("forbids", codes=codes), "yellow", 4)
    show_reasons(line, speaker, out, detail)


def show_reasons(line: Line, speaker: Speaker, out: Printer, detail: int) -> None:
    """Print the reasons of one line."""
    for reason in line.reasons[: None if detail > 1 else detail]:
        rule = reason.step.rule
        out.line(reason.step.because.in_(speaker.language), indent=4)
        out.line(f"{', '.join((*rule.sources, *rule.law))} · {rule.name}", "dim", 4)
        if detail > 1:
            version = rule.version.isoformat()
            branch = str(reason.step.branch + 1)
            out.line(speaker.phrase("reason_rule", rule=rule.name, version=version, branch=branch), "dim", 6)
            for text in _relied(reason.relied, speaker):
                out.line(f"– {text}", "dim", 6)


def _relied(relied: tuple[tuple[str, str], ...], speaker: Speaker) -> list[str]:
    if not relied:
        return [speaker.phrase("applies_to_everyone")]
    return [speaker.relied(fact, value) for fact, value in relied]
