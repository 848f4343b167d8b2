"""The part `sign_in` of home.toml."""

from pathlib import Path

import pytest

from nrm.errors import FileRefusedError
from nrm.home import home_text, read_home
from nrm.signin.settings import is_safe_address

OURS = "11111111-1111-4111-8111-111111111111"
PROVIDER = f"""
[[sign_in.oidc]]
name = "ministry"
issuer = "https://id.example.org"
client_id = "nrm"
client_secret_file = "secrets/ministry"
redirect = "https://nrm.example.org/v1/sign-in/oidc/back"
create = true
organisation = "{OURS}"
roles = {{ "case team" = "caseworker" }}
"""


def home(folder, text=""):
    (folder / "home.toml").write_text(home_text("nrm.example.org/log", OURS) + text)
    return read_home(folder)


def test_without_a_word_on_sign_in_the_limits_are_half_an_hour_and_half_a_day(tmp_path):
    found = home(tmp_path).sign_in
    assert (found.idle_minutes, found.absolute_hours, found.oidc) == (30, 12, ())
    assert (found.party.domain, found.party.origins) == ("localhost", ("http://localhost:8000",))


def test_what_is_written_is_what_holds_and_paths_are_taken_from_the_folder(tmp_path):
    text = '[sign_in]\nidle_minutes = 5\nabsolute_hours = 8\norigin = "https://nrm.example.org"\n' + PROVIDER
    found = home(tmp_path, text).sign_in
    assert (found.idle_minutes, found.absolute_hours, found.party.domain) == (5, 8, "nrm.example.org")
    provider = found.oidc[0]
    assert provider.client_secret_file == tmp_path / "secrets" / "ministry"
    assert (provider.create, str(provider.organisation), provider.roles) == (True, OURS, {"case team": "caseworker"})
    assert isinstance(provider.client_secret_file, Path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[sign_in]\nidle_minutes = 0\n", "idle_minutes"),
        ("[sign_in]\nidle_minutes = 1441\n", "idle_minutes"),
        ("[sign_in]\nabsolute_hours = 169\n", "absolute_hours"),
        ("[sign_in]\ntoken_days = 367\n", "token_days"),
        ("[sign_in]\nclient_minutes = 999999999999\n", "client_minutes"),
        ('[sign_in]\norigin = "http://nrm.example.org"\n', "https"),
        ('[sign_in]\norigin = "https://nrm.example.org/app"\n', "no path"),
        (PROVIDER.replace("https://id", "http://id"), "https"),
        (PROVIDER.replace('"caseworker"', '"worker"'), "worker"),
        (PROVIDER + PROVIDER, "same `name`"),
        (PROVIDER.replace(f'organisation = "{OURS}"\n', ""), "organisation"),
        (PROVIDER + 'client_secret = "CanarySecret"\n', "client_secret"),
        (PROVIDER + 'scopes = ["profile"]\n', "openid"),
        (PROVIDER.replace("create = true", 'create = "perhaps"'), "create"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, text, why):
    with pytest.raises(FileRefusedError, match=why) as caught:
        home(tmp_path, text)
    assert "CanarySecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        *(("https://id.example.org/a", True), ("http://127.0.0.1:9400", True), ("http://localhost:9", True)),
        *(("http://[::1]:9", True), ("http://id.example.org", False), ("http://127.0.0.1.evil.example", False)),
        *(("https://user:secret@id.example.org", False), ("ftp://localhost", False), ("https://", False), ("x", False)),
        *(("https://id.example.org:99999999", False), ("https://[", False)),
    ],
)
def test_only_https_is_safe_and_http_on_this_machine(address, safe):
    assert is_safe_address(address) == safe
