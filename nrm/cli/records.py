"""`nrm case`: the form of a case record, and the facts that one establishes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from nrm.bootstrap import case_document
from nrm.case.schema import json_schema
from nrm.case.template import template
from nrm.cli.options import AsJson, CaseFile, Language, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import Printer, print_json
from nrm.rulebook.fact_forms import fact_comments, fact_schemas
from nrm.rulebook.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from nrm.engine.facts import FactValue

app = typer.Typer(no_args_is_help=True)


@app.command("new")
def new(lang: Language = "en", rules: RulesFolder = None, seeds: SeedsFolder = None) -> None:
    """Print an empty case record with a comment on each field; fill in what you know, nothing is required."""
    application_ = application(rules, seeds)
    speaker = application_.speaker(lang)
    sys.stdout.write(template(fact_comments(application_.files.vocabulary, speaker.language)))
    sys.stdout.flush()


@app.command("schema")
def schema(rules: RulesFolder = None, seeds: SeedsFolder = None) -> None:
    """Print the JSON Schema of a case record."""
    print_json(json_schema(fact_schemas(application(rules, seeds).files.vocabulary)))


@app.command("facts")
def facts(
    file: CaseFile,
    on: OnDate = None,
    lang: Language = "en",
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Show the coded facts that FILE establishes: all that the rules will ever see of the person."""
    application_ = application(rules, seeds)
    speaker = application_.speaker(lang)
    established = application_.facts(case_document(file), day(on))
    known = {name: value for name, value in established.items() if _known(value)}
    if as_json:
        print_json({name: sorted(value) if isinstance(value, frozenset) else value for name, value in known.items()})
        return
    out = Printer(speaker.language)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)  # the code is what a person copies
    for name, value in known.items():
        values = sorted(value) if isinstance(value, frozenset) else [str(value)]
        said = ", ".join(speaker.value(name, one) for one in values)
        table.add_row(out.directed(speaker.fact(name)), out.directed(said), out.directed(name))
    out.console.print(table)


def _known(value: FactValue) -> bool:
    return value not in (UNKNOWN, None, frozenset())
