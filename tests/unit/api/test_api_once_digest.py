"""A key stands for one request: whatever is asked otherwise under it is another request."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from api.once import HEADER, Key

WORDS = st.sampled_from(("", "a", "b", "ab", '"1"', '"2"'))
ASKED = st.tuples(
    st.sampled_from(("POST", "PATCH")), st.sampled_from(("/a", "/b")), WORDS, WORDS, WORDS, st.tuples(WORDS, WORDS)
)


def digest(asked):
    method, path, query, version, body, who = asked
    headers = [(HEADER.lower().encode(), b"key-number-1"), (b"if-match", version.encode())]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}
    scope |= {"server": ("nrm.example", 443), "scheme": "https", "app": SimpleNamespace()}
    return Key.of(Request(scope), body.encode, who).asks()


@given(one=ASKED, other=ASKED)
def test_two_requests_are_the_same_exactly_if_all_of_them_is(one, other):
    """Method, path, query, the version that was seen, body, and in which role, organisation and purpose."""
    assert (digest(one) == digest(other)) == (one == other)


@given(one=ASKED, place=st.integers(2, 4), word=WORDS)
def test_one_word_more_or_less_makes_another_request(one, place, word):
    other = (*one[:place], word, *one[place + 1 :])
    assert (digest(one) == digest(other)) == (one == other)
