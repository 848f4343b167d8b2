"""Programs: their secret, or an assertion that they signed, for us, for now, with a key that is strong enough."""

import base64
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from nrm.signin.clients import check_assertion, client_named, is_secret, kept_keys
from nrm.signin.errors import KeysRefusedError, NotProvedError, SignInError
from nrm.signin.tokens import digest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
CLIENT = uuid4()
HERE = "https://nrm.example.org/v1/token"
EC, ED = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")
RSA = RSAKey.generate_key(2048)
SIGNERS = {"ES256": EC, "Ed25519": ED, "RS256": RSA}


def jwks(*keys):
    return {"keys": [key.as_dict(private=False) for key in keys]}


KEYS = kept_keys(jwks(EC, ED, RSA))


def claims(**more):
    said = {"iss": str(CLIENT), "sub": str(CLIENT), "aud": HERE, "exp": AT + 120, "iat": AT, "jti": "one", **more}
    return {name: value for name, value in said.items() if value is not None}


def signed(alg="ES256", key=None, **more):
    return jwt.encode({"alg": alg}, claims(**more), key or SIGNERS[alg], algorithms=[alg])


def check(assertion, keys=KEYS):
    return check_assertion(assertion, keys, CLIENT, [HERE], NOW)


@pytest.mark.parametrize("alg", SIGNERS)
def test_an_assertion_of_the_client_is_good(alg):
    assertion = signed(alg)
    assert client_named(assertion) == CLIENT
    good = check(assertion)
    assert good.jti == "one"
    assert good.until > datetime.fromtimestamp(AT + 120, UTC)


def test_the_old_name_of_an_algorithm_is_good_too():
    head = base64.urlsafe_b64encode(b'{"alg":"EdDSA"}').rstrip(b"=").decode()
    body = signed("Ed25519").split(".")[1]
    signature = ED.private_key.sign(f"{head}.{body}".encode())
    last = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    assert check(f"{head}.{body}.{last}").jti == "one"


def test_half_a_letter_is_the_identifier_of_no_assertion():
    said = json.dumps(claims(jti="\ud800")).encode()
    with pytest.raises(NotProvedError, match="jti"):
        check(jws.serialize_compact({"alg": "ES256"}, said, EC))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"iss": "other"}, "own"),
        ({"sub": str(uuid4())}, "own"),
        ({"aud": "https://elsewhere.example/token"}, "somebody else"),
        ({"aud": None}, "somebody else"),
        ({"exp": AT}, "over"),
        ({"exp": AT + 3_600}, "too long"),
        ({"exp": None}, "over"),
        ({"exp": "soon"}, "over"),
        ({"exp": True}, "over"),
        *(({"exp": moment}, "over") for moment in (float("nan"), float("inf"), 10**400, -(10**400))),
        ({"nbf": AT + 600}, "not good yet"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
    ],
)
def test_each_rule_of_the_rfc_that_an_assertion_breaks_is_told(more, why):
    with pytest.raises(NotProvedError, match=why):
        check(signed(**more))


def test_an_assertion_may_be_for_several_of_whom_we_are_one():
    assert check(signed(aud=["https://elsewhere.example", HERE])).jti == "one"


def test_nobody_signs_for_another():
    with pytest.raises(NotProvedError, match="key that is known"):
        check(signed(key=ECKey.generate_key("P-256")))
    with pytest.raises(NotProvedError):
        check(signed(), keys=())


def test_no_algorithm_of_shared_keys_and_none_at_all_is_taken():
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    body = signed().split(".")[1]
    public = json.dumps(EC.as_dict(private=False)).encode()
    hs256 = jwt.encode({"alg": "HS256"}, claims(), OctKey.import_key(public), algorithms=["HS256"])
    for assertion in (f"{head}.{body}.", f"{head}.{body}.AAAA", hs256):
        with pytest.raises(NotProvedError):
            check(assertion)


WEAK = {"kty": "RSA", "e": "AQAB", "n": base64.urlsafe_b64encode((1 << 1023 | 1).to_bytes(128)).decode().rstrip("=")}


@pytest.mark.parametrize(
    "keys",
    [
        *({}, {"keys": []}, {"keys": "x"}, {"keys": [{}]}, {"keys": [WEAK]}, {"keys": [EC.as_dict(private=True)]}),
        *({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, {"keys": [ECKey.generate_key("P-384").as_dict(private=False)]}),
        {"keys": [EC.as_dict(private=False)] * 9},
    ],
)
def test_keys_that_are_private_weak_or_of_another_kind_are_refused(keys):
    with pytest.raises(KeysRefusedError):
        kept_keys(keys)


@given(st.text() | st.binary().map(lambda raw: "." + base64.urlsafe_b64encode(raw).decode() + "."))
def test_whatever_is_sent_instead_of_an_assertion_proves_nothing(text):
    for attempt in (lambda: check(text), lambda: client_named(text)):
        with pytest.raises(SignInError):
            attempt()


@given(st.text(), st.text())
def test_only_the_secret_itself_fits_its_digest(one, other):
    assert is_secret(digest(one), one)
    assert is_secret(digest(one), other) == (one == other)
    assert not is_secret(None, other)
