"""What a form for a case needs to know: the words of the rules, and the form of a record; both are public."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api.call import OPEN, may
from api.languages import language_of
from api.state import State
from api.views.vocabulary import VocabularyView, vocabulary_view
from nrm.case.schema import json_schema
from nrm.rulebook.fact_forms import fact_schemas

router = APIRouter(tags=["forms"])


@router.get("/vocabulary", response_model=VocabularyView, **may(OPEN))
def vocabulary(request: Request) -> VocabularyView:
    """Return the facts, values, groups, purposes and reasons of the rules in force, in the language of the caller."""
    state: State = request.app.state.nrm
    return vocabulary_view(state.speaker(language_of(request)))


@router.get("/case-record-schema", response_model=dict[str, Any], **may(OPEN))
def case_record_schema(request: Request) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a case record."""
    state: State = request.app.state.nrm
    return json_schema(fact_schemas(state.desk.books.words()))
