"""`nrm refer`: ask a service for help, with what it may know and no more; or learn who must act because none can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nrm.casework.referrals import referring
from nrm.cli.asking import To, service_key
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.identifiers import Attach, CaseId  # noqa: TC001 - read by typer at run time
from nrm.cli.options import AsJson, Country, Language, OnDate, day
from nrm.cli.output import print_json
from nrm.cli.places import Places  # noqa: TC001 - read by typer at run time
from nrm.cli.referral_view import Told, referral_data, service_data, show_referral

if TYPE_CHECKING:
    from nrm.casework.referrals.referring import Referred

UNKNOWN = "_unknown"
"""How a reason ends that a question to the service can settle: whoever has asked it names the service."""

NOBODY = 1
"""Exit code when no service could be asked: somebody has a task now."""


@spread
def refer(
    case: CaseId,
    at: AtOffice,
    places: Places,
    offer: Annotated[str | None, typer.Option("--offer", metavar="CODE", help="The help that is asked for.")] = None,
    disclosure: Annotated[
        str | None, typer.Option("--disclosure", metavar="CODE", help="Or only what is to be told; needs --to.")
    ] = None,
    to: To = None,
    hold: Annotated[bool, typer.Option("--hold", help="Only a draft; `nrm referral send` sends it.")] = False,
    attach: Attach = None,
    on: OnDate = None,
    country: Country = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Decide, find the best service that can be asked, seal what it may know, and send it; leaves with 1 if none can.

    --lang is the language of the package too.
    """
    if (offer is None) == (disclosure is None):
        raise typer.BadParameter("name one of the two", param_hint="--offer / --disclosure")
    if disclosure is not None and to is None:
        raise typer.BadParameter("say whom: the directory chooses only for an offer", param_hint="--to")
    there = places.where()
    service = service_key(to) if to is not None else None
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        request = referring.Request(offer, disclosure, service, told.speaker.language, there, hold, tuple(attach or ()))
        done = referring.refer(opened.desk, asked, case, request, day(on), country or opened.home.country)
        show_referred(told, done, at.role, offer, as_json=as_json)
    if done.referral is None:
        raise typer.Exit(NOBODY)


def show_referred(told: Told, done: Referred, role: str, offer: str | None = None, *, as_json: bool) -> None:
    """Show the referral that came of it, or whose task it is now and why each service could not be asked."""
    if as_json:
        print_json(_data(told, done, offer))
        return
    out, say = told.out, told.speaker.phrase
    if done.referral is not None:
        show_referral(told, done.referral, done.version, role)
    if done.task is not None:
        task = told.opened.desk.counter.tasks[done.task]
        out.line(say("referral_nobody"), "bold red")
        by = told.role(_whose(told, done, offer))
        out.line(say("referral_falls", by=by, task=task.named.label.in_(told.speaker.language)), indent=2)
    for one in done.tried:
        reason = told.phrase("reason", one.why)
        out.line(say("referral_not_asked", service=told.service(one.service), reason=reason), "dim", 2)
    if done.referral is None and any(one.why.endswith(UNKNOWN) for one in done.tried):
        out.line(say("referral_name_it"), "yellow", 2)


def _whose(told: Told, done: Referred, offer: str | None) -> str:
    """Return the role that has the task now; what no service is asked for has a role of its own."""
    counter = told.opened.desk.counter
    by = counter.routes.arranged_by(offer) if offer is not None else None
    return "" if done.task is None else by or counter.tasks[done.task].by


def _data(told: Told, done: Referred, offer: str | None) -> dict[str, Any]:
    return {
        "referral": referral_data(told, done.referral, done.version) if done.referral is not None else None,
        "task": done.task,
        "by": _whose(told, done, offer) or None,
        "not_asked": [{"service": service_data(told, one.service), "reason": one.why} for one in done.tried],
    }
