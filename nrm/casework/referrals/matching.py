"""Which services fit an offer for a stored case; nobody is asked, and nothing of the person is told to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.case.record import GROUPS
from nrm.casework.cases.deciding import whole
from nrm.casework.referrals.placing import need
from nrm.casework.work import Work, on_case
from nrm.directory.match import Accepted, Refused, judge
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.directory.index import Ranking
    from nrm.directory.match import NoService, Reasons
    from nrm.referral.referral import Where


@dataclass(frozen=True)
class Fitting:
    """The best services, and some that answer the offer and cannot be, each explained.

    `accepted_in_all` counts all that fit. `reasons` and `duty` are those of `nrm.directory.match.Matches`.
    """

    offer: str
    accepted: tuple[Accepted, ...]
    accepted_in_all: int
    refused: tuple[Refused, ...]
    reasons: Reasons
    duty: NoService | None


def matches(desk: Desk, asked: Asked, case: UUID, offer: str, where: Where, on: date, most: int = 10) -> Fitting:
    """Rank the services for one offer to the person of a case, and explain at most `most` of each kind.

    Raises:
        UnknownNameError: there is no such offer.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: the case cannot be opened by this asker, or at all.
    """

    def rank(work: Work) -> Fitting:
        words = desk.books.words()
        if offer not in words.offers:
            raise UnknownNameError(Problem("--offer", 0, "there is no such offer", nearest(offer, words.offers)))
        seen = whole(work, on, words)
        opened = [name for name in GROUPS if name in seen.parts]
        work.journal.write(work.unit, "match:make", case=work.case, groups=opened)
        return _explained(desk.counter.services.rank(need(seen, offer, where, on)), most)

    return on_case(desk, asked, case, "match:make", rank, groups=GROUPS)


def _explained(ranking: Ranking, most: int) -> Fitting:
    fit = set(ranking.rows.tolist())
    others = [one for row, one in enumerate(ranking.candidates) if row not in fit]
    judged = (judge(ranking.need, one) for one in others[:most])
    return Fitting(
        offer=ranking.need.offer,
        accepted=ranking.first(most),
        accepted_in_all=len(fit),
        refused=tuple(one for one in judged if isinstance(one, Refused)),
        reasons=ranking.reasons,
        duty=ranking.duty,
    )
