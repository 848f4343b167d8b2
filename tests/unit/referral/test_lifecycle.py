"""The steps of a referral: each is in the table or refused with a reason, and what is final stays final."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.referral.lifecycle import (
    DECLINED,
    REVOKED,
    STATES,
    TABLE,
    VERBS,
    WITHDRAWN,
    TransitionRefusedError,
    allowed,
    step,
)
from nrm.referral.lifecycle_shown import as_diagram, as_markdown
from nrm.referral.referral import LIVE

ROLES = ("caseworker", "supervisor", "provider", "person", "worker", "coordinator", "overseer", "administrator")
FINAL = ("declined", "completed", "revoked", "expired")
REASONS = sorted({None, "no_such_reason", *DECLINED, *REVOKED}, key=str)
EVERYTHING = list(product((None, *STATES), VERBS, ROLES))


def answer(state, verb, role, reason=None):
    """Return the new state, or why there is none."""
    try:
        return step(state, verb, role, reason)
    except TransitionRefusedError as refused:
        return f"no: {refused.why}"


@pytest.mark.parametrize(("state", "verb", "role"), EVERYTHING)
def test_every_step_gives_one_state_or_says_why_not(state, verb, role):
    lines = [line for line in TABLE if line.verb == verb and role in line.who]
    assert len(lines) <= 1, "two lines of the table answer"
    for reason in REASONS:
        said = answer(state, verb, role, reason)
        if not lines:
            assert said == "no: who"
        elif state not in lines[0].came_from:
            assert said == "no: state"
        elif (reason is None and lines[0].needs_reason) or (reason and reason not in lines[0].reasons):
            assert said == "no: reason"
        else:
            assert said == lines[0].to
            assert said in STATES


@pytest.mark.parametrize("state", FINAL)
def test_a_final_state_is_never_left_by_anybody(state):
    assert [allowed(state, role) for role in ROLES] == [()] * len(ROLES)


def test_live_states_are_those_that_something_can_still_follow_on():
    assert {state for state in STATES if any(allowed(state, role) for role in ROLES)} == LIVE
    assert set(STATES) - LIVE == set(FINAL)


def test_every_state_can_be_reached_and_every_live_one_can_be_brought_to_an_end():
    arrows = {(came_from, line.to) for line in TABLE for came_from in line.came_from}
    assert _reached(None, arrows) == set(STATES)
    for state in LIVE:
        assert _reached(state, arrows) & set(FINAL)


def test_nothing_leads_back():
    arrows = {(came_from, line.to) for line in TABLE for came_from in line.came_from}
    for state in STATES:
        assert state not in _reached(state, arrows), state
    assert "sent" not in _reached("accepted", arrows)
    assert _reached("in_progress", arrows) == {"completed", "declined", "revoked"}


def _reached(start, arrows):
    seen, ahead = set(), [start]
    while ahead:
        here = ahead.pop()
        following = {to for came_from, to in arrows if came_from == here} - seen
        seen |= following
        ahead.extend(following)
    return seen


@given(st.lists(st.tuples(st.sampled_from(VERBS), st.sampled_from(ROLES), st.sampled_from(REASONS)), max_size=40))
def test_any_history_passes_each_state_once_and_starts_only_once(steps):
    state, seen = None, []
    for verb, role, reason in steps:
        said = answer(state, verb, role, reason)
        if not said.startswith("no: "):
            seen.append(said)
            state = said
    assert len(seen) == len(set(seen))
    assert not seen or seen[0] == "draft"


@pytest.mark.parametrize("state", ["accepted", "in_progress"])
def test_what_a_service_accepted_never_expires_by_a_clock(state):
    assert answer(state, "expire", "worker") == "no: state"


@pytest.mark.parametrize("state", ["draft", "sent", "received"])
def test_only_the_clock_lets_an_unanswered_referral_expire(state):
    assert [role for role in ROLES if answer(state, "expire", role) == "expired"] == ["worker"]


@pytest.mark.parametrize("state", sorted(LIVE))
def test_the_person_takes_back_whatever_is_live_without_a_reason(state):
    assert answer(state, "revoke", "person") == "revoked"
    assert answer(state, "revoke", "person", "not_wanted") == "revoked"
    assert answer(state, "revoke", "caseworker") == "no: reason"
    assert answer(state, "revoke", "caseworker", "not_safe") == "revoked"


@pytest.mark.parametrize("reason", REVOKED)
def test_the_program_takes_back_only_what_has_lost_its_ground(reason):
    assert (answer("accepted", "revoke", "worker", reason) == "revoked") == (reason in WITHDRAWN)


@pytest.mark.parametrize("verb", ["receive", "accept", "decline", "start", "complete"])
def test_a_caseworker_notes_what_a_service_said_by_telephone(verb):
    for state, reason in product(STATES, REASONS):
        assert answer(state, verb, "caseworker", reason) == answer(state, verb, "provider", reason)


def test_a_service_can_only_answer_what_it_was_asked():
    assert allowed("draft", "provider") == ()
    assert allowed("sent", "provider") == ("receive", "accept", "decline")
    assert not {"draft", "send", "revoke", "expire"} & {verb for state in STATES for verb in allowed(state, "provider")}


def test_a_service_that_can_no_longer_help_says_so_with_a_reason():
    assert answer("in_progress", "decline", "provider", "no_capacity") == "declined"
    assert answer("in_progress", "decline", "provider") == "no: reason"
    assert answer("in_progress", "decline", "provider", "not_wanted") == "no: reason"


def test_the_program_may_ask_the_next_service_but_answers_for_none():
    assert answer(None, "draft", "worker") == "draft"
    assert answer("draft", "send", "worker") == "sent"
    assert allowed("sent", "worker") == ("revoke", "expire")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("completed", "accept", "provider", None),
            "referral: `accept` cannot follow on a referral that is `completed`; nothing is possible here in this role",
        ),
        (
            ("sent", "complete", "provider", None),
            (
                "referral: `complete` cannot follow on a referral that is `sent`; "
                "possible here: `receive`, `accept`, `decline`"
            ),
        ),
        (
            ("sent", "accept", "overseer", None),
            "referral: the role `overseer` never does `accept`; nothing is possible here in this role",
        ),
        (
            ("sent", "accept", "provider", "a note about Ana"),
            "referral: `accept` takes no reason; leave it out",
        ),
        (
            (None, "send", "caseworker", None),
            "referral: `send` cannot follow on a referral that there is not yet; possible here: `draft`",
        ),
        (
            ("sent", "revoke", "worker", "Ana called"),
            (
                "referral: `revoke` needs a reason from the list; "
                "give one of `consent_withdrawn`, `consent_over`, `no_longer_permitted`, `not_wanted`"
            ),
        ),
    ],
)
def test_a_refusal_says_what_would_be_possible_and_quotes_no_reason(asked, said):
    with pytest.raises(TransitionRefusedError) as refused:
        step(*asked)
    assert str(refused.value) == said


def test_the_shown_table_has_every_line_and_every_reason():
    rows = as_markdown().splitlines()
    assert len(rows) == 2 + len(TABLE)
    for line, row in zip(TABLE, rows[2:], strict=True):
        assert row.startswith(f"| `{line.verb}` | ")
        assert all(f"`{reason}`" in row for reason in line.reasons)
        assert all(role in row for role in line.who)


def test_the_picture_has_every_arrow_once():
    lines = as_diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert len(lines) == len(set(lines))
    arrows = {(state or "[*]", line.to, line.verb) for line in TABLE for state in line.came_from}
    drawn = {f"    {come} --> {to}: {verb}" for come, to, verb in arrows} | {f"    {end} --> [*]" for end in FINAL}
    assert set(lines[1:]) == drawn
