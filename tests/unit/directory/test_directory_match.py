"""Properties of matching: nobody is sent where they must not be, and what is not known is asked, never assumed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.directory.distance import chord_of, chord_squared, unit_vector
from nrm.directory.match import Accepted, judge, match
from nrm.directory.need import Zone, kept_away
from tests.match_examples import LANGUAGES, needs, points, services

quick = settings(max_examples=100, deadline=None)


def keys(found):
    return {one.candidate.key for one in found}


@quick
@given(needs, services())
def test_every_service_is_accepted_or_refused_and_none_is_both(need, candidates):
    found = match(need, candidates)
    assert keys(found.accepted).isdisjoint(keys(found.refused))
    assert keys(found.accepted) | keys(found.refused) == {one.key for one in candidates}
    assert all(line.state != "unmet" for one in found.accepted for line in one.lines if not line.weight)
    assert all(one.lines and {line.state for line in one.lines} == {"unmet"} for one in found.refused)


@quick
@given(needs, services())
def test_no_match_is_never_silent(need, candidates):
    found = match(need, candidates)
    assert (found.duty is None) == bool(found.accepted)
    if found.duty is not None and candidates:
        assert found.duty.reasons
        assert found.duty.by == "coordinator"


@quick
@given(needs, services(), st.data())
def test_the_order_in_which_services_come_changes_nothing(need, candidates, data):
    assert match(need, data.draw(st.permutations(candidates))) == match(need, candidates)


@quick
@given(needs, services(), st.sampled_from(LANGUAGES), points)
def test_a_preference_more_never_removes_a_service(need, candidates, language, near):
    bare = replace(need, languages=frozenset(), near=None, region="", interpretation="unknown")
    wishing = replace(bare, languages=frozenset({language}), near=near, region="north", interpretation="yes")
    assert keys(match(wishing, candidates).accepted) == keys(match(bare, candidates).accepted)


@quick
@given(needs, services(), st.sampled_from(LANGUAGES))
def test_a_language_more_never_lowers_a_service(need, candidates, language):
    more = replace(need, languages=need.languages | {language})
    for candidate in candidates:
        before, after = judge(need, candidate), judge(more, candidate)
        if isinstance(before, Accepted):
            assert isinstance(after, Accepted)
            assert (after.asks, after.score >= before.score) == (before.asks, True)


@quick
@given(needs, services(), points, st.floats(1, 200))
def test_exclusion_zones_always_win(need, candidates, centre, kilometres):
    away = kept_away(need, [Zone(centre, kilometres)])
    accepted = match(away, candidates).accepted
    assert keys(accepted) <= keys(match(need, candidates).accepted)
    for one in accepted:
        (line,) = [line for line in one.lines if line.criterion == "zone"]
        surely_out = any(
            place.virtual or (place.vector and chord_squared(place.vector, unit_vector(centre)) > chord_of(kilometres))
            for place in one.candidate.places
        )
        assert surely_out or line.state == "unknown"


@quick
@given(needs, services())
def test_what_is_known_to_fit_stands_before_what_must_be_asked(need, candidates):
    asks = [one.asks for one in match(need, candidates).accepted]
    assert asks == sorted(asks)


@quick
@given(needs, services())
def test_an_unknown_that_becomes_known_to_be_good_never_lowers_a_service(need, candidates):
    for candidate in candidates:
        before, after = judge(need, candidate), judge(need, replace(candidate, accessible="yes", families="yes"))
        if isinstance(before, Accepted):
            assert isinstance(after, Accepted)
            assert after.asks <= before.asks
