"""Signed tokens of others: what a key is for, and how long a token may be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from nrm.signin.clients import kept_keys
from nrm.signin.errors import KeysRefusedError, NotProvedError
from nrm.signin.jose import claims_of, public_key

EC = ECKey.generate_key("P-256")
KEYS = (EC, OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048))
LONGEST = 16_384


def signed(padding):
    return jwt.encode({"alg": "ES256"}, {"sub": "x" * padding}, EC, algorithms=["ES256"])


@given(key=st.sampled_from(KEYS), use=st.sampled_from(("sig", "enc", "", "Sig", None, 1)))
def test_a_key_for_anything_but_signatures_is_not_taken(key, use):
    found = {**key.as_dict(private=False), "use": use}
    assert (public_key(found) is not None) == (use == "sig")
    if use != "sig":
        with pytest.raises(KeysRefusedError):
            kept_keys({"keys": [key.as_dict(private=False), found]})


def test_a_token_that_is_too_long_is_not_looked_at_though_it_is_well_signed():
    shortest = len(signed(0))
    fits = next(n for n in range(LONGEST * 3 // 4 - shortest, 0, -1) if len(signed(n)) <= LONGEST)
    assert claims_of(signed(fits), [EC])["sub"] == "x" * fits
    with pytest.raises(NotProvedError, match="too long"):
        claims_of(signed(LONGEST), [EC])


@given(at=st.integers(0, 2), bit=st.integers(0, 5))
def test_one_changed_character_of_a_token_proves_nothing(at, bit):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts = signed(3).split(".")
    changed = letters[letters.index(parts[at][1]) ^ 1 << bit]
    parts[at] = parts[at][0] + changed + parts[at][2:]
    with pytest.raises(NotProvedError):
        claims_of(".".join(parts), [public_key(json.loads(json.dumps(EC.as_dict(private=False))))])
