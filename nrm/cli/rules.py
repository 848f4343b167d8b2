"""`nrm rules`: what policy officers list, read and check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer
from rich.table import Table

from nrm.cli.lazy import LazyGroup
from nrm.cli.options import AsJson, Country, Language, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import Printer, counted, print_json
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.rulebook.dates import in_force
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.rule import Example, Parameter, Rule

if TYPE_CHECKING:
    from datetime import date

    from nrm.rulebook.book import BookRule
    from nrm.rulebook.files import RuleFile
    from nrm.rulebook.sentence import Speaker

FAILED = 1
"""Exit code when an example or an engine says no."""


class Commands(LazyGroup):
    """The commands of `nrm rules` that need examples, the solver or whole populations; the others stand below."""

    members: ClassVar[dict[str, tuple[str, str]]] = {
        "check": ("nrm.cli.check:check", "Check files, examples and guarantees."),
        "prove": ("nrm.cli.prove:prove", "Prove the guarantees for every possible case."),
        "mutate": ("nrm.cli.mutate:mutate", "Name the mistakes that no example or guarantee would notice."),
        "diff": ("nrm.cli.diff:diff", "Compare two rulebooks, and say for whom it makes a difference."),
        "bundle": ("nrm.cli.rules_bundle:bundle", "Put rules and commitments into one file."),
        "statement": ("nrm.cli.rules_bundle:statement", "Check a bundle, and write what officers sign."),
        "publish": ("nrm.cli.rules_publish:publish", "Bundle, check, propose and approve, in one go."),
        "propose": ("nrm.cli.rules_steps:propose", "Propose a bundle that its author signed."),
        "approve": ("nrm.cli.rules_steps:approve", "Approve what was proposed, as a second officer."),
        "reject": ("nrm.cli.rules_steps:reject", "Say no to what was proposed."),
        "withdraw": ("nrm.cli.rules_steps:withdraw", "Take back what has not begun."),
        "comment": ("nrm.cli.rules_steps:comment", "Say something about it to the other officers."),
        "roll-back": ("nrm.cli.rules_steps:roll_back", "Propose that an older rulebook comes back."),
        "status": ("nrm.cli.rules_status:status", "List published rulebooks, or show one."),
        "verify": ("nrm.cli.rules_status:verify", "Check again whether the published rulebooks may decide."),
    }


app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command("list")
def list_rules(
    topic: Annotated[str | None, typer.Option("--topic", help="Only one topic, such as child.")] = None,
    on: OnDate = None,
    country: Country = None,
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """List the rules in force."""
    book = rulebook_on(application(rules, seeds).files, day(on), country)
    topics = {rule.topic for rule in book.rules}
    if topic is not None and topic not in topics:
        raise UnknownNameError(Problem("--topic", 0, f"there is no topic `{topic}`", nearest(topic, topics)))
    found = sorted((r for r in book.rules if topic in {None, r.topic}), key=lambda rule: (rule.topic, rule.name))
    if as_json:
        print_json([_summary(rule) for rule in found])
        return
    out = Printer()
    table = Table(box=None, pad_edge=False)
    for heading in ("topic", "rule", "title"):
        table.add_column(heading, overflow="fold")
    for rule in found:
        table.add_row(rule.topic, rule.name, rule.title)
    out.console.print(table)
    out.line(counted(len(found), "rule"), "dim")


@app.command("show")
def show_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The name of a rule.")],
    on: OnDate = None,
    country: Country = None,
    lang: Language = "en",
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Show one rule as a sentence, with its paragraphs and how we read them."""
    application_ = application(rules, seeds)
    files = application_.files
    speaker = application_.speaker(lang)
    named = next((f for f in files.rules if f.rule.rule == rule), None)
    book = rulebook_on(files, day(on), country or (named.country if named else None))
    found = book.rule(rule)
    if found is None:
        todo = nearest(rule, {known.name for known in book.rules})
        if named is not None:
            todo = _why_not_in_force(named, day(on))
        raise UnknownNameError(Problem("RULE", 0, f"no rule `{rule}` is in force on that date", todo))
    if as_json:
        sentences = [speaker.sentence(found, number) for number in range(len(found.branches))]
        print_json({**_summary(found), "reading": found.reading, "sentences": sentences})
        return
    out = Printer(speaker.language)
    out.line(f"{found.name} – {found.title}", "bold")
    out.line(f"{found.topic} · {', '.join((*found.sources, *found.law))} · {found.version.isoformat()}", "dim")
    _show_branches(found, speaker, out)
    out.line()
    out.line(found.reading, "dim", 2)
    for source in found.sources:
        out.line()
        out.line(source, "bold", 2)
        out.line(files.catalogue.commitments[source].says, indent=4)


def _why_not_in_force(file: RuleFile, on: date) -> str:
    version = in_force(file.rule.versions, on)
    if version is None:
        return f"its first version begins on {file.rule.versions[0].from_.isoformat()}"
    if version.repealed:
        return f"it is repealed from {version.from_.isoformat()} on: {version.reason}"
    return f"it is a rule of `{file.country}`"


def _show_branches(rule: BookRule, speaker: Speaker, out: Printer) -> None:
    for branch in rule.branches:
        opening, *conditions = speaker.branch(branch)
        out.line()
        out.line(opening, "cyan", 2)
        for condition in conditions:
            out.line(f"– {condition}", indent=4)
        out.line(branch.because.in_(speaker.language), "italic", 4)
    out.line()
    out.line(speaker.phrase("then"), "cyan", 2)
    for addition in rule.then:
        out.line(f"– {speaker.addition(addition)}", indent=4)


@app.command("schema")
def print_schema(
    of: Annotated[str, typer.Argument(metavar="WHAT", help="rule, examples or parameter.")] = "rule",
) -> None:
    """Print the JSON Schema with which an editor completes and checks rule files."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - only this command needs it

    kinds: dict[str, Any] = {"rule": Rule, "examples": tuple[Example, ...], "parameter": Parameter}
    if of not in kinds:
        raise UnknownNameError(Problem("WHAT", 0, f"there is no schema of `{of}`", nearest(of, kinds)))
    schema = TypeAdapter(kinds[of]).json_schema(by_alias=True)
    print_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def _summary(rule: BookRule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "topic": rule.topic,
        "country": rule.country,
        "title": rule.title,
        "version": rule.version.isoformat(),
        "owner": rule.owner,
        "sources": list(rule.sources),
        "law": list(rule.law),
        "gives": [{"kind": addition.kind, "code": addition.code} for addition in rule.then],
    }
