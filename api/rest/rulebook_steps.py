"""The steps of policy officers: proposed, checked, judged by a second officer of another unit, taken back.

A bundle comes in base64; statements and signatures are text, as `ssh-keygen -Y sign` takes and writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Call, Caller, may
from api.etags import Seen, etag
from api.problems.fault import Fault
from api.problems.problem import Told
from api.reply import Reply
from api.views.rulebook import CheckingView, RulebookView, rulebook_view
from api.views.rulebook_sent import ApprovalSent, BecauseSent, ProposalSent, ReturnSent
from nrm.casework.rulebooks import checking, judging, proposing
from nrm.errors import FileRefusedError

if TYPE_CHECKING:
    from nrm.casework.desk import Desk
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication
    from nrm.publishing.officers import Officers

router = APIRouter(prefix="/rulebooks", tags=["rulebooks"])

LOOK_SECONDS: Final = 2
"""After how long whoever waits for a check looks again."""


@router.post("", status_code=201, response_model=RulebookView, **may("rulebook:propose"))
def propose(call: Caller, sent: ProposalSent) -> Response:
    """Propose a bundle that you signed as an author; have it checked next."""
    officers, text = _officers(call), sent.statement.encode()
    return call.do(
        lambda desk: proposing.propose(desk, call.asked, officers, sent.bundle, text, sent.signature), _made
    ).response()


@router.post("/roll-backs", status_code=201, response_model=RulebookView, **may("rulebook:propose"))
def roll_back(call: Caller, sent: ReturnSent) -> Response:
    """Propose that an older rulebook comes back, by the statement that you signed; it can be approved at once."""
    officers, text = _officers(call), sent.statement.encode()
    return call.do(lambda desk: proposing.roll_back(desk, call.asked, officers, text, sent.signature), _made).response()


@router.post("/{rulebook}/check", status_code=202, response_model=CheckingView, **may("rulebook:prove"))
def check(call: Caller, rulebook: UUID) -> Response:
    """Have it checked; `Location` tells how far that is, in `checking`, until `checked_at` says that it is done."""

    def begin(desk: Desk) -> None:
        checking.may_check(desk, call.asked, rulebook)
        call.state.checks.begin(rulebook, lambda seen: checking.check(call.desk, call.asked, rulebook, seen))

    headers = {"Location": f"/v1/rulebooks/{rulebook}", "Retry-After": str(LOOK_SECONDS)}
    return call.do(begin, lambda _: Reply.of(CheckingView(state="waiting"), 202, headers)).response()


@router.post("/{rulebook}/approve", response_model=RulebookView, **may("rulebook:approve"))
def approve(call: Caller, rulebook: UUID, seen: Seen, sent: ApprovalSent) -> Response:
    """Approve what was checked, by your own signature over the same statement; from its day on it decides."""
    officers = _officers(call)
    return call.do(
        lambda desk: judging.approve(desk, call.asked, officers, rulebook, sent.signature, seen), _now
    ).response()


@router.post("/{rulebook}/reject", response_model=RulebookView, **may("rulebook:reject"))
def reject(call: Caller, rulebook: UUID, seen: Seen, sent: BecauseSent) -> Response:
    """Say no to what was proposed, and why."""
    return call.do(lambda desk: judging.reject(desk, call.asked, rulebook, sent.comment, seen), _now).response()


@router.post("/{rulebook}/withdraw", response_model=RulebookView, **may("rulebook:withdraw"))
def withdraw(call: Caller, rulebook: UUID, seen: Seen, sent: BecauseSent) -> Response:
    """Take back what was proposed, or what was approved and has not begun, and say why."""
    return call.do(lambda desk: judging.withdraw(desk, call.asked, rulebook, sent.comment, seen), _now).response()


@router.post("/{rulebook}/comments", response_model=RulebookView, **may("rulebook:comment"))
def comment(call: Caller, rulebook: UUID, seen: Seen, sent: BecauseSent) -> Response:
    """Say something about it, for the other officers; its version stays."""
    return call.do(lambda desk: judging.comment(desk, call.asked, rulebook, sent.comment, seen), _now).response()


def _officers(call: Call) -> Officers:
    """Return who may sign.

    Raises:
        Told: nobody says so here, or the file that does is broken.
    """
    if call.state.officers is None:
        raise Told("not_now", (Fault(at="officers", what="nobody says here who signs rulebooks; files decide"),))
    try:
        return call.state.officers()
    except FileRefusedError:
        raise Told("program_failed") from None


def _made(record: Record[Publication]) -> Reply:
    where = {"Location": f"/v1/rulebooks/{record.row.record}"}
    return Reply.of(rulebook_view(record), 201, {**etag(record.version), **where})


def _now(record: Record[Publication]) -> Reply:
    return Reply.of(rulebook_view(record), headers=etag(record.version))
