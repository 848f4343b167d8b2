"""The compact form of services: read back to the last bit, and never taken for another form."""

from __future__ import annotations

import math
import zlib
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from match_examples import DAY, services, shelter

from nrm.directory.candidate import Candidate, Free, Place
from nrm.directory.compact import FORM, packed, unpacked

numbers = st.floats(-1, 1)


@given(services())
@settings(deadline=None)
def test_services_are_read_back_as_they_were(candidates):
    assert unpacked(packed(tuple(candidates))) == tuple(candidates)


@given(st.tuples(numbers, numbers, numbers))
def test_places_are_read_back_to_the_last_bit(vector):
    (read,) = unpacked(packed((shelter(places=(Place(vector),)),)))
    assert [math.copysign(1, one) for one in read.places[0].vector] == [math.copysign(1, one) for one in vector]
    assert read.places[0].vector == vector


def test_what_the_index_needs_keeps_its_types():
    (read,) = unpacked(packed((shelter(capacity=(Free(DAY, "bed", 2),), conflicts=frozenset({("a", "1")})),)))
    assert (type(read.capacity[0].day), type(read.types), next(iter(read.conflicts))) == (
        type(DAY), frozenset, ("a", "1"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"",
        packed(())[1:],
        packed(()).replace(b"-1\n", b"-2\n"),
        FORM,
        packed((shelter(),))[:-9],
        FORM + zlib.compress(b'[{"key": ["a", "b"], "colour": "red"}]'),
        FORM + zlib.compress(b'[{"key": "a"}]'),
    ],
)
def test_another_form_is_none(data):
    assert unpacked(data) is None


AS_OF_FORM_1 = {
    Candidate: """
        accessible capacity conflicts families genders interpreters key languages maximum_age minimum_age name
        organisation organisation_name other_languages parties places regions status trafficking types verified
    """,
    Free: "day firm free unit",
    Place: "confidential names vector virtual",
}


def test_whoever_changes_what_matching_sees_must_raise_the_number_of_the_form():
    assert FORM == b"nrm-services-1\n"
    for kind, names in AS_OF_FORM_1.items():
        assert sorted(one.name for one in fields(kind)) == names.split()


def test_a_service_with_nothing_said_stays_one():
    bare = Candidate(key=("a", "b"))
    assert unpacked(packed((bare,))) == (bare,) != (replace(bare, name="x"),)
