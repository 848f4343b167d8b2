"""`nrm duty`: what is to be done for a case, by whom and until when, and that it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from nrm.casework.clocks import duties
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.identifiers import CaseId, argument
from nrm.cli.options import AsJson, Language  # noqa: TC001 - read by typer at run time
from nrm.cli.output import print_json
from nrm.cli.referral_view import Told
from nrm.referral.escalation import CHASED

if TYPE_CHECKING:
    from datetime import datetime

    from nrm.cli.output import Printer
    from nrm.referral.clock import Clock

app = typer.Typer(no_args_is_help=True)

DutyId = Annotated[
    UUID, argument("DUTY", "use what `nrm duty list` shows", "The identifier that `nrm duty list` shows.")
]


@app.command("list")
@spread
def list_(case: CaseId, at: AtOffice, lang: Language = "en", as_json: AsJson = False) -> None:
    """List what is to be done for a case: duties of its plan, and tasks; what is due first comes first."""
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        found = duties.duties(opened.desk, asked, case)
        now = opened.desk.clock()
        if as_json:
            print_json([_data(told, one, now) for one in found])
        else:
            _show(told, found, now)


@app.command("done")
@spread
def done(case: CaseId, duty: DutyId, at: AtOffice, lang: Language = "en", as_json: AsJson = False) -> None:
    """Note that a duty or a task is done."""
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        ended = duties.finish(opened.desk, asked, case, duty)
        if as_json:
            print_json(_data(told, ended, opened.desk.clock()))
        else:
            told.out.line(told.speaker.phrase("duty_done", label=_label(told, ended)), "green")


def _label(told: Told, one: Clock) -> str:
    """Return the words for a duty of the plan, from the vocabulary, or for a task, from its own table."""
    if one.kind == "duty":
        return told.word(told.speaker.words.duties, one.code)
    tasks = told.opened.desk.counter.tasks.tasks
    return told.word({code: task.named for code, task in tasks.items()}, one.code)


def _late(one: Clock, now: datetime) -> bool:
    return one.kind in CHASED and (one.state == "late" or (one.state == "running" and one.due <= now))


def _data(told: Told, one: Clock, now: datetime) -> dict[str, Any]:
    return {
        "duty": str(one.id),
        "kind": one.kind,
        "code": one.code,
        "label": _label(told, one),
        "by": one.by,
        "offer": one.offer,
        "due": one.due.isoformat(),
        "due_local": told.moment(one.due),
        "state": one.state,
        "late": _late(one, now),
        "told": list(one.told),
        "why": list(one.why),
    }


def _show(told: Told, found: list[Clock], now: datetime) -> None:
    """Print what somebody must do, and below it what will come by itself."""
    out, say = told.out, told.speaker.phrase
    if not found:
        out.line(say("duty_nothing"))
    for title, ours in (("duty_title", True), ("duty_comes", False)):
        lines = [one for one in found if (one.kind in CHASED) == ours]
        if lines:
            out.line(f"{say(title)} ({len(lines)})", "bold cyan")
        for one in lines:
            _line(told, out, one, now)


def _line(told: Told, out: Printer, one: Clock, now: datetime) -> None:
    offer = f" – {told.word(told.speaker.words.offers, one.offer)}" if one.offer is not None else ""
    out.line(f"• {_label(told, one)}{offer}", indent=2)
    due = told.speaker.phrase("duty_by", by=told.role(one.by), moment=told.moment(one.due))
    late = _late(one, now)
    out.line(f"{due} · {told.speaker.phrase('duty_late')}" if late else due, "bold red" if late else "yellow", 4)
    offers = told.speaker.words.offers
    why = [told.word(offers, code) if code in offers else told.phrase("reason", code) for code in one.why]
    if why:
        out.line(told.speaker.both(why), "dim", 4)
    if one.kind in CHASED:
        out.line(str(one.id), "dim", 4)
