"""`nrm case bundle`, `nrm oversight` and `nrm replay`: a decision goes to an overseer, who makes it again alone."""

import json
import re
import shutil
import stat
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from homes import called, settle
from sealed_packages import IDENTITY, OTHER_IDENTITY, RECIPIENT, STRANGER, write_age_key

from nrm.audit.note import Signer

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.fixture
def nrm(real_nrm, made, home, small, monkeypatch):
    settle(monkeypatch, small, home, made.passphrase)
    return real_nrm


@pytest.fixture
def overseer(nrm, home, tmp_path):
    """An overseer's folder: the keys, and ways to get a bundle and to replay it."""
    folder = tmp_path / "overseer"
    folder.mkdir()
    (folder / "signers").write_text(nrm("keys", "signer", "--oversight").out.splitlines()[0] + "\n")
    shutil.copy(home / "log.vkey", folder / "vkey")
    key, sealed = write_age_key(folder / "age.key"), folder / "decision.age"

    def replay(*more, identity=key, signers=folder / "signers"):
        return nrm("replay", sealed, "--identity", identity, "--signer", signers, *more)

    def asks(*arguments):
        return nrm("oversight", *arguments, "--role", "overseer", "--who", "rapporteur")

    return SimpleNamespace(folder=folder, sealed=sealed, replay=replay, asks=asks, vkey=folder / "vkey")


@pytest.fixture
def sent(overseer, nrm, made):
    said = nrm("case", "bundle", made.case, made.decision, "--to", RECIPIENT, "--out", overseer.sealed)
    assert (said.code, said.err) == (0, "")
    return overseer


def test_a_bundle_is_replayed_where_there_is_no_installation_and_no_rulebook(sent, home, monkeypatch):
    for name in ("HOME", "RULES", "SEEDS", "WHO", "ROLE", "PASSPHRASE_FILE"):
        monkeypatch.delenv(f"NRM_{name}")
    shutil.rmtree(home)
    monkeypatch.setenv("NRM_RULES", "/nowhere")
    said = sent.replay("--vkey", sent.vkey)
    assert (said.code, said.err) == (0, "")
    assert said.lines[-1] == "replayed: the decision comes out byte for byte"
    assert "it is entry 2 of the 3 that the log had" in said.out
    assert "shelter" in said.out.lower()


def test_for_programs_it_is_json_with_the_facts_and_the_plan(sent):
    found = json.loads(sent.replay("--vkey", sent.vkey, "--json").out)
    assert (found["same"], found["in_log"], found["index"], found["entries"]) == (True, True, 2, 3)
    assert (found["facts"]["signs"], found["on"]) == (["debt"], "2026-03-01")
    assert found["plan"]["rulebook"] == found["rulebook"] == found["entry"]["rulebook"]


def test_without_the_key_of_the_log_it_says_what_was_not_looked_at(sent):
    said = sent.replay()
    assert said.code == 0
    assert "not compared with the log: give --vkey FILE" in said.out


def test_the_file_is_for_its_owner_only_and_never_written_over(sent, nrm, made):
    assert stat.S_IMODE(sent.sealed.stat().st_mode) == 0o600
    said = nrm("case", "bundle", made.case, made.decision, "--to", RECIPIENT, "--out", sent.sealed)
    assert said.code == 2
    assert "nothing is ever written over" in said.err


def test_another_log_or_another_signer_does_not_hold(sent):
    sent.vkey.write_text(Signer("nrm.example.org/log", b"x" * 32).vkey)
    said = sent.replay("--vkey", sent.vkey)
    assert said.code == 1
    assert said.err.endswith("DOES NOT HOLD\n")
    stranger = sent.folder / "stranger"
    stranger.write_text(STRANGER.public)
    said = sent.replay(signers=stranger)
    assert (said.code, said.out) == (1, "")
    assert "signed with a key that you do not know" in said.err


def test_a_key_that_is_trusted_for_referrals_only_is_not_enough(sent, nrm):
    (sent.folder / "signers").write_text(nrm("keys", "signer").out.splitlines()[0] + "\n")
    assert sent.replay().code == 1


