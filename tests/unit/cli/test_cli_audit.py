"""`nrm audit`: verify says yes only with its line and 0; proofs, the tail, copies, and what is altered is refused."""

import json
import shutil
from uuid import uuid4

import pytest
from homes import called, made_home, settle
from small_logs import cosigner, counted

from nrm.audit.checkpoint import Checkpoint, parse_checkpoint, signed
from nrm.audit.note import Signer, parse_note


@pytest.fixture
def nrm(real_nrm, made, home, small, monkeypatch):
    settle(monkeypatch, small, home, made.passphrase)
    return real_nrm


@pytest.fixture
def verify(nrm, home):
    return lambda *options, log=home / "log": nrm("audit", "verify", log, "--vkey", home / "log.vkey", *options)


def not_verified(said, what):
    assert said.code == 1
    assert said.out == ""
    assert what in said.err
    assert said.err.endswith("NOT VERIFIED\n")


def refused(said, what):
    assert (said.code, said.out) == (2, "")
    assert what in said.err
    assert "the program itself failed" not in said.err


def flip(path, at=-2):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def bundle(home):
    return max(path for path in (home / "log" / "tile" / "entries").rglob("*") if path.is_file())


def test_a_good_log_is_verified_and_what_was_not_asked_for_is_said(verify):
    said = verify()
    assert (said.code, said.err) == (0, "")
    assert said.lines[-1] == "verified: 3 entries of nrm.example.org/log"
    assert "not compared with anything seen before: give --seen FILE" in said.out
    assert "no witness was asked for: give --policy FILE" in said.out


def test_for_programs_a_no_is_json_too(verify, home):
    flip(home / "log" / "checkpoint")
    said = verify("--json")
    found = json.loads(said.out)
    assert (said.code, found["verified"]) == (1, False)
    assert [f"{one['what']}; {one['todo']}" for one in found["problems"]] == [
        line.split(": ", 2)[2] for line in said.err.splitlines()[:-1]
    ]


def test_for_programs_it_is_json(verify, tmp_path):
    found = json.loads(verify("--seen", tmp_path / "seen", "--json").out)
    root = found.pop("root")
    assert len(root) == 44
    assert found == {
        "verified": True,
        "origin": "nrm.example.org/log",
        "entries": 3,
        "entries_seen_before": None,
        "witnesses": None,
        "cosigned_entries": None,
        "cosigned_at": None,
    }
    assert json.loads(verify("--seen", tmp_path / "seen", "--json").out)["entries_seen_before"] == 3


def test_what_was_seen_is_remembered_and_growth_is_proved(nrm, verify, made, tmp_path):
    seen = tmp_path / "seen"
    assert "nothing was seen before" in verify("--seen", seen).out
    assert nrm("case", "history", made.case).code == 0
    said = verify("--seen", seen)
    assert said.code == 0
    assert "begins with the 3 entries that were seen before" in said.out
    assert parse_checkpoint(parse_note(seen.read_bytes()).text).size == 4


def test_a_log_that_went_back_is_not_verified_and_what_was_seen_stays(nrm, verify, made, home, tmp_path):
    seen, old = tmp_path / "seen", tmp_path / "old"
    shutil.copytree(home / "log", old)
    assert nrm("case", "history", made.case).code == 0
    assert verify("--seen", seen).code == 0
    before = seen.read_bytes()
    not_verified(verify("--seen", seen, log=old), "the log has 3 entries, and 4 were seen before")
    assert seen.read_bytes() == before


def test_another_history_is_not_verified(nrm, verify, made, home, tmp_path):
    """Signed with the same key, of the same length: only who remembers can tell."""
    seen = tmp_path / "seen"
    copy = shutil.copytree(home, tmp_path / "second")
    assert nrm("case", "history", made.case).code == 0
    assert verify("--seen", seen).code == 0
    assert nrm("case", "history", made.case, "--home", copy).code == 0
    assert verify(log=copy / "log").code == 0
    not_verified(verify("--seen", seen, log=copy / "log"), "this is a second histo")


