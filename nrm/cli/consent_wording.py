"""`nrm consent wording`: what is read out before anybody is asked for consent; it needs no stored case."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer at run time
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.bootstrap_counter import Tables
from nrm.bootstrap_store import read_home
from nrm.cli.asking import To, office, service_key
from nrm.cli.consent import Groups, Until, Wording, app, typed_groups
from nrm.cli.options import AsJson, Language, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import Printer, print_json
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - as above
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.referral.spoken import Listener  # noqa: TC001 - as above

if TYPE_CHECKING:
    from datetime import date

    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Disclosure

__all__ = ["app"]


@app.command("wording")
def wording(
    disclosure: Annotated[
        str | None, typer.Option("--disclosure", metavar="CODE", help="What is asked for; without it, what there is.")
    ] = None,
    listener: Annotated[
        Listener, typer.Option("--read-to", help="Who listens; of a child, the guardian too.")
    ] = "person",
    to: To = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The service by name, in place of --to.")
    ] = None,
    group: Groups = None,
    until: Until = None,
    version: Wording = None,
    on: OnDate = None,
    lang: Language = "en",
    home: Annotated[
        Path | None,
        typer.Option("--home", metavar="DIR", envvar="NRM_HOME", help="Whose rules, and services for --to."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Print what is to be read out before consent is asked for, word for word."""
    service = service_key(to) if to is not None else None
    if service is not None and (home is None or name is not None):
        raise typer.BadParameter("needs --home, which has the service's name; or give --name alone", param_hint="--to")
    own = read_home(home) if home is not None else None
    app_ = application(rules or (own.rules if own else None), seeds or (own.seeds if own else None))
    speaker, wordings, today = app_.speaker(lang), Tables(app_).wordings, day(on)
    asked_for = {code: one for code, one in speaker.words.disclosures.items() if one.basis == "consent"}
    if disclosure is None:
        _show_all(asked_for, speaker, today, as_json=as_json)
        return
    if disclosure not in asked_for:
        what = f"`{disclosure}` is nothing that consent is asked for"
        raise UnknownNameError(Problem("--disclosure", 0, what, nearest(disclosure, asked_for)))
    if service is not None and home is not None:
        with office(home, passphrase_file) as opened:
            found = opened.desk.counter.services.candidate(service)
        if found is None:
            todo = "`nrm directory list` shows the services"
            raise UnknownNameError(Problem("--to", 0, "the directory has no such service", todo))
        name = found.name
    one = asked_for[disclosure]
    groups = typed_groups(group) or one.groups
    beyond = [named for named in groups if named not in one.groups]
    if beyond:
        what = f"`{disclosure}` never tells {', '.join(f'`{named}`' for named in beyond)}"
        raise UnknownNameError(Problem("--group", 0, what, nearest("", one.groups)))
    end = day(until, "--until") if until is not None else None
    version = version or wordings.version_on(today)
    text = wordings.spoken(one.purpose, one.recipient, groups, name, end, speaker.language, version, to=listener)
    if as_json:
        print_json({"wording": version, "language": speaker.language, "read_to": listener, "text": text})
        return
    out = Printer(speaker.language)
    for line in text.splitlines():
        out.line(line)
    out.line(f"wording {version}", "dim")


def _show_all(asked_for: dict[str, Disclosure], speaker: Speaker, on: date, *, as_json: bool) -> None:
    if as_json:
        print_json([{"disclosure": code, "label": speaker.label(code), "groups": list(one.groups)}
                    for code, one in asked_for.items()])  # fmt: skip
        return
    out = Printer(speaker.language)
    out.line(speaker.phrase("consent_to_ask", date=speaker.day(on)), "bold")
    for code in asked_for:
        out.line(f"{code}: {speaker.label(code)}", indent=2)
        out.line(speaker.phrase("shared_how", **speaker.sharing(code)), "dim", 4)
