"""Canonical JSON by a faster way is the same to the byte."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit.canonical import canonical

TEXTS = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    ["\uffee", "\U0001f600", '"\\/\b\f\n\r\t\x00\x7f\u2028']
)
LEAVES = TEXTS | st.none() | st.integers(-(10**15) + 1, 10**15 - 1)
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner))


@given(TREES)
def test_simple_values_are_said_as_rfc8785_says_them(value):
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_are_in_the_order_of_their_16_bit_units():
    assert canonical({"\uffee": "1", "\U0001f600": "2"}) == '{"\U0001f600":"2","\uffee":"1"}'.encode()


def test_a_text_that_is_no_unicode_is_refused_as_it_was():
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical({"a": ["\ud800"]})