@pytest.mark.parametrize("part", ["entry", "checkpoint", "tile", "missing tile", "missing checkpoint", "missing log"])
def test_one_bit_or_file_is_enough_to_refuse(verify, home, part):
    log = home / "log"
    if part == "entry":
        flip(bundle(home))
    elif part == "tile":
        flip(next(path for path in (log / "tile" / "0").rglob("*") if path.is_file()))
    elif part == "checkpoint":
        flip(log / "checkpoint", at=30)
    elif part == "missing tile":
        shutil.rmtree(log / "tile" / "0")
    elif part == "missing checkpoint":
        (log / "checkpoint").unlink()
    else:
        shutil.rmtree(log)
    said = verify()
    assert said.err.startswith("error: ")
    not_verified(said, "log")


def test_a_checkpoint_that_another_key_signed_is_not_verified(verify, home):
    path = home / "log" / "checkpoint"
    head = parse_checkpoint(parse_note(path.read_bytes()).text)
    path.write_bytes(bytes(signed(Checkpoint(head.origin, head.size, head.root), Signer(head.origin, b"x" * 32))))
    not_verified(verify(), "no signature of the key")


def policy(home, tmp_path, quorum):
    path = tmp_path / "policy"
    vkey = (home / "log.vkey").read_text().strip()
    path.write_text(f"log {vkey}\nwitness rapporteur {cosigner().vkey}\nquorum {quorum}\n")
    return path


def test_a_witness_that_the_policy_demands_must_have_cosigned(verify, home, tmp_path):
    demanded = policy(home, tmp_path, "rapporteur")
    not_verified(verify("--policy", demanded), "rapporteur")
    path = home / "log" / "checkpoint"
    note = parse_note(path.read_bytes())
    path.write_bytes(bytes(note.with_signatures(cosigner().cosign(note.text, 1_772_000_000))))
    said = verify("--policy", demanded, "--json")
    assert said.code == 0
    assert any("rapporteur" in reason for reason in json.loads(said.out)["witnesses"])


def test_a_policy_or_a_key_that_is_none_is_bad_input(nrm, verify, home, tmp_path):
    bad = tmp_path / "bad"
    bad.write_text("quorum nobody\nlog\n")
    refused(verify("--policy", bad), "bad:1")
    refused(verify("--policy", tmp_path / "none"), "the file cannot be read: no such file")
    refused(nrm("audit", "verify", home / "log", "--vkey", tmp_path / "none"), "the file cannot be read: no such file")
    refused(nrm("audit", "verify", home / "log", "--vkey", bad), "the key text is not")
    bad.write_bytes(b"\xff")
    refused(nrm("audit", "verify", home / "log", "--vkey", bad), "not UTF-8")


def test_a_memory_that_is_none_is_not_believed(verify, tmp_path):
    seen = tmp_path / "seen"
    seen.write_text("nothing of a note\n")
    not_verified(verify("--seen", seen), "seen")
    assert seen.read_text() == "nothing of a note\n"


def events(nrm, *options):
    return json.loads(nrm("audit", "tail", "--json", *options).out)


def test_the_tail_shows_the_last_entries(nrm):
    said = nrm("audit", "tail", "-n", 2)
    assert said.lines[0].split() == ["time", "(UTC)", "action", "result", "role", "groups"]
    assert [line.split()[0] for line in said.lines if "cli:" in line] == ["1", "2"]
    assert said.lines[-1] == "3 entries"
    entries = events(nrm)
    assert [one["action"] for one in entries] == ["cli:database:create", "cli:case:open", "cli:decision:make"]
    assert [one["index"] for one in entries] == [0, 1, 2]
    assert len(events(nrm, "-n", 1)) == 1
    assert "Canary" not in said.out + json.dumps(entries)


@pytest.mark.parametrize("number", ["0", "x", "10001"])
def test_a_number_of_entries_that_is_none_is_refused(nrm, number):
    assert nrm("audit", "tail", "-n", number).code == 2


