"""Parts of a long thing open where they were sealed, and nowhere else."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nrm.vault.envelope import DataKey, new_data_key
from nrm.vault.errors import MisplacedError, TamperedError, TruncatedError, VaultError
from nrm.vault.parts import PART, PartsKey, in_parts

KEY = DataKey(bytes(range(32)))
THING, OTHER = UUID(int=5 << 90), UUID(int=6 << 90)
OURS = PartsKey(KEY, THING)
NUMBER = st.integers(0, 2**28 - 1)
PLACE = st.tuples(NUMBER, st.booleans())


@given(
    size=st.integers(0, 3 * PART + 9),
    cuts=st.lists(st.integers(0, 3 * PART + 9), max_size=12),
    byte=st.integers(0, 255),
)
def test_what_comes_in_chunks_of_any_size_is_cut_into_equal_parts_of_which_one_is_the_last(size, cuts, byte):
    whole = bytes([byte]) + bytes(size)
    at = sorted({0, *(min(cut, len(whole)) for cut in cuts), len(whole)})
    chunks = [whole[start:end] for start, end in pairwise(at)]
    parts = list(in_parts([b"", *chunks, b""]))
    assert b"".join(part for part, _ in parts) == whole
    assert [last for _, last in parts] == [False] * (len(parts) - 1) + [True]
    assert all(len(part) == PART for part, _ in parts[:-1])
    assert 0 < len(parts[-1][0]) <= PART, "nothing of a whole number of parts is an empty last part"


def test_nothing_is_one_empty_part():
    assert list(in_parts([])) == [(b"", True)]


def test_at_most_two_parts_are_taken_before_one_is_given():
    taken = []

    def chunks():
        for number in range(64):
            taken.append(number)
            yield bytes(PART // 4)

    most = 0
    for given_out, _ in enumerate(in_parts(chunks()), 1):
        most = max(most, len(taken) - 4 * given_out)
    assert most <= 4, "a quarter of a part each"


@given(PLACE, st.binary(max_size=200))
def test_a_part_opens_in_its_place(place, plain):
    number, last = place
    assert OURS.open(number, OURS.seal(number, plain, last=last), last=last) == plain


@given(PLACE, PLACE)
def test_a_part_in_the_place_of_another_is_refused_as_misplaced(place, other):
    assume(place != other)
    sealed = OURS.seal(place[0], b"part", last=place[1])
    with pytest.raises(MisplacedError):
        OURS.open(other[0], sealed, last=other[1])


@given(PLACE, st.sampled_from([PartsKey(KEY, OTHER), PartsKey(new_data_key(), THING)]))
def test_a_part_of_another_thing_or_record_is_refused(place, theirs):
    number, last = place
    with pytest.raises(VaultError):
        OURS.open(number, theirs.seal(number, b"part", last=last), last=last)


@given(st.binary(max_size=100), st.integers(0), st.data())
def test_a_part_with_a_flipped_bit_or_cut_short_is_refused(plain, bit, data):
    sealed = bytearray(OURS.seal(3, plain, last=False))
    cut = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises((TruncatedError, TamperedError)):
        OURS.open(3, bytes(sealed[:cut]), last=False)
    sealed[bit // 8 % len(sealed)] ^= 1 << bit % 8
    with pytest.raises(VaultError):
        OURS.open(3, bytes(sealed), last=False)


def test_the_key_of_parts_shows_nothing_of_itself():
    assert repr(OURS) == "PartsKey(…)"
