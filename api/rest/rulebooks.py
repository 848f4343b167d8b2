"""Published rulebooks to be read, the one that decides, and the statements that officers sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.call import Caller, may
from api.cursors import Cursor, Limit
from api.etags import etag
from api.files import FILE, attached
from api.pages import page
from api.reply import Reply
from api.views.model import Page
from api.views.rulebook import (
    InForceView,
    RulebookToldView,
    RulebookView,
    StatementView,
    rulebook_view,
    statement_view,
    told_view,
)
from api.views.rulebook_changes import ChangesView, changes_view
from api.views.rulebook_sent import MOST_BASE64, ReturnSought, StatementSought
from nrm.casework.rulebooks import comparing, reading, stating, weighing
from nrm.models import IsoDate
from nrm.publishing.statement import LARGEST as LARGEST_STATEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nrm.casework.registry import Record
    from nrm.casework.rulebooks.kept import Publication

router = APIRouter(prefix="/rulebooks", tags=["rulebooks"])

PATH: Final = "/rulebooks(/statement)?"
"""Below `/v1`, where bodies hold a bundle; an expression."""

LARGER: Final = MOST_BASE64 + 2 * LARGEST_STATEMENT
"""Bytes of such a body at most."""


@router.get("", response_model=Page[RulebookView], **may("rulebook:read"))
def list_rulebooks(call: Caller, limit: Limit = 100, cursor: Cursor = None) -> Page[RulebookView]:
    """List published rulebooks, the first proposed first."""

    def find(after: UUID | None, most: int) -> Sequence[Record[Publication]]:
        records = reading.list_rulebooks(call.desk, call.asked)
        names = [one.row.record for one in records]
        begin = names.index(after) + 1 if after in names else 0
        return records[begin : begin + most]

    return page(call, "rulebooks", cursor, limit, find, view=rulebook_view, key=lambda one: one.row.record)


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


@router.post("/roll-backs/statement", response_model=StatementView, **may("rulebook:propose"))
def state_roll_back(call: Caller, sought: ReturnSought) -> StatementView:
    """Make the statement by which an approved rulebook comes back; it was checked, so it is made at once."""
    said = stating.statement_again(call.desk, call.asked, sought.rulebook, sought.decides_from)
    return statement_view(stating.Stated(said, ()))


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