def test_a_proof_stands_by_itself(nrm, home, tmp_path):
    event = events(nrm)[1]["event"]
    proof = tmp_path / "proof"
    assert (said := nrm("audit", "prove", event, "--out", proof)).code == 0, said.err
    vkey = shutil.copy(home / "log.vkey", tmp_path / "vkey")
    shutil.rmtree(home)
    said = nrm("audit", "check", proof, "--vkey", vkey)
    assert (said.code, said.err) == (0, "")
    assert said.lines[-1] == "verified: entry 1 of 3 of nrm.example.org/log"
    assert "cli:case:open" in said.out


def test_a_proof_goes_to_the_screen_too(nrm, tmp_path, home):
    said = nrm("audit", "prove", events(nrm)[0]["event"])
    assert said.lines[0] == "c2sp.org/tlog-proof@v1"
    (tmp_path / "proof").write_text(said.out)
    assert nrm("audit", "check", tmp_path / "proof", "--vkey", home / "log.vkey").code == 0


def test_there_is_no_proof_of_what_is_not_in_the_log(nrm, tmp_path):
    refused(nrm("audit", "prove", uuid4()), "EVENT: no published entry is of that event")
    refused(
        nrm("audit", "prove", "CanaryAna"), "EVENT: this is not an identifier; use what `nrm audit tail --json` shows"
    )
    missing = tmp_path / "none" / "proof"
    refused(nrm("audit", "prove", events(nrm)[0]["event"], "--out", missing), "the file cannot be written")


@pytest.mark.parametrize("change", ["entry", "hash", "checkpoint", "other key", "no proof"])
def test_a_proof_that_was_altered_is_not_verified(nrm, home, tmp_path, change):
    path = tmp_path / "proof"
    assert nrm("audit", "prove", events(nrm)[1]["event"], "--out", path).code == 0
    lines = path.read_text().split("\n")
    vkey = home / "log.vkey"
    if change == "other key":
        vkey = tmp_path / "other"
        vkey.write_text(counted(1).signer.vkey)
    elif change == "no proof":
        lines = ["nothing"]
    else:
        at = {"entry": 1, "hash": 3, "checkpoint": lines.index("") + 3}[change]
        letter = "A" if lines[at][8] != "A" else "B"
        lines[at] = lines[at][:8] + letter + lines[at][9:]
    path.write_text("\n".join(lines))
    said = nrm("audit", "check", path, "--vkey", vkey)
    assert said.code == 1
    assert said.out == ""
    assert said.err.endswith("NOT VERIFIED\n")


def test_a_proof_without_its_entry_is_bad_input(nrm, home, tmp_path):
    path = tmp_path / "proof"
    assert nrm("audit", "prove", events(nrm)[1]["event"], "--out", path).code == 0
    path.write_text("\n".join(line for line in path.read_text().split("\n") if not line.startswith("extra ")))
    refused(nrm("audit", "check", path, "--vkey", home / "log.vkey"), "the entry itself is not in the file")


def test_a_log_is_exported_and_exported_again_when_it_has_grown(nrm, verify, made, tmp_path):
    copy = tmp_path / "stick"
    assert (
        nrm("audit", "export", copy).lines[-1].endswith("stick: 3 entries")
        or "3 entries" in nrm("audit", "export", copy).out
    )
    assert verify(log=copy).code == 0
    assert nrm("audit", "export", copy).code == 0
    assert nrm("case", "history", made.case).code == 0
    assert nrm("audit", "export", copy).code == 0
    assert "verified: 4 entries" in verify(log=copy).out


def test_a_log_is_not_exported_over_another(nrm, tmp_path, small):
    (tmp_path / "other").mkdir()
    other = made_home(tmp_path / "other", small)
    copy = tmp_path / "stick"
    called("audit", "export", copy, "--home", other.folder)
    before = (copy / "checkpoint").read_bytes()
    refused(nrm("audit", "export", copy), "the store and the published log differ")
    assert (copy / "checkpoint").read_bytes() == before


def test_without_a_published_log_nothing_is_shown(nrm, home):
    shutil.rmtree(home / "log")
    for command in (("tail",), ("prove", uuid4()), ("export", home / "copy")):
        refused(nrm("audit", *command), "checkpoint")
