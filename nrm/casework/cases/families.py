"""Cases of one family, linked: that one is in danger raises the other, and nothing else passes between them.

INVARIANT (only danger passes): of a linked case nobody learns more than that a relative is at risk: not which finding,
which service, which facts, and not what the other case is called, except its identifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from nrm.access import Case
from nrm.casework.asked import OtherOrganisationError, permit
from nrm.casework.cases.last_plan import last_plan
from nrm.casework.clocks.follow_up import need_person
from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.casework.items import LINK, add_item, change_item, links
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase
from nrm.casework.work import Work, held, on_case
from nrm.errors import CaseRefusedError, Problem
from nrm.referral.family import Link, Relation

if TYPE_CHECKING:
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.engine.plan import Plan

DANGER: Final = "at_high_risk"
"""The finding that raises the linked cases."""

HEARD: Final = "family_at_risk"
"""The fact that is then `yes` for them."""

_SEEN_FROM_THERE: dict[Relation, Relation] = {
    "sibling": "sibling",
    "parent": "child",
    "child": "parent",
    "partner": "partner",
    "other_relative": "other_relative",
}


def family(desk: Desk, asked: Asked, case: UUID) -> list[Link]:
    """Return the links of a case that were not ended, the oldest first, to those who keep it (errors as `on_case`).

    INVARIANT (broken glass leads to no relative): whoever broke it for one case hears of no other.
    """

    def read(work: Work) -> list[Link]:
        if work.case.organisation != asked.organisation:
            raise OtherOrganisationError
        work.journal.write(work.unit, "case:read", case=work.case)
        return [one for _, one in links(work.unit, work.case)]

    return on_case(desk, asked, case, "case:read", read)


def link(desk: Desk, asked: Asked, case: UUID, other: UUID, relation: Relation) -> None:
    """Link two cases that the asker's organisation keeps; `relation` is what the other person is to the first.

    A danger that the newest plan of one knows raises the other at once.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: one of them cannot be opened by this asker, or at all.
        CaseRefusedError: both are the same.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        permit(asked, "case:change", Case)
        if case == other:
            raise CaseRefusedError(Problem("other", 0, "a case is not linked with itself", "name that of the relative"))
        now = desk.clock()
        # In one order for everybody, so that two who link at the same time do not wait for each other for ever.
        for here, there, seen in sorted(((case, other, relation), (other, case, _SEEN_FROM_THERE[relation]))):
            kept = held(desk, unit, asked, here, "case:change").row
            open_ = OpenCase.of(kept, desk.keyring)
            if all(one.other != there for _, one in links(unit, open_)):
                known = last_plan(unit, OpenCase.of(held(desk, unit, asked, there, "case:change").row, desk.keyring))
                raised = DANGER in known.findings
                end = Link(id=uuid4(), at=now, other=there, relation=seen, raised=raised)
                # The store is told another moment at each end: the same one would tell who belongs together.
                add_item(unit, open_, LINK, kept.opened_at, end)
                if raised:
                    need_person(Work(desk, unit, journal, asked, open_), "relative_at_risk")
            journal.write(unit, "case:change", case=open_, details={"linked": seen})

    journal.attempt("case:change", work)


def unlink(desk: Desk, asked: Asked, case: UUID, other: UUID) -> None:
    """End the link between two cases; a danger that was told stays told until the case is decided again."""
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        permit(asked, "case:change", Case)
        found = False
        for here, there in sorted(((case, other), (other, case))):
            kept = held(desk, unit, asked, here, "case:change").row
            if here == other and kept.wrapped_key is None:
                continue  # it was shredded, and its end of the link with it
            open_ = OpenCase.of(kept, desk.keyring)
            for row, one in links(unit, open_):
                if one.other == there:
                    found = True
                    change_item(unit, open_, row, one.model_copy(update={"ended": True}))
            journal.write(unit, "case:change", case=open_, details={"linked": "ended"})
        if not found:
            raise NoSuchCaseError

    journal.attempt("case:change", work)


def told_by_family(unit: UnitOfWork, case: OpenCase) -> dict[str, str]:
    """Return the facts that linked cases raise; none is ever lowered."""
    return {HEARD: "yes"} if any(one.raised for _, one in links(unit, case)) else {}


def tell_family(desk: Desk, unit: UnitOfWork, case: OpenCase, plan: Plan) -> list[UUID]:
    """Raise the cases that are linked with one whose plan finds danger; return those that hear of it now.

    A finding that is gone lowers nothing by itself: a person looks at that (unknown is never "no").
    """
    if DANGER not in plan.codes("finding"):
        return []
    told = []
    for _, one in links(unit, case):
        try:
            there = OpenCase.of(unit.cases.get(one.other), desk.keyring)
        except (NoSuchCaseError, ShreddedError):
            continue
        for row, back in links(unit, there):
            if back.other == case.case and not back.raised:
                change_item(unit, there, row, back.model_copy(update={"raised": True}))
                told.append(one.other)
    return told
