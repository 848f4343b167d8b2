"""A text that is too long to be a password is none, also where somebody kept it as one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.signin.password import LONGEST, Cost, Hasher

CHEAP = Hasher(Cost(passes=1, memory_kib=8, lanes=1))


@settings(max_examples=40, deadline=None)
@given(length=st.integers(LONGEST - 3, LONGEST + 3), letter=st.sampled_from("xé語"))
def test_only_a_text_of_at_most_256_characters_ever_fits(length, letter):
    text = letter * length
    assert CHEAP.fits(CHEAP.kept(text), text) == (length <= LONGEST)
