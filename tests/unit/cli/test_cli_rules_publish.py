"""`nrm rules` from a folder of rules to a rulebook that decides: in one go, and step by step with two officers."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fakes import write_rulebook
from installed import Installed
from published import BESIDES, LATER, OFFICERS_TOML, SIGNERS
from rulebook_desk import remembered_checks

from nrm.publishing.archive import digest_of

NAMES = {"ada": 1, "ben": 2, "cleo": 3}


def key_file(folder, name):
    path = folder / name
    key = Ed25519PrivateKey.from_private_bytes(bytes([NAMES[name]]) * 32)
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return path


def days_on(days):
    return (datetime.now(tz=UTC).date() + timedelta(days=days)).isoformat()


class Officers:
    """An installation on signed rulebooks, and its officers."""

    def __init__(self, nrm, folder, monkeypatch):
        remembered_checks(monkeypatch)
        self._monkeypatch = monkeypatch
        self.at = Installed(nrm, folder, monkeypatch)
        (self.at.home / "officers.toml").write_text(OFFICERS_TOML)
        self.keys = {name: key_file(folder, name) for name in NAMES}
        self.first = write_rulebook(folder / "first", BESIDES).rules
        self.second = write_rulebook(folder / "second", {**BESIDES, **dict(LATER)}).rules
        self.folder = folder

    def __call__(self, *arguments, who="ada"):
        self._monkeypatch.setenv("NRM_WHO", who)
        for name in ("NRM_RULES", "NRM_SEEDS"):
            self._monkeypatch.delenv(name, raising=False)
        return self.at(*arguments)

    def json(self, *arguments, **more):
        said = self(*arguments, "--json", **more)
        assert (said.code, said.err) == (0, "")
        return json.loads(said.out)

    def publish(self, rules, from_="2026-01-01", author="ada", approver="ben"):
        keys = "--author-key", self.keys[author], "--approver-key", self.keys[approver]
        return self("rules", "publish", rules, "--from", from_, *keys, "--json")

    def decided(self):
        self._monkeypatch.setenv("NRM_WHO", "anna")
        return self.at("case", "decide", self.at.case, "--json", role="caseworker")

    def file(self, name):
        return Path(self.folder / name)


@pytest.fixture
def officers(nrm, tmp_path, monkeypatch):
    return Officers(nrm, tmp_path, monkeypatch)


def test_a_folder_of_rules_becomes_the_rulebook_that_decides_in_one_go(officers):
    refused = officers.decided()
    assert refused.code != 0
    assert "nrm rules publish" in refused.err
    said = officers.publish(officers.first)
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["state"] == "in_force"
    assert officers.decided().code == 0
    verified = officers.json("rules", "verify", "--prove")
    assert [(one["refused"], one["proved_again"]) for one in verified] == [([], True)]
    assert {"rulebook:propose", "rulebook:prove", "rulebook:approve", "work:rulebook:enforce"} <= {
        verb for verb, _ in officers.at.told()
    }


@pytest.mark.parametrize(("author", "approver"), [("ada", "cleo"), ("ada", "ada"), ("ben", "ben")])
def test_publishing_needs_two_officers_of_two_units(officers, author, approver):
    said = officers.publish(officers.first, author=author, approver=approver)
    assert said.code == 2
    assert officers.json("rules", "status") == []


def test_an_example_that_fails_publishes_nothing(officers):
    wrong = {"rules/care/shelter.examples.yaml": ("expect: [shelter]", "expect: [doctor]")}
    rules = write_rulebook(officers.folder / "wrong", {**BESIDES, **wrong}).rules
    said = officers.publish(rules)
    assert said.code == 1
    assert "shelter.examples.yaml" in said.out
    assert officers.json("rules", "status") == []


def test_step_by_step_two_officers_sign_what_the_first_one_made(officers):
    officers.publish(officers.first)
    bundle, statement = officers.file("second.tar.xz"), officers.file("second.json")
    made = officers.json("rules", "bundle", officers.second, "-o", bundle)
    assert made["bundle"] == digest_of(bundle.read_bytes())
    named = officers.json("rules", "status")[0]["rulebook"]
    officers("rules", "status", named, "-o", officers.file("first.tar.xz"))
    begins = days_on(3)
    more = "--from", begins, "--previous", officers.file("first.tar.xz")
    assert officers("rules", "statement", bundle, *more, "-o", statement).code == 0
    signature = officers.file("signature")
    signature.write_text(SIGNERS["ada"].sign(statement.read_bytes(), "nrm-rulebook"))
    proposed = officers.json("rules", "propose", bundle, statement, "--signature", signature)
    assert proposed["state"] == "checked"
    name = proposed["rulebook"][:13]
    assert officers("rules", "comment", name, "--because", "Two days are enough?", who="ben").code == 0
    assert officers("rules", "approve", name, "--sign-with", officers.keys["ben"], who="ada").code == 1
    assert (
        officers.json("rules", "approve", name, "--sign-with", officers.keys["ben"], who="ben")["state"] == "approved"
    )
    told = officers.json("rules", "status", name)
    assert [one["step"] for one in told["steps"]] == ["propose", "check", "comment", "approve"]
    shown = officers("rules", "status")
    assert "approved" in shown.out
    assert begins in shown.out
    assert "Two days are enough?" in officers("rules", "status", name).out
    assert officers("rules", "withdraw", name, "--because", "Not now.").code == 0
    assert officers.json("rules", "status", name)["state"] == "withdrawn"


def test_an_older_rulebook_is_rolled_back_to(officers):
    officers.publish(officers.first)
    first = officers.json("rules", "status")[0]
    assert json.loads(officers.publish(officers.second, days_on(0)).out)["state"] == "in_force"
    signed = "--sign-with", officers.keys["ada"]
    back = officers.json("rules", "roll-back", first["rulebook"], *signed)
    assert back["says"]["rolls_back"] is True
    officers.json("rules", "approve", back["rulebook"], "--sign-with", officers.keys["ben"], who="ben")
    assert officers.decided().code == 0
    assert back["says"]["bundle"] == first["says"]["bundle"]


def test_what_was_rejected_says_why(officers):
    bundle, statement = officers.file("b.tar.xz"), officers.file("s.json")
    officers("rules", "bundle", officers.first, "-o", bundle)
    officers("rules", "statement", bundle, "--from", "2026-01-01", "-o", statement)
    made = officers.json("rules", "propose", bundle, statement, "--sign-with", officers.keys["ada"])
    officers("rules", "reject", made["rulebook"], "--because", "The time is too long.", who="ben")
    assert "The time is too long." in officers("rules", "status", made["rulebook"]).out
    assert officers("rules", "verify").text == "no rulebook binds yet"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("approve", "nothing", "--sign-with", "KEY"), "there is no such rulebook"),
        (("status", "nothing"), "there is no such rulebook"),
        (("status", "-o", "x"), "none is named"),
        (("bundle", "nowhere", "-o", "x"), "there is no such folder"),
        (("statement", "nowhere", "-o", "x"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do(officers, arguments, what):
    said = officers("rules", *arguments)
    assert said.code == 2
    assert what in said.err


def test_nobody_is_an_officer_who_does_not_stand_in_the_file(officers):
    said = officers("rules", "status", who="mallory")
    assert said.code == 2
    assert "no officer of that name" in said.err


def test_without_the_file_of_officers_an_installation_with_rulebooks_does_not_start(officers):
    officers.publish(officers.first)
    (officers.at.home / "officers.toml").unlink()
    said = officers.decided()
    assert said.code == 2
    assert "no file that says who may sign them" in said.err


def test_one_signature_is_asked_for_and_not_two(officers):
    for more in ((), ("--author-key", officers.keys["ada"], "--author-signature", officers.keys["ada"])):
        said = officers("rules", "publish", officers.first, *more)
        assert said.code == 2
        assert "one signature is needed" in said.err
