"""`nrm referral`: what becomes of referrals, for those who keep the case; `referral_answers` is for services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nrm.casework.asked import CASE_MANAGEMENT
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals import answering, referring, revoking
from nrm.cli.asking import HomeFolder, Organisation, Purpose, Role, Service, Who, answering_as, asking, office
from nrm.cli.cases import CaseId, typed_id
from nrm.cli.options import AsJson, Language, OnDate, day
from nrm.cli.output import print_json
from nrm.cli.refer import show_referred
from nrm.cli.referral_view import Told, referral_data, show_line, show_referral, show_waiting, waiting_data
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - read by typer at run time

if TYPE_CHECKING:
    from uuid import UUID

app = typer.Typer(no_args_is_help=True)

ReferralId = Annotated[str, typer.Argument(metavar="REFERRAL", help="The identifier that `nrm referral list` shows.")]
Seen = Annotated[
    int | None, typer.Option("--seen", min=1, metavar="VERSION", help="Only if it has still this version.")
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="CODE", help="Why; a word from the list.")]


def referral_id(text: str) -> UUID:
    """Return the identifier of a referral that was typed. Raises `UnknownNameError`."""
    return typed_id(text, "REFERRAL", "use what `nrm referral list` shows")


@app.command("list")
def list_(
    home: HomeFolder,
    who: Who,
    role: Role,
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="A case, for those who keep it.")] = None,
    service: Service = None,
    lang: Language = "en",
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """List the referrals of CASE, or, in the role provider, those to your service that are open."""
    if (case is None) == (service is None):
        raise typer.BadParameter("name a case, or, in the role provider, only --service", param_hint="CASE")
    with office(home, passphrase_file) as opened:
        told = Told.of(opened, lang)
        asked = answering_as(opened, who, organisation, role, service, purpose)
        if case is None:
            waiting = answering.own_referrals(opened.desk, asked)
            data, many = [waiting_data(one) for one in waiting], len(waiting)
        else:
            found = referring.referrals(opened.desk, asked, typed_id(case))
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


@app.command("show")
def show(
    case: CaseId,
    referral: ReferralId,
    home: HomeFolder,
    who: Who,
    role: Role,
    lang: Language = "en",
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Show one referral: who may learn what, on which footing and until when, its steps, and what is possible now."""
    wanted = referral_id(referral)
    with office(home, passphrase_file) as opened:
        told = Told.of(opened, lang)
        asked = asking(opened, who, organisation, role, purpose)
        kept = referring.referrals(opened.desk, asked, typed_id(case))
        found = next(((one, version) for one, version in kept if one.id == wanted), None)
        if found is None:
            raise NoSuchReferralError
        if as_json:
            print_json(referral_data(told, *found))
        else:
            show_referral(told, *found, role)


@app.command("send")
def send(
    case: CaseId,
    referral: ReferralId,
    home: HomeFolder,
    who: Who,
    role: Role,
    seen: Seen = None,
    on: OnDate = None,
    lang: Language = "en",
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Send a draft, after everything was looked at again."""
    wanted = referral_id(referral)
    with office(home, passphrase_file) as opened:
        told = Told.of(opened, lang)
        asked = asking(opened, who, organisation, role, purpose)
        sent = referring.send_draft(opened.desk, asked, typed_id(case), wanted, seen, day(on))
        show_referred(told, sent, role, as_json=as_json)


@app.command("revoke")
def revoke(
    case: CaseId,
    referral: ReferralId,
    home: HomeFolder,
    who: Who,
    role: Role,
    reason: Reason = None,
    seen: Seen = None,
    lang: Language = "en",
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Take a referral back; a service that may have the package is told so, signed and sealed."""
    wanted = referral_id(referral)
    with office(home, passphrase_file) as opened:
        told = Told.of(opened, lang)
        asked = asking(opened, who, organisation, role, purpose)
        after = revoking.revoke(opened.desk, asked, typed_id(case), wanted, seen, reason)
    if as_json:
        print_json({"referral": str(after.id), "state": after.state})
    else:
        told.out.line(f"{after.id} · {told.phrase('state', after.state)}")
