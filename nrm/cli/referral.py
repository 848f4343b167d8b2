"""`nrm referral`: what becomes of referrals, for those who keep the case; `referral_answers` is for services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals import answering, referring, revoking
from nrm.cli.at_office import AtOffice, AtService, spread
from nrm.cli.identifiers import CaseId, ReferralId, typed_id
from nrm.cli.options import AsJson, Language, OnDate, day
from nrm.cli.output import print_json
from nrm.cli.refer import show_referred
from nrm.cli.referral_view import Told, referral_data, show_line, show_referral, show_waiting, waiting_data

if TYPE_CHECKING:
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk

app = typer.Typer(no_args_is_help=True)

WhichCase = Annotated[
    UUID | None, typer.Argument(metavar="[CASE]", parser=typed_id, help="A case, for those who keep it.")
]
Seen = Annotated[
    int | None, typer.Option("--seen", min=1, metavar="VERSION", help="Only if it has still this version.")
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="CODE", help="Why; a word from the list.")]


@app.command("list")
@spread
def list_(at: AtService, case: WhichCase = None, lang: Language = "en", as_json: AsJson = False) -> None:
    """List the referrals of CASE, or, in the role provider, those to your service that are open."""
    if (case is None) == (at.service is None):
        raise typer.BadParameter("name a case, or, in the role provider, only --service", param_hint="CASE")
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        if case is None:
            waiting = _waiting(opened.desk, asked)
            data, many = [waiting_data(one) for one in waiting], len(waiting)
        else:
            found = referring.referrals(opened.desk, asked, case)
            data, many = [referral_data(told, *one) for one in found], len(found)
        if as_json:
            print_json(data)
        elif not many:
            told.out.line(told.speaker.phrase("referral_none"))
        elif case is None:
            for one in waiting:
                show_waiting(told, one)
        else:
            for referral, version in found:
                show_line(told, told.out, referral, version)


def _waiting(desk: Desk, asked: Asked) -> list[answering.Waiting]:
    """Return all referrals to the asker's service that are open, page by page."""
    found = answering.own_referrals(desk, asked)
    page = found
    while len(page) == answering.MOST_LISTED:
        page = answering.own_referrals(desk, asked, after=page[-1].referral)
        found += page
    return found


@app.command("show")
@spread
def show(case: CaseId, referral: ReferralId, at: AtOffice, lang: Language = "en", as_json: AsJson = False) -> None:
    """Show one referral: who may learn what, on which footing and until when, its steps, and what is possible now."""
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        kept = referring.referrals(opened.desk, asked, case)
        found = next(((one, version) for one, version in kept if one.id == referral), None)
        if found is None:
            raise NoSuchReferralError
        if as_json:
            print_json(referral_data(told, *found))
        else:
            show_referral(told, *found, at.role)


@app.command("send")
@spread
def send(
    case: CaseId,
    referral: ReferralId,
    at: AtOffice,
    seen: Seen = None,
    on: OnDate = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Send a draft, after everything was looked at again."""
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        sent = referring.send_draft(opened.desk, asked, case, referral, seen, day(on))
        show_referred(told, sent, at.role, as_json=as_json)


@app.command("revoke")
@spread
def revoke(
    case: CaseId,
    referral: ReferralId,
    at: AtOffice,
    reason: Reason = None,
    seen: Seen = None,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Take a referral back; a service that may have the package is told so, signed and sealed."""
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        after = revoking.revoke(opened.desk, asked, case, referral, seen, reason)
    if as_json:
        print_json({"referral": str(after.id), "state": after.state})
    else:
        told.out.line(f"{after.id} · {told.phrase('state', after.state)}")
