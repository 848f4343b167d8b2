"""`nrm glass`: open a case of another organisation for a few hours, and look afterwards at who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from nrm.bootstrap_store import identifier
from nrm.casework.cases import glass
from nrm.casework.cases.glass_listed import list_glass
from nrm.casework.cases.glass_places import Whose
from nrm.casework.cases.grants import GlassReason, GlassState, Verdict
from nrm.casework.office.notices import notices
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.glass_view import show, show_listed
from nrm.cli.identifiers import CaseId, argument, typed_id
from nrm.cli.options import AsJson, Language  # noqa: TC001 - read by typer at run time
from nrm.cli.output import print_json
from nrm.cli.referral_view import Told
from nrm.errors import Problem, UnknownNameError

if TYPE_CHECKING:
    from nrm.bootstrap_store import Office
    from nrm.casework.asked import Asked
    from nrm.casework.cases.glass_listed import Listed

app = typer.Typer(no_args_is_help=True)

GlassId = Annotated[
    UUID, argument("GLASS", "use what `nrm glass list` shows", "The identifier that `nrm glass list` shows.")
]
OneCase = Annotated[
    UUID | None, typer.Argument(metavar="[CASE]", parser=typed_id, help="Only this one; over all cases if not named.")
]
WhoseGlass = Annotated[
    Whose | None,
    typer.Option(
        "--whose",
        help="Over all cases: of the cases that you keep (if not said), those that name you as the second person, or "
        "what your own people broke elsewhere.",
    ),
]
Standing = Annotated[GlassState | None, typer.Option("--state", help="Over all cases: only those that stand so.")]
Most = Annotated[int, typer.Option("--most", min=1, max=10_000, help="Over all cases: how many at most.")]


@app.command("break")
@spread
def break_(
    case: CaseId,
    reason: Annotated[GlassReason, typer.Option("--reason", help="Why you must see this case at once.")],
    note: Annotated[str, typer.Option("--note", prompt=True, help="What happened, in a sentence; it is sealed.")],
    tell: Annotated[str, typer.Option("--tell", metavar="ID", help="Who hears of it at once: somebody else than you.")],
    at: AtOffice,
    hours: Annotated[int, typer.Option("--hours", min=1, max=glass.MOST_HOURS, help="For how long you may read.")] = 1,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Read a case of another organisation for a few hours; a second person and its supervisor hear of it."""
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        grant = glass.break_glass(opened.desk, asked, case, reason, note, identifier(tell), hours)
        show(told, [grant], as_json=as_json)


@app.command("end")
@spread
def end(case: CaseId, grant: GlassId, at: AtOffice, lang: Language = "en", as_json: AsJson = False) -> None:
    """End it before its time."""
    with at.opened() as (opened, asked):
        show(Told.of(opened, lang), [glass.end_glass(opened.desk, asked, case, grant)], as_json=as_json)


@app.command("review")
@spread
def review(
    case: CaseId,
    grant: GlassId,
    verdict: Annotated[Verdict, typer.Option("--verdict", help="Was it right to open the case?")],
    at: AtOffice,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Say whether it was right; this ends the supervisor's task, and what still runs."""
    with at.opened() as (opened, asked):
        found = glass.review_glass(opened.desk, asked, case, grant, verdict)
        show(Told.of(opened, lang), [found], as_json=as_json)


@app.command("list")
@spread
def list_(
    at: AtOffice,
    case: OneCase = None,
    whose: WhoseGlass = None,
    state: Standing = None,
    most: Most = 100,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List who opened a case from outside, why, and what came of it; or over all cases, the newest first."""
    if case is not None and (whose is not None or state is not None):
        what = "`--whose` and `--state` are of the list over all cases"
        raise UnknownNameError(Problem("CASE", 0, what, "leave out the case, or the options"))
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        if case is not None:
            show(told, glass.glasses(opened.desk, asked, case), as_json=as_json)
        else:
            show_listed(told, _all(opened, asked, whose or "kept", state, most), as_json=as_json)


@app.command("notices")
@spread
def notices_(at: AtOffice, lang: Language = "en", as_json: AsJson = False) -> None:
    """List what you were told, the newest first."""
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        found = notices(opened.desk, asked)
        if as_json:
            print_json([one.model_dump(mode="json") for one in found])
            return
        if not found:
            told.out.line(told.speaker.phrase("notice_nothing"))
        for one in found:
            told.out.line(f"{told.moment(one.at)} · {told.phrase('notice', one.kind)}", "bold")
            told.out.line(" · ".join(str(part) for part in (one.case, one.about) if part is not None), "dim", 2)


def _all(opened: Office, asked: Asked, whose: Whose, state: GlassState | None, most: int) -> list[Listed]:
    """Return as many as are wanted, part after part."""
    part = list_glass(opened.desk, asked, whose, state, None, most)
    found = part.items
    while part.next is not None and len(found) < most:
        part = list_glass(opened.desk, asked, whose, state, part.next, most - len(found))
        found = found + part.items
    return found
