"""Sign-in at a real provider of identity, which runs in a process of its own."""

import pytest
from identity_provider import browse, claims, door_to, with_settings
from offices import OURS, new_office

from nrm.casework.accounts import entering_oidc, sessions, steps
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.signin.errors import ProviderError
from nrm.vault.errors import KeyStoreRefusedError

REDIRECT = "https://nrm.example.org/back"


@pytest.fixture
def at(tmp_path, issuer):
    return door_to(issuer, new_office(tmp_path), tmp_path, REDIRECT)


def refused(attempt):
    with pytest.raises(SignInDeniedError) as caught:
        attempt()
    return caught.value.why


def test_somebody_signs_in_at_their_provider_and_has_a_session_here(at, issuer):
    claims(issuer, "subject-1", groups=["case team"], name="Canary Anna")
    token, url = entering_oidc.begin_oidc(at.door, "ministry")
    begun = entering_oidc.finish_oidc(at.door, token, browse(url, "subject-1"))
    signed = sessions.session_of(at.desk, begun.token)
    assert (signed.account.roles, signed.account.organisation) == (("caseworker",), OURS)
    assert "subject-1" not in signed.account.name
    assert b"Canary" not in b"".join(at.office.leaves())


def test_who_has_no_group_that_gives_a_role_is_not_let_in(at, issuer):
    claims(issuer, "subject-2", groups=["football"])
    token, url = entering_oidc.begin_oidc(at.door, "ministry")
    assert refused(lambda: entering_oidc.finish_oidc(at.door, token, browse(url, "subject-2"))) == "not_permitted"


def test_a_code_of_another_sign_in_is_refused(at, issuer):
    claims(issuer, "subject-1", groups=["case team"])
    mine, own_url = entering_oidc.begin_oidc(at.door, "ministry")
    _, thiefs_url = entering_oidc.begin_oidc(at.door, "ministry")
    stolen, own = browse(thiefs_url, "subject-1"), browse(own_url, "subject-1")
    mixed = {**own, "code": stolen["code"]}  # put into our own sign-in: state fits, nonce does not
    for answer in (stolen, mixed):
        assert refused(lambda answer=answer: entering_oidc.finish_oidc(at.door, mine, answer)) == "wrong_credentials"


def test_a_code_is_exchanged_once(at, issuer):
    claims(issuer, "subject-1", groups=["case team"])
    token, url = entering_oidc.begin_oidc(at.door, "ministry")
    answer = browse(url, "subject-1")
    pending = new_step(at, token)
    provider = at.door.providers["ministry"]
    assert provider.finish(pending, answer, at.desk.clock()).subject == "subject-1"
    with pytest.raises(ProviderError):
        provider.finish(pending, answer, at.desk.clock())


def new_step(at, token):
    return at.desk.store.run(lambda unit: steps.found(at.desk, unit, token, "oidc")).thing.pending


def test_a_provider_that_calls_itself_otherwise_is_not_used(at, issuer):
    with_settings(at, issuer=issuer + "/")
    with pytest.raises(ProviderError, match="calls itself otherwise"):
        entering_oidc.begin_oidc(at.door, "ministry")


def test_a_provider_that_is_not_there_is_an_error_that_says_so(at):
    with_settings(at, issuer="http://127.0.0.1:9")
    with pytest.raises(ProviderError, match="cannot be reached"):
        entering_oidc.begin_oidc(at.door, "ministry")


def test_a_client_secret_that_cannot_be_read_is_told_without_it(at, issuer, tmp_path):
    claims(issuer, "subject-1", groups=["case team"])
    (tmp_path / "open").write_text("CanarySecret")
    for name in ("gone", "open"):
        with_settings(at, client_secret_file=tmp_path / name)
        token, url = entering_oidc.begin_oidc(at.door, "ministry")
        answer = browse(url, "subject-1")
        with pytest.raises(KeyStoreRefusedError, match="client secret file") as caught:
            entering_oidc.finish_oidc(at.door, token, answer)
        assert "CanarySecret" not in str(caught.value)
