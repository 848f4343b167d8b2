"""Decisions about a case: made, read, explained, made again, supposed, and handed to the person as a letter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from api.call import Call, Caller, may
from api.days import When, country_of, day_of
from api.reply import Reply
from api.views.case import DecisionView, decided_view
from api.views.decision import (
    DecisionsView,
    KeptDecisionView,
    ReplayedView,
    SupposedView,
    Supposing,
    supposed_view,
)
from nrm.casework.cases import deciding, decisions, replaying, what_if
from nrm.engine.explanation import ExplanationView, explanation
from nrm.engine.view import view
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.letter.letter import letter_for
from nrm.letter.pdf import as_pdf
from nrm.letter.text import as_text

if TYPE_CHECKING:
    from nrm.casework.cases.deciding import Decided
    from nrm.casework.cases.replaying import Again
    from nrm.rulebook.sentence import Speaker

router = APIRouter(prefix="/cases/{case}", tags=["decisions"])

CODE: Final = "^[a-z][a-z0-9_]{0,59}$"
PDF: Final = "application/pdf"
_LETTER: Final = {"content": {"text/plain": {"schema": {"type": "string"}}, PDF: {"schema": {"type": "string"}}}}


@router.post("/decisions", status_code=201, response_model=DecisionView, **may("decision:make", purpose=True))
def decide(call: Caller, case: UUID, when: When | None = None) -> Response:
    """Decide what the person is owed, and keep the decision so that it can be made again."""
    wanted = when or When()
    on, country = day_of(call, wanted.on), country_of(call, wanted.country)

    def reply(made: Decided) -> Reply:
        shown = DecisionView(
            decision=made.decision, case=case, version=made.version, plan=view(made.plan, call.speaker)
        )
        where = {"Location": f"/v1/cases/{case}/decisions/{made.decision}"}
        return Reply.of(shown, 201, where, about=case)

    return call.do(lambda desk: deciding.decide(desk, call.asked, case, on, country), reply).response()


@router.get("/decisions", response_model=DecisionsView, **may("decision:read"))
def list_decisions(call: Caller, case: UUID) -> DecisionsView:
    """List the decisions about a case, the oldest first; no plan is opened."""
    return DecisionsView(items=[decided_view(row) for row in decisions.decisions(call.desk, call.asked, case)])


@router.get("/decisions/{decision}", response_model=KeptDecisionView, **may("decision:read", purpose=True))
def read(call: Caller, case: UUID, decision: UUID) -> KeptDecisionView:
    """Read a decision as it was made, under the rules of that day, in your language."""
    row, found = decisions.read_decision(call.desk, call.asked, case, decision)
    return KeptDecisionView(made=decided_view(row), plan=view(found.plan, _speaker(call, found)))


@router.post("/decisions/{decision}/replay", response_model=ReplayedView, **may("decision:replay", purpose=True))
def replay(call: Caller, case: UUID, decision: UUID) -> Response:
    """Make a decision of the past again from what is kept, and compare it byte for byte."""
    return call.do(
        lambda desk: replaying.replay(desk, call.asked, case, decision),
        lambda made: Reply.of(ReplayedView(rulebook=made.plan.digest), about=case),
    ).response()


@router.get(
    "/decisions/{decision}/explanations/{code}",
    response_model=ExplanationView,
    **may("decision:read", purpose=True),
)
def explain(
    call: Caller, case: UUID, decision: UUID, code: Annotated[str, Path(pattern=CODE, examples=["legal_aid"])]
) -> ExplanationView:
    """Say why a line is in the plan of a decision; if it is not, say which fact would bring it."""
    _, found = decisions.read_decision(call.desk, call.asked, case, decision)
    program = found.engine.program
    words = program.rulebook.vocabulary
    if words.kind_of(code) is None:
        raise UnknownNameError(
            Problem("path/code", 0, "there is no such outcome", nearest(code, words.all_outcome_codes()))
        )
    return explanation(program, found.facts, found.plan, code, _speaker(call, found))


@router.post("/what-if", response_model=SupposedView, **may("decision:read", purpose=True))
def suppose(call: Caller, case: UUID, supposing: Supposing) -> SupposedView:
    """Say what the plan would be if some facts were otherwise; nothing of it is kept but that you asked."""
    on, country = day_of(call, supposing.on), country_of(call, supposing.country)
    found = what_if.what_if(call.desk, call.asked, case, supposing.facts, on, country)
    return supposed_view(found, view(found.plan, call.speaker), call.speaker)


@router.get(
    "/decisions/{decision}/letter",
    response_class=Response,
    responses={200: {"description": "The letter.", **_LETTER}},
    **may("decision:read", purpose=True),
)
def letter(
    call: Caller,
    case: UUID,
    decision: UUID,
    accept: Annotated[str, Header()] = "text/plain",
    offer: Annotated[str | None, Query(pattern=CODE, description="Only this offer.")] = None,
    reasons: Annotated[bool | None, Query(description="With the reason of each line; not for one offer.")] = None,
    *,
    discreet: Annotated[bool, Query(description="Only topics to ask about: for a letter that could be found.")] = False,
) -> Response:
    """Return the plan as a letter to the person, as text or as PDF (`Accept: application/pdf`), in your language."""
    _, found = decisions.read_decision(call.desk, call.asked, case, decision)
    made = letter_for(found.plan, _speaker(call, found), offer, reasons=reasons, discreet=discreet)
    if not prefers_pdf(accept):
        return Response(as_text(made), media_type="text/plain")
    return Response(as_pdf(made), media_type=PDF, headers={"Content-Disposition": 'attachment; filename="plan.pdf"'})


def prefers_pdf(accept: str) -> bool:
    """Say whether `Accept` (RFC 9110 §12.5.1) names PDF before text.

    >>> prefers_pdf("application/pdf"), prefers_pdf("text/plain, application/pdf;q=0.5"), prefers_pdf("*/*")
    (True, False, False)
    """
    named = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    return next((one == PDF for one in named if one in {PDF, "text/plain", "text/*", "*/*"}), False)


def _speaker(call: Call, found: Again) -> Speaker:
    """Return who speaks the caller's language with the words of the rules under which the decision was made."""
    return replace(call.speaker, words=found.engine.program.rulebook.vocabulary)
