"""`nrm account`: the first administrator is made on the machine; no password is ever on the command line."""

import json
import os
import tomllib
from pathlib import Path

import pyotp
import pytest
from homes import secret_file, settle

from nrm.casework.accounts import entering
from nrm.casework.accounts.door import open_door
from nrm.cli.asking import office

WORDS = "canary sentence of four words"


@pytest.fixture
def account(real_nrm, small, made, tmp_path, monkeypatch):
    settle(monkeypatch, small, made.copied(tmp_path), made.passphrase, role="administrator")

    def call(*arguments, code=0):
        said = real_nrm("account", *arguments)
        assert said.code == code, said.err
        return said

    return call


@pytest.fixture
def chief(account):
    said = account("create", "chief", "--account-role", "administrator", "--display-name", "Chief", "--json")
    return json.loads(said.out)[0]["account"]


def test_a_first_administrator_is_made_on_the_machine_and_can_sign_in(account, chief, tmp_path):
    account("password", chief, "--password-file", secret_file(tmp_path / "first", WORDS))
    app = json.loads(account("totp", chief, "--json").out)
    with office(tmp_path / "home", Path(os.environ["NRM_PASSPHRASE_FILE"])) as opened:
        door = open_door(opened.desk, opened.home.sign_in)
        step = entering.give_password(door, "chief", WORDS, None)
        assert (step.must_change, step.totp, step.enrol) == (True, True, None)
        code = pyotp.TOTP(app["secret"]).now()
        begun = entering.give_second(door, step.token, None, code=code, new_password=f"{WORDS} and one")
        assert begun.account.roles == ("administrator",)
    listed = json.loads(account("list", "--json").out)
    assert [(one["name"], one["entered"], one["second_factor"]) for one in listed] == [("chief", True, True)]
    assert account("invite", chief, code=1).out == ""


def test_secrets_are_shown_once_and_never_listed(account, chief):
    app = account("totp", chief)
    assert "otpauth://totp/" in app.out
    secret = app.lines[1]
    assert len(secret) == 32
    code = json.loads(account("invite", chief, "--json").out)["code"]
    for said in (account("list"), account("list", "--json")):
        assert secret not in said.out
        assert code not in said.out
        assert "argon2" not in said.out


def test_a_weak_password_is_refused_and_a_readable_file_too(account, chief, tmp_path):
    weak = account("password", chief, "--password-file", secret_file(tmp_path / "weak", "password1234"), code=2)
    assert "among the first" in weak.err
    assert "password1234" not in weak.err
    open_ = account("password", chief, "--password-file", secret_file(tmp_path / "open", WORDS, 0o644), code=2)
    assert WORDS not in open_.err
    assert "no terminal" in account("password", chief, code=2).err


def test_an_account_is_changed_suspended_and_restored(account, chief):
    changed = account("change", chief, "--account-role", "supervisor", "--account-role", "caseworker", "--lang", "fr")
    assert "caseworker, supervisor" in changed.out
    assert "(suspended)" in account("suspend", chief).out
    assert "(new)" in account("suspend", chief, "--restore").out
    assert account("sessions", chief).code == 0
    assert "roles" in account("change", chief, "--account-role", "king", code=2).err
    assert "not an identifier" in account("suspend", "CanaryName", code=2).err


def test_an_account_of_a_service_and_of_a_program(account):
    said = account("create", "shelter", "--account-role", "provider", "--of-service", "local:1", "--json")
    service = json.loads(said.out)[0]
    program = json.loads(account("create", "feed", "--account-role", "caseworker", "--program", "--json").out)[0]
    assert service["organisation"] != program["organisation"]
    assert program["kind"] == "client"
    assert len(json.loads(account("list", "--json").out)) == 2


def test_recovery_takes_two_administrators(account, chief, monkeypatch):
    waiting = json.loads(account("recover", chief, "--json").out)["recovery"]
    assert "somebody else" in account("confirm", waiting, code=1).err
    monkeypatch.setenv("NRM_WHO", "bo")
    code = json.loads(account("confirm", waiting, "--json").out)["code"]
    assert len(code.replace("-", "")) == 24
    assert account("confirm", waiting, code=2).out == ""
    assert "nrm account confirm " in account("recover", chief).out


def test_who_is_no_administrator_makes_no_account(account, monkeypatch, tmp_path):
    monkeypatch.setenv("NRM_ROLE", "caseworker")
    assert account("create", "x", "--account-role", "administrator", code=1).out == ""
    assert account("list", code=1).out == ""
    assert tomllib.loads((tmp_path / "home" / "home.toml").read_text())["origin"] == "nrm.example.org/log"
