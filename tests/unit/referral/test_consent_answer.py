"""A line of the consent ledger says what it means, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from ledgers import TODAY, answer, answers
from pydantic import ValidationError

from nrm.referral.consent import Answer


def test_a_consent_without_a_group_is_no_consent():
    with pytest.raises(ValidationError, match="at least one group"):
        answer("given", groups=())


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_a_refusal_may_speak_of_everything_and_never_runs_out(state):
    assert answer(state, groups=()).groups == ()
    with pytest.raises(ValidationError, match=f"`{state}` has no `until`"):
        answer(state, until=TODAY)


def test_an_answer_without_a_time_zone_is_refused():
    with pytest.raises(ValidationError, match="timezone"):
        answer(at=answer().at.replace(tzinfo=None))


@given(answers())
def test_an_answer_survives_being_written_down(line):
    assert Answer.model_validate_json(line.model_dump_json()) == line
