"""What a provider's answer proves: only what it signed, for us, for this sign-in, now."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from nrm.signin.errors import NotProvedError, ProviderError
from nrm.signin.oidc import address, code_of, identity, new_pending, roles_of
from nrm.signin.settings import OidcSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
ISSUER = "https://id.example.org"
SETTINGS = {
    "name": "ministry",
    "issuer": ISSUER,
    "client_id": "nrm",
    "client_secret_file": Path("secret"),
    "redirect": "https://nrm.example.org/back",
    "roles": {"case team": "caseworker", "leads": "supervisor"},
}
OIDC = OidcSettings.model_validate(SETTINGS)
KEY = RSAKey.generate_key(2048)
JWKS = {"keys": [KEY.as_dict(private=False)]}


def told(pending, key=KEY, settings=OIDC, jwks=JWKS, **more):
    said = {"iss": ISSUER, "sub": "s-1", "aud": "nrm", "exp": AT + 60, "iat": AT, "nonce": pending.nonce, **more}
    said = {name: value for name, value in said.items() if value is not None}
    token = jwt.encode({"alg": "RS256"}, said, key, algorithms=["RS256"])
    return identity(token, jwks, settings, pending, NOW)


@pytest.fixture
def pending():
    return new_pending("ministry")


def test_the_browser_is_sent_away_with_state_nonce_and_a_challenge_and_without_the_verifier(pending):
    url = urlsplit(address(f"{ISSUER}/authorize?tenant=1", OIDC, pending))
    sent = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert sent == {
        "tenant": "1",
        "response_type": "code",
        "client_id": "nrm",
        "redirect_uri": "https://nrm.example.org/back",
        "scope": "openid",
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": create_s256_code_challenge(pending.verifier),
        "code_challenge_method": "S256",
    }
    assert pending.verifier not in url.query
    assert len({pending.state, pending.nonce, pending.verifier, new_pending("ministry").state}) == 4
    assert pending.nonce not in repr(pending)


@pytest.mark.parametrize(
    "change",
    [
        *({"state": "other"}, {"state": None}, {"code": None}, {"code": ""}, {"code": "x" * 3_000}),
        *({"iss": "https://evil.example"}, {"error": "access_denied"}, {"state": "é"}, {"provider": "other"}),
    ],
)
def test_an_answer_that_is_not_to_this_question_gives_no_code(pending, change):
    answer = {"state": pending.state, "code": "c", "iss": ISSUER, **change}
    with pytest.raises(NotProvedError):
        code_of({name: value for name, value in answer.items() if value is not None}, pending, ISSUER)


def test_an_answer_to_this_question_gives_its_code(pending):
    assert code_of({"state": pending.state, "code": "c", "iss": ISSUER}, pending, ISSUER) == "c"
    assert code_of({"state": pending.state, "code": "c"}, pending, ISSUER) == "c"


def test_whom_the_provider_names_is_told_with_their_groups(pending):
    who = told(pending, groups=["leads", "football", 7], name="Canary")
    assert (who.issuer, who.subject, who.groups, who.name) == (ISSUER, "s-1", ("leads", "football"), "Canary")
    assert "Canary" not in repr(who)
    assert told(pending, groups="leads").groups == ("leads",)
    assert told(pending).groups == ()


@pytest.mark.parametrize(
    "change",
    [
        *({"iss": "https://evil.example"}, {"iss": ISSUER + "/"}, {"aud": "other"}, {"aud": ["nrm", "other"]}),
        *({"aud": None}, {"azp": "other"}, {"exp": AT - 61}, {"exp": None}, {"iat": AT + 61}, {"iat": None}),
        *({"nonce": "other"}, {"nonce": None}, {"sub": None}, {"sub": ""}, {"sub": 7}),
    ],
)
def test_a_token_of_another_for_another_or_of_another_time_names_nobody(pending, change):
    with pytest.raises(NotProvedError):
        told(pending, **change)


def test_a_token_for_several_must_say_that_we_asked_for_it(pending):
    assert told(pending, aud=["nrm", "other"], azp="nrm").subject == "s-1"


def test_a_token_that_the_provider_did_not_sign_names_nobody(pending):
    with pytest.raises(NotProvedError):
        told(pending, key=RSAKey.generate_key(2048))
    with pytest.raises(ProviderError, match="no key"):
        told(pending, jwks={"keys": [{"kty": "oct", "k": "c2VjcmV0"}]})


@pytest.mark.parametrize(("amr", "good"), [(["pwd"], False), (None, False), (["pwd", "mfa"], True), ("mfa", True)])
def test_where_a_second_factor_is_asked_for_the_provider_must_say_that_there_was_one(pending, amr, good):
    settings = OidcSettings.model_validate({**SETTINGS, "require_amr": ("mfa", "hwk")})
    if good:
        assert told(pending, settings=settings, amr=amr).subject == "s-1"
    else:
        with pytest.raises(NotProvedError, match="second factor"):
            told(pending, settings=settings, amr=amr)


def test_only_groups_that_the_settings_name_give_roles():
    assert roles_of(("leads", "football", "case team"), OIDC) == ("caseworker", "supervisor")
    assert roles_of(("football", "administrator", "supervisor"), OIDC) == ()


def test_a_pending_sign_in_belongs_to_one_state(pending):
    with pytest.raises(NotProvedError):
        code_of({"state": new_pending("ministry").state, "code": str(uuid4())}, pending, ISSUER)
