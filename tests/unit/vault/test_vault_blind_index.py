"""Equal identifiers share an index value; nothing of low entropy gets one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.vault.blind_index import KINDS, BlindIndex, normalise
from nrm.vault.errors import NotIndexedError, TruncatedError

INDEX = BlindIndex(bytes(range(32)))
WIDE_PLUS, WIDE_A, ARABIC_373 = "\uff0b", "\uff21", "\u0663\u0667\u0663"


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (
            "phone",
            [
                "+373 69 123-456",
                "00373 (69) 123456",
                "+37369123456",
                f"{WIDE_PLUS}37369123456",
                f"+{ARABIC_373}69123456",
            ],
        ),
        ("document_number", ["AB 123-456", "ab123456", f"{WIDE_A}b.123/456", "ab\u200b123456"]),
        ("email", [" Ana@Example.org", "ana@example.ORG\n", f"{WIDE_A}na@example.org"]),
    ],
)
def test_spellings_of_one_identifier_share_one_value(kind, spellings):
    assert len({INDEX.index(kind, spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("document_number", "MOLDOVA"),
        ("document_number", "f"),
        ("document_number", "1234"),
        ("document_number", ""),
        ("phone", "069 123 456"),
        ("phone", "yes"),
        ("phone", "+12345"),
        ("phone", "+37369123456 ext 5"),
        ("email", "ana"),
        ("email", "ana@"),
        ("email", "ana maria@example.org"),
    ],
)
def test_a_value_that_is_not_of_its_kind_has_no_index_and_is_not_shown(kind, value):
    with pytest.raises(NotIndexedError) as refused:
        INDEX.index(kind, value)
    assert refused.value.__cause__ is None
    assert not value.strip() or value not in str(refused.value).replace("name@place", "")


@pytest.mark.parametrize("kind", ["nationality", "sex", "name", "exploitation", "", "Phone", "birth_date"])
def test_no_other_kind_has_an_index(kind):
    with pytest.raises(NotIndexedError, match="only `document_number`, `phone`, `email` have one"):
        INDEX.index(kind, "+37369123456")
    assert set(KINDS) == {"document_number", "phone", "email"}


def test_kinds_and_keys_keep_their_values_apart():
    values = [INDEX.index("phone", "+37369123456"), INDEX.index("document_number", "+37369123456")]
    values.append(BlindIndex(bytes(32)).index("phone", "+37369123456"))
    assert len(set(values)) == 3
    assert {len(value) for value in values} == {16}


def test_the_values_never_change():
    """They stand in databases: HMAC-SHA-256 of `nrm blind index 1`, kind and value, cut to 16 bytes."""
    assert INDEX.index("phone", "+37369123456").hex() == PHONE


PHONE = "2566a2f69659872e8d96ef7c3ce2e07b"


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=40))
def test_a_normal_spelling_is_normal_already(kind, value):
    try:
        normal = normalise(kind, value)
    except NotIndexedError:
        return
    assert normalise(kind, normal) == normal
    assert unicodedata.is_normalized("NFKC", normal)


@given(st.integers(10**6, 10**12), st.integers(10**6, 10**12))
def test_different_numbers_have_different_values(one, other):
    first, second = (INDEX.index("phone", f"+4{number}") for number in (one, other))
    assert (first == second) == (one == other)


def test_the_index_shows_no_key_and_refuses_a_short_one():
    assert repr(INDEX) == "BlindIndex(…)"
    with pytest.raises(TruncatedError):
        BlindIndex(b"short")
