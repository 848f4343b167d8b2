"""`nrm match`: which services fit one offer for the person in a case file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from nrm.bootstrap import case_document
from nrm.case.intake import read_case
from nrm.cli.at_office import spread
from nrm.cli.directory_place import Installed, found
from nrm.cli.match_view import as_data, show
from nrm.cli.options import AsJson, CaseFile, Language, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import print_json
from nrm.cli.places import Places, point, zone
from nrm.directory.match import match as matched
from nrm.directory.need import kept_away, need_of
from nrm.errors import Problem, UnknownNameError, nearest

NOTHING_FITS = 1
"""Exit code when no service fits: a coordinator must act."""

DirectoryFile = Annotated[
    Path | None,
    typer.Option("--directory", metavar="FILE", help="A directory file; else the directory of the installation."),
]
Sidecars = Annotated[
    Path | None,
    typer.Option("--sidecars", metavar="FOLDER", help="With --directory: the records of what is confidential, free, …"),
]


@spread
def match(
    file: CaseFile,
    at: Installed,
    places: Places,
    offer: Annotated[str, typer.Option("--offer", metavar="CODE", help="What is needed, such as safe_accommodation.")],
    directory: DirectoryFile = None,
    sidecars: Sidecars = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Show so many.")] = 10,
    on: OnDate = None,
    lang: Language = "en",
    as_json: AsJson = False,
    rules: RulesFolder = None,
    seeds: SeedsFolder = None,
) -> None:
    """Rank the services for one offer to the person in FILE, and say why; leaves with 1 when none fits."""
    app = application(rules, seeds)
    speaker = app.speaker(lang)
    if offer not in app.files.vocabulary.offers:
        known = nearest(offer, app.files.vocabulary.offers)
        raise UnknownNameError(Problem("--offer", 0, f"there is no offer `{offer}`", known))
    document, today = case_document(file), day(on)
    need = need_of(app.facts(document, today), read_case(document), offer, today, places.region)
    need = kept_away(need, [zone(text) for text in places.exclude or ()], places.avoid or ())
    earliest = day(places.earliest, "--from") if places.earliest else None
    need = replace(need, near=point(places.near), unit=places.unit, earliest=earliest)
    services = found(directory, sidecars, at)
    matches = matched(need, services.services)
    if as_json:
        print_json(as_data(matches, speaker, most))
    else:
        show(matches, speaker, most)
    if matches.duty is not None:
        raise typer.Exit(NOTHING_FITS)
