"""`nrm match`: which services fit one offer for the person in a case file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.bootstrap import case_document
from nrm.case.intake import read_case
from nrm.cli.match_view import as_data, show
from nrm.cli.options import AsJson, CaseFile, Language, OnDate, RulesFolder, SeedsFolder, application, day
from nrm.cli.output import print_json
from nrm.directory.candidate import candidates
from nrm.directory.distance import sane
from nrm.directory.match import match as matched
from nrm.directory.need import Zone, kept_away, need_of
from nrm.directory.sidecar import read_sidecars
from nrm.directory.store import read_directory
from nrm.errors import FileRefusedError, Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from nrm.directory.place import Point

NOTHING_FITS = 1
"""Exit code when no service fits: a coordinator must act."""

DirectoryFile = Annotated[
    Path, typer.Option("--directory", metavar="FILE", help="A directory file, made by `nrm directory import`.")
]
Sidecars = Annotated[
    Path,
    typer.Option("--sidecars", metavar="FOLDER", help="The mechanism's own records: what is confidential, free, …"),
]


def match(
    file: CaseFile,
    directory: DirectoryFile,
    sidecars: Sidecars,
    offer: Annotated[str, typer.Option("--offer", metavar="CODE", help="What is needed, such as safe_accommodation.")],
    region: Annotated[str, typer.Option("--region", help="Where the person is, if not as in the record.")] = "",
    near: Annotated[str | None, typer.Option("--near", metavar="LAT,LON", help="Where the person is now.")] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="LAT,LON,KM", help="Never here: a place of the exploiters; repeat."),
    ] = None,
    avoid: Annotated[
        list[str] | None, typer.Option("--exclude-region", metavar="NAME", help="Never in this region; repeat.")
    ] = None,
    earliest: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day of need.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="What must be free, such as bed.")] = None,
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
    if not sidecars.is_dir():
        todo = "name the folder of the mechanism's own records; without them nobody knows what is confidential"
        raise FileRefusedError(Problem("--sidecars", 0, "this is no folder", todo))
    document, today = case_document(file), day(on)
    need = need_of(app.facts(document, today), read_case(document), offer, today, region)
    need = kept_away(need, [zone(text) for text in exclude or ()], avoid or ())
    need = replace(need, near=point(near), unit=unit, earliest=day(earliest) if earliest else None)
    found = matched(need, candidates(read_directory(directory), read_sidecars(sidecars)))
    if as_json:
        print_json(as_data(found, speaker, most))
    else:
        show(found, speaker, most)
    if found.duty is not None:
        raise typer.Exit(NOTHING_FITS)


def point(text: str | None) -> Point | None:
    """Read a place typed as `LAT,LON`; an error does not repeat it, because it may be where a person is."""
    if text is None:
        return None
    numbers = _numbers(text, 2)
    found = sane(*numbers) if numbers else None
    if found is None:
        raise UnknownNameError(Problem("--near", 0, "this is no place on earth", "write it as `51.5,-0.12`"))
    return found


def zone(text: str) -> Zone:
    """Read an exclusion zone typed as `LAT,LON,KM`."""
    numbers = _numbers(text, 3)
    centre = sane(*numbers[:2]) if numbers else None
    if centre is None or not 0 < numbers[2] < float("inf"):
        todo = "write a place and more than 0 kilometres, as `51.5,-0.12,20`"
        raise UnknownNameError(Problem("--exclude", 0, "this is no circle on earth", todo))
    return Zone(centre, numbers[2])


def _numbers(text: str, many: int) -> list[float]:
    """Return the numbers in `text`, or none at all when they are not `many`."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return []
    return numbers if len(numbers) == many else []
