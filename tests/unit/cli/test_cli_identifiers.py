"""Identifiers as a person types them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.cli.identifiers import argument, typed_id
from nrm.errors import UnknownNameError


@given(st.uuids(), st.sampled_from([str, lambda one: one.hex, lambda one: one.urn, lambda one: str(one).upper()]))
def test_an_identifier_is_read_however_it_is_written(one, written):
    assert typed_id(written(one)) == one


@given(st.text(max_size=31))  # one letter less than the shortest way to write an identifier
def test_what_is_no_identifier_is_refused_and_never_repeated(text):
    with pytest.raises(UnknownNameError) as refused:
        argument("DUTY", "use what `nrm duty list` shows", "A duty.").parser(text)
    assert str(refused.value) == "DUTY: this is not an identifier; use what `nrm duty list` shows"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "words",
    [
        ("case", "replay", "{case}", "CanaryAna"),
        ("case", "link", "{case}", "CanaryAna", "--as", "child"),
        ("referral", "list", "CanaryAna"),
        ("referral", "accept", "CanaryAna"),
        ("referral", "show", "{case}", "CanaryAna"),
        ("duty", "done", "{case}", "CanaryAna"),
    ],
)
def test_no_command_repeats_what_was_typed_in_the_place_of_an_identifier(at, words):
    said = at(*(word.format(case=at.case) for word in words))
    assert (said.code, said.out) == (2, "")
    assert "this is not an identifier" in said.err
    assert "Canary" not in said.err
