"""Rulebooks on their way into force: stated, proposed, checked, judged by a second officer; and which one decides.

A bundle comes in base64; statements and signatures are text, as `ssh-keygen -Y sign` takes and writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.call import Call, Caller, may
from api.cursors import Cursor, Limit
from api.etags import Seen, etag
from api.files import FILE, attached
from api.problems.problem import Fault, Told
from api.reply import Reply
from api.views.model import Page
from api.views.rulebook import (
    MOST_BASE64,
    ApprovalSent,
    BecauseSent,
    ChangesView,
    CheckingView,
    InForceView,
    ProposalSent,
    ReturnSent,
    ReturnSought,
    RulebookToldView,
    RulebookView,
    StatementSought,
    StatementView,
    changes_view,
    rulebook_view,
    statement_view,
    told_view,
)
from nrm.casework.rulebooks import checking, comparing, judging, proposing, reading, stating, weighing
from nrm.errors import FileRefusedError
from nrm.models import IsoDate
from nrm.publishing.statement import LARGEST as LARGEST_STATEMENT

if TYPE_CHECKING:
    from nrm.casework.desk import Desk
    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication
    from nrm.publishing.officers import Officers

router = APIRouter(prefix="/rulebooks", tags=["rulebooks"])

PATH: Final = "/rulebooks(/statement)?"
"""Below `/v1`, where bodies hold a bundle; an expression."""

LARGER: Final = MOST_BASE64 + 2 * LARGEST_STATEMENT
"""Bytes of such a body at most."""

LOOK_SECONDS: Final = 2
"""After how long whoever waits for a check looks again."""


@router.get("", response_model=Page[RulebookView], **may("rulebook:read"))
def list_rulebooks(call: Caller, limit: Limit = 100, cursor: Cursor = None) -> Page[RulebookView]:
    """List published rulebooks, the first proposed first."""
    of = call.list_of("rulebooks")
    after = call.state.cursors.after(cursor, of)
    records = reading.list_rulebooks(call.desk, call.asked)
    names = [one.row.record for one in records]
    begin = names.index(after) + 1 if after in names else 0
    found = records[begin : begin + limit]
    more = begin + limit < len(records)
    sealed = call.state.cursors.sealed(found[-1].row.record.bytes, of) if more else None
    return Page(items=[rulebook_view(one) for one in found], next=sealed)


@router.get("/in-force", response_model=InForceView, **may("rulebook:name"))
def in_force(call: Caller) -> InForceView:
    """Tell by which rulebook is decided today, and which officers signed it; everybody who is signed in may know."""
    found = reading.read_in_force(call.desk, call.asked)
    rules = "unsigned" if call.state.officers is None else "signed"
    return InForceView(rules=rules, rulebook=None if found is None else rulebook_view(found))


@router.post("/statement", response_model=StatementView, **may("rulebook:prove"))
def state(call: Caller, sought: StatementSought) -> StatementView:
    """Check a bundle and make the statement to be signed; that takes up to a minute, and one is made at a time."""
    turn = call.state.checks.turn()
    return statement_view(stating.statement(call.desk, call.asked, sought.bundle, sought.decides_from, turn=turn))


@router.post("", status_code=201, response_model=RulebookView, **may("rulebook:propose"))
def propose(call: Caller, sent: ProposalSent) -> Response:
    """Propose a bundle that you signed as an author; have it checked next."""
    officers, text = _officers(call), sent.statement.encode()
    return call.do(
        lambda desk: proposing.propose(desk, call.asked, officers, sent.bundle, text, sent.signature), _made
    ).response()


@router.post("/roll-backs/statement", response_model=StatementView, **may("rulebook:propose"))
def state_roll_back(call: Caller, sought: ReturnSought) -> StatementView:
    """Make the statement by which an approved rulebook comes back; it was checked, so it is made at once."""
    said = stating.statement_again(call.desk, call.asked, sought.rulebook, sought.decides_from)
    return statement_view(stating.Stated(said, ()))


@router.post("/roll-backs", status_code=201, response_model=RulebookView, **may("rulebook:propose"))
def roll_back(call: Caller, sent: ReturnSent) -> Response:
    """Propose that an older rulebook comes back, by the statement that you signed; it can be approved at once."""
    officers, text = _officers(call), sent.statement.encode()
    return call.do(lambda desk: proposing.roll_back(desk, call.asked, officers, text, sent.signature), _made).response()


@router.get("/{rulebook}", response_model=RulebookToldView, **may("rulebook:read"))
def tell(call: Caller, rulebook: UUID) -> Response:
    """Tell all of one rulebook: its statement, what the check found, its steps and comments, and what you may do."""
    told = reading.read_rulebook(call.desk, call.asked, rulebook)
    view = told_view(told, call.state.checks.of(rulebook))
    return Reply.of(view, headers=etag(view.version)).response()


@router.get("/{rulebook}/archive", responses=FILE, response_class=Response, **may("rulebook:read"))
def archive(call: Caller, rulebook: UUID) -> Response:
    """Fetch its bundle, byte for byte as it was signed."""
    return attached(reading.read_archive_of(call.desk, call.asked, rulebook), f"{rulebook}.tar.xz")


@router.get("/{rulebook}/changes", response_model=ChangesView, **may("rulebook:read"))
def changes(
    call: Caller,
    rulebook: UUID,
    on: Annotated[IsoDate | None, Query(description="On which day; the first on which it decides.")] = None,
) -> Response:
    """Tell, rule by rule and in your language, what it says differently from the rulebook whose place it takes."""
    version, found = comparing.changes(call.desk, call.asked, rulebook, call.language, on)
    return Reply.of(changes_view(found), headers=etag(version)).response()


@router.get("/{rulebook}/impact", response_model=dict[str, Any], **may("rulebook:prove"))
def impact(call: Caller, rulebook: UUID) -> dict[str, Any]:
    """Tell who of the caseload gains and loses, in protected counts; it is counted once, and then stays the same."""
    return weighing.impact(call.desk, call.asked, rulebook)


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
