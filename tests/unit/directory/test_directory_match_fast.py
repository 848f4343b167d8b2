"""The index says the same as the plain reference."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.directory.index import DirectoryIndex
from nrm.directory.match import match
from tests.match_examples import OFFER, REGIONS, needs, places, services, shelter, some


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


@settings(max_examples=200, deadline=None)
@given(needs, st.lists(places(), min_size=1, max_size=8), some(REGIONS, 2), st.booleans())
def test_they_agree_too_where_only_its_one_place_can_speak_against_a_service(need, where, avoided, with_zones):
    asked = replace(need, offer=OFFER, avoided=avoided, zones=need.zones if with_zones else ())
    asked = replace(asked, conflicts=frozenset(), parties=frozenset(), together="no", dependants=(), disability="no")
    fitting = [
        shelter(number, places=(place,), genders=frozenset(), capacity=(), minimum_age=None, maximum_age=None)
        for number, place in enumerate(where)
    ]
    assert said_by_index(asked, fitting) == said_by_reference(asked, fitting)


@settings(max_examples=50, deadline=None)
@given(needs, services())
def test_the_first_of_the_index_are_explained_as_the_reference_explains_them(need, candidates):
    assert DirectoryIndex(candidates).rank(need).first(3) == match(need, candidates).accepted[:3]
