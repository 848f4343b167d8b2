"""Where a confidential service stands: told to one official, who brings the person there, once it has accepted.

INVARIANT (one person knows the way): nobody else is told the address, and nobody before the service said yes; each time
it is told is an entry in the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.access import Case, Directory
from nrm.casework.asked import NotPermittedError, permit
from nrm.casework.items import change_referral, referral_of
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase
from nrm.casework.work import Work, held, on_case

if TYPE_CHECKING:
    from uuid import UUID

    from pydantic import SecretStr

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.ports_referral import ReferralRow
    from nrm.referral.referral import Referral

TAKEN = frozenset({"accepted", "in_progress"})
"""The states in which a service waits for the person, or has them."""


def name_transporter(desk: Desk, asked: Asked, case: UUID, referral: UUID, who: UUID, seen: int | None = None) -> int:
    """Say which official brings the person to the service, and return the version of the referral since.

    A new one takes the place of the one before.

    Raises:
        NoSuchReferralError: the case has no such referral.
        StaleVersionError: it changed since version `seen`.
        NotPermittedError: the service has not accepted.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """

    def name(work: Work) -> int:
        row, one = _taken(work.unit, work.case, referral, seen)
        named = one.model_copy(update={"transporter": who})
        kept = change_referral(work.unit, work.case, row, desk.clock(), named)
        told = {"referral": str(referral), "transporter": str(who)}
        work.journal.write(work.unit, "case:assign", case=work.case, details=told)
        return kept.version

    return on_case(desk, asked, case, "case:assign", name)


def whereabouts(desk: Desk, asked: Asked, case: UUID, referral: UUID) -> SecretStr | None:
    """Return the confidential address of the service that accepted; None when it keeps none.

    Raises:
        NotPermittedError: the asker is not the one who brings the person there, or the service has not accepted.
        and as `name_transporter`.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> SecretStr | None:
        permit(asked, "directory:read", Directory)
        permit(asked, "referral:send", Case)  # those who keep the directory, or broke the glass, bring nobody anywhere
        open_ = OpenCase.of(held(desk, unit, asked, case, "referral:send").row, desk.keyring)
        _, one = _taken(unit, open_, referral)
        if one.transporter != asked.who:
            raise NotPermittedError("not_assigned", "only the official who brings the person there learns the address")
        sidecar = desk.counter.services.sidecar(one.service)
        journal.write(unit, "directory:read", case=open_, details={"referral": str(referral)})
        return sidecar.confidential_address if sidecar is not None else None

    return journal.attempt("directory:read", work)


def _taken(unit: UnitOfWork, case: OpenCase, referral: UUID, seen: int | None = None) -> tuple[ReferralRow, Referral]:
    found = referral_of(unit, case, referral, seen)
    if found[1].state not in TAKEN:
        raise NotPermittedError("not_permitted", "the service has not accepted, so its address is told to nobody")
    return found
