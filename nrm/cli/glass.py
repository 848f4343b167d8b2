"""`nrm glass`: open a case of another organisation for a few hours, and look afterwards at who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from nrm.bootstrap_store import identifier
from nrm.casework.cases import glass
from nrm.casework.cases.grants import GlassReason, Verdict  # noqa: TC001 - read by typer at run time
from nrm.casework.office.notices import notices
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.identifiers import CaseId, argument
from nrm.cli.options import AsJson, Language  # noqa: TC001 - as above
from nrm.cli.output import print_json
from nrm.cli.referral_view import Told

if TYPE_CHECKING:
    from nrm.casework.cases.grants import Glass

app = typer.Typer(no_args_is_help=True)

GlassId = Annotated[
    UUID, argument("GLASS", "use what `nrm glass list` shows", "The identifier that `nrm glass list` shows.")
]


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
        _show(told, [grant], as_json=as_json)


@app.command("end")
@spread
def end(case: CaseId, grant: GlassId, at: AtOffice, lang: Language = "en", as_json: AsJson = False) -> None:
    """End it before its time."""
    with at.opened() as (opened, asked):
        _show(Told.of(opened, lang), [glass.end_glass(opened.desk, asked, case, grant)], as_json=as_json)


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
        _show(Told.of(opened, lang), [found], as_json=as_json)


@app.command("list")
@spread
def list_(case: CaseId, at: AtOffice, lang: Language = "en", as_json: AsJson = False) -> None:
    """List who opened a case from outside, why, and what came of it."""
    with at.opened() as (opened, asked):
        _show(Told.of(opened, lang), glass.glasses(opened.desk, asked, case), as_json=as_json)


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


def _show(told: Told, found: list[Glass], *, as_json: bool) -> None:
    if as_json:
        print_json([_data(one) for one in found])
        return
    if not found:
        told.out.line(told.speaker.phrase("glass_nothing"))
    now = told.opened.desk.clock()
    for one in found:
        end = one.ended or one.until
        when = told.speaker.phrase("glass_in_force" if one.in_force(now) else "glass_over", moment=told.moment(end))
        verdict = "verdict" if one.reviewed is not None else "glass"
        found_so = told.phrase(verdict, one.reviewed.verdict if one.reviewed is not None else "not_reviewed")
        told.out.line(f"{told.phrase('glass', one.reason)} · {when} · {found_so}", "bold")
        told.out.line(one.note, indent=2)
        told.out.line(f"{one.id} · {told.role(one.role)}", "dim", 2)


def _data(one: Glass) -> dict[str, Any]:
    return {"glass": str(one.id), **one.model_dump(mode="json", exclude={"id"})}