def test_altered_bytes_do_not_hold(sent):
    data = bytearray(sent.sealed.read_bytes())
    data[-1] ^= 1
    sent.sealed.write_bytes(data)
    said = sent.replay()
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("REFUSED: nothing of it was believed\n")
    machine = sent.replay("--json")
    assert (machine.code, json.loads(machine.out)["refused"]) == (1, True)


def test_what_is_no_bundle_or_not_for_this_key_is_bad_input(sent):
    other = write_age_key(sent.folder / "other.key", OTHER_IDENTITY)
    assert sent.replay(identity=other).code == 2
    sent.sealed.write_bytes(b"a letter")
    assert sent.replay().code == 2
    sent.sealed.unlink()
    said = sent.replay()
    assert said.code == 2
    assert IDENTITY not in said.err


def test_an_overseer_finds_the_event_states_why_and_gets_the_decision(overseer, nrm, made):
    found = json.loads(overseer.asks("events", "--reason", "complaint", "--action", "decision:make", "--json").out)
    (event,) = found["events"]
    said = overseer.asks("bundle", event["event"], "--reason", "complaint", "--to", RECIPIENT, "--out", overseer.sealed)
    assert (said.code, said.err) == (0, "")
    assert overseer.replay("--vkey", overseer.vkey).code == 0
    assert made.case not in said.out
    last = json.loads(nrm("audit", "tail", "-n", "2", "--json").out)
    assert [(one["action"], one["purpose"], one["basis"]) for one in last] == [
        ("cli:event:search", "complaint", "oversight"),
        ("cli:decision:examine", "complaint", "oversight"),
    ]


def test_events_are_shown_with_where_to_go_on(overseer):
    said = overseer.asks("events", "--reason", "spot_check", "--most", "1")
    assert said.code == 0
    assert "cli:database:create" in said.out or "cli:" in said.out
    assert said.lines[-1].startswith("1 event; the log has 3 entries; go on with --after 0")
    rest = overseer.asks("events", "--reason", "spot_check", "--after", "0", "--since", TODAY)
    assert rest.code == 0
    assert "go on" not in rest.out


def test_statistics_say_what_is_counted(overseer):
    said = overseer.asks("statistics", "--reason", "inspection")
    assert (said.code, said.err) == (0, "")
    assert "Counted are entries" in said.out
    found = json.loads(overseer.asks("statistics", "--reason", "inspection", "--since", TODAY, "--json").out)
    assert [(row["role"], row["opened"], row["written"]) for row in found["rows"]] == [("caseworker", 1, 1)]
    assert found["denied"] == {}


@pytest.mark.parametrize("verb", ["events", "statistics"])
def test_without_a_reason_of_the_list_nothing_is_shown(overseer, verb):
    said = overseer.asks(verb, "--reason", "because")
    assert (said.code, said.out) == (2, "")
    assert "court_order" in said.err


def test_a_caseworker_may_not_ask_as_an_overseer(nrm):
    said = nrm("oversight", "statistics", "--reason", "complaint")
    assert (said.code, said.out) == (1, "")


def test_a_supervisor_says_whose_a_pseudonym_is(nrm, home):
    found = json.loads(nrm("audit", "tail", "--json").out)
    actor = found[-1]["actor"]
    said = nrm("oversight", "whose", actor, "--official", "bo", "--official", "anna", "--role", "supervisor")
    assert (said.code, said.out) == (0, "anna\n")
    said = nrm("oversight", "whose", actor, "--official", "bo", "--role", "supervisor")
    assert (said.code, said.out, said.err) == (1, "", "none of them\n")
    assert nrm("oversight", "whose", "anna", "--official", "anna", "--role", "supervisor").code == 2
    assert nrm("oversight", "whose", actor, "--official", "anna", "--role", "overseer").code == 1
    assert re.search(r"user:reveal", nrm("audit", "tail").out)
    assert called("db", "check")
    assert home.exists()
