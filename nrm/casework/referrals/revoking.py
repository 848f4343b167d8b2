"""Take a referral back: because somebody says so, or because what it rested on is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nrm.casework.clocks.follow_up import settle
from nrm.casework.items import change_referral, ledger, referral_of, referrals_of
from nrm.casework.referrals.sending import post_revocation
from nrm.casework.referrals.steps import take
from nrm.casework.work import Work, on_case
from nrm.referral.agreement import broken

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports_referral import ReferralRow
    from nrm.engine.plan import Plan
    from nrm.referral.referral import Referral

HAD: Final = frozenset({"declined", "completed", "expired"})
"""The states of a referral that ended, and whose service may have its package."""

_WHY = {"refused": "consent_withdrawn", "withdrawn": "consent_withdrawn"}


def revoke(desk: Desk, asked: Asked, case: UUID, referral: UUID, seen: int | None, reason: str | None) -> Referral:
    """Take a referral back; the service gets a signed revocation if it may have the package.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, NoSuchReferralError: not for this asker, or not there.
        StaleVersionError: it changed since version `seen`.
        TransitionRefusedError: it has ended already, or the reason is missing or not on the list.
    """

    def take_back(work: Work) -> Referral:
        row, one = referral_of(work.unit, work.case, referral, seen)
        _, after = take(work, row, one, "revoke", reason)
        settle(work)
        return after

    return on_case(desk, asked, case, "referral:revoke", take_back)


@dataclass(frozen=True)
class Age:
    """What is known of the person's age now: treated as a child, and the day of coming of age."""

    child: bool
    of_age: date | None


def revoke_broken(work: Work, on: date, age: Age | None = None) -> list[Referral]:
    """Revoke, as the program, every live referral that no longer rests on a consent; duties need none.

    INVARIANT (a withdrawal reaches every recipient): one that had ended before is recalled; its service has the package
    all the same, and is asked to delete it, once.

    `age` is None where the record was not opened: then what was known when the referral was made counts.
    """
    lines = ledger(work.unit, work.case)
    ended = []
    for row, one in referrals_of(work.unit, work.case):
        now = age or Age(one.child, one.of_age)
        why = broken(one, lines, on, child=now.child, of_age=now.of_age)
        if why is not None and one.live:
            _, after = take(work.by_worker(), row, one, "revoke", _WHY.get(why, "consent_over"))
            ended.append(after)
        elif why is not None and one.state in HAD and not one.recalled:
            _recall(work.by_worker(), row, one)
    return ended


def _recall(work: Work, row: ReferralRow, referral: Referral) -> None:
    post_revocation(work.desk, work.unit, work.case, referral)
    recalled = referral.model_copy(update={"recalled": True})
    change_referral(work.unit, work.case, row, work.desk.clock(), recalled)
    told = {"referral": str(referral.id)}
    work.journal.write(
        work.unit, "referral:recall", case=work.case, details=told, purpose=referral.purpose, basis=referral.basis
    )


def revoke_barred(work: Work, plan: Plan) -> None:
    """Revoke, as the program, every live referral whose disclosure, or the duty it rests on, a bar now withholds.

    So does one that asks for no help and rests on a consent, as that to share a name abroad, when the plan does not
    disclose it any more. Other referrals that the plan just does not name stay until a person looks: a machine takes no
    help away and lets no duty fade. Neither does it anything while the engines differ.
    """
    if plan.disputed:
        return
    barred = {line.code for line in plan.withheld}
    for row, one in referrals_of(work.unit, work.case):
        told_only = one.offer is None and one.basis == "consent"
        gone = told_only and one.disclosure not in plan.codes("disclosure")
        if one.live and (gone or barred & {one.disclosure, one.duty}):
            take(work.by_worker(), row, one, "revoke", "no_longer_permitted")


def revoke_for(work: Work, offer: str) -> None:
    """Revoke, as the program, the live referral for an offer that the person does not want."""
    for row, one in referrals_of(work.unit, work.case):
        if one.live and one.offer == offer:
            take(work.by_worker(), row, one, "revoke", "not_wanted")
