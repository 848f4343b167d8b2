"""`nrm match`: which services fit one offer for the person in a case file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from nrm.bootstrap import case_document
from nrm.case.intake import read_case
from nrm.cli.asking import HomeElse, RoleElse, WhoElse  # noqa: TC001 - read by typer at run time
from nrm.cli.directory_place import Installed, found
from nrm.cli.match_view import as_data, show
from nrm.cli.options import AsJson, CaseFile, Language, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import print_json
from nrm.cli.places import Earliest, Exclude, ExcludeRegion, Near, Region, Unit, point, zone
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - as above
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


def match(
    file: CaseFile,
    offer: Annotated[str, typer.Option("--offer", metavar="CODE", help="What is needed, such as safe_accommodation.")],
    directory: DirectoryFile = None,
    sidecars: Sidecars = None,
    home: HomeElse = None,
    who: WhoElse = "",
    role: RoleElse = "",
    passphrase_file: PassphraseFile = None,
    region: Region = "",
    near: Near = None,
    exclude: Exclude = None,
    avoid: ExcludeRegion = None,
    earliest: Earliest = None,
    unit: Unit = None,
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
    need = need_of(app.facts(document, today), read_case(document), offer, today, region)
    need = kept_away(need, [zone(text) for text in exclude or ()], avoid or ())
    need = replace(need, near=point(near), unit=unit, earliest=day(earliest, "--from") if earliest else None)
    services = found(directory, sidecars, Installed(home, who, role, passphrase_file))
    matches = matched(need, services.services)
    if as_json:
        print_json(as_data(matches, speaker, most))
    else:
        show(matches, speaker, most)
    if matches.duty is not None:
        raise typer.Exit(NOTHING_FITS)
