"""The index says the same as the plain reference."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.directory.index import DirectoryIndex
from nrm.directory.match import match
from tests.match_examples import needs, places, services


def said_by_reference(need, candidates):
    found = match(need, candidates)
    return [(one.candidate.key, one.asks, one.score) for one in found.accepted], found.reasons, found.duty


def said_by_index(need, candidates):
    found = DirectoryIndex(candidates).rank(need)
    keys = [found.candidates[row].key for row in found.rows]
    return list(zip(keys, found.asks.tolist(), found.scores.tolist(), strict=True)), found.reasons, found.duty


@settings(max_examples=400, deadline=None)
@given(needs, services())
def test_the_index_and_the_reference_agree_on_order_questions_score_and_reasons(need, candidates):
    assert said_by_index(need, candidates) == said_by_reference(need, candidates)


@settings(max_examples=150, deadline=None)
@given(needs, services(6), st.lists(places(), min_size=6, max_size=6))
def test_they_agree_too_when_every_service_fits_but_for_its_place(need, candidates, where):
    open_need = replace(need, offer="legal_aid", conflicts=frozenset(), parties=frozenset(), disability="no")
    fitting = [
        replace(one, status="active", types=frozenset({"legal_aid"}), minimum_age=None, maximum_age=None,
                genders=frozenset(), capacity=(), places=(place, *one.places))
        for one, place in zip(candidates, where, strict=False)
    ]  # fmt: skip
    assert said_by_index(open_need, fitting) == said_by_reference(open_need, fitting)


@settings(max_examples=50, deadline=None)
@given(needs, services())
def test_the_first_of_the_index_are_explained_as_the_reference_explains_them(need, candidates):
    assert DirectoryIndex(candidates).rank(need).first(3) == match(need, candidates).accepted[:3]
