"""`nrm audit cosign` before real witnesses: what they sign is published with the log, and a fork is an alarm."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from installed import Installed
from small_logs import cosigner

from nrm.audit.note import Signature, Signer
from nrm.cli import cosign

NRM = Path(sys.executable).parent / "nrm"
ALARM = "A WITNESS HAS SEEN ANOTHER HISTORY: stop, keep everything, tell the oversight body"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def at(nrm, tmp_path, monkeypatch):
    return Installed(nrm, tmp_path, monkeypatch)


@pytest.fixture
def witness(at, tmp_path):
    """Make a witness: `with witness("w1") as one` serves it at `one.url`; what it has seen, it remembers."""

    @contextmanager
    def begin(name):
        key, log = tmp_path / f"{name}.key", at.home / "log.vkey"
        if not key.exists():
            (tmp_path / f"{name}.vkey").write_text(
                at("witness", "init", "--name", f"w.example/{name}", "--key", key).out
            )
        command = [NRM, "witness", "serve", "--key", key, "--state", tmp_path / name, "--log", log, "--port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            url = re.search(r"http://\S+(?=/add-checkpoint)", process.stdout.readline())[0]
            yield SimpleNamespace(name=name, vkey=(tmp_path / f"{name}.vkey").read_text().strip(), url=url)
        finally:
            process.kill()
            process.wait(30)
            process.stdout.close()

    return begin


@pytest.fixture
def policy(at, tmp_path):
    """Write a policy that these witnesses must have cosigned, so many of them."""

    def write(*witnesses, least=None, log=None):
        lines = [f"log {log or (at.home / 'log.vkey').read_text().strip()}"]
        lines += [f"witness {one.name} {one.vkey} {one.url}" for one in witnesses]
        lines.append(f"group all {least or len(witnesses)} {' '.join(one.name for one in witnesses)}")
        path = tmp_path / "policy"
        path.write_text("\n".join([*lines, "quorum all", ""]))
        return path

    return write


def checkpoint(at):
    return (at.home / "log/checkpoint").read_text()


def cosigners(at):
    return sorted(re.findall(r"^— w\.example/(\w+) ", checkpoint(at), re.MULTILINE))


def gone(one):
    return SimpleNamespace(name=one.name, vkey=one.vkey, url=NOWHERE)


def test_the_policy_is_met_after_the_witness_has_signed_and_not_before(at, witness, policy):
    with witness("one") as one:
        trusted = policy(one)
        before = at.verified("--policy", trusted)
        assert before.code == 1
        assert "the quorum `all` is not met" in before.err
        said = at("audit", "cosign", "--policy", trusted)
        assert (said.code, said.err) == (0, "")
        assert said.lines[-1] == "the quorum is met"
        after = at.verified("--policy", trusted)
        assert after.code == 0
        assert "`one` has cosigned" in after.out


def test_what_was_cosigned_stays_when_the_log_grows_and_how_many_entries_wait_is_said(at, witness, policy):
    with witness("one") as one:
        trusted = policy(one)
        at("audit", "cosign", "--policy", trusted)
        kept = checkpoint(at)
        assert at("db", "check").code == 0
        assert at("audit", "tail").code == 0
        assert checkpoint(at) == kept == (at.home / "log/checkpoint.cosigned").read_text()
        assert "wait" not in at.verified("--policy", trusted).out
        at("case", "list", role="caseworker")
        assert cosigners(at) == []
        said = at.verified("--policy", trusted)
        assert (said.code, "`one` has cosigned" in said.out) == (0, True)
        assert re.search(r"witnesses have cosigned the first 2, at 20\S+ \S+ UTC; the last 1 wait for them", said.text)
        told = json.loads(at.verified("--policy", trusted, "--json").out)
        assert (told["entries"], told["cosigned_entries"], told["cosigned_at"][:2]) == (3, 2, "20")
        assert at("audit", "cosign", "--policy", trusted).code == 0
        assert json.loads(at.verified("--policy", trusted, "--json").out)["cosigned_entries"] == 3


def test_a_copy_of_the_log_carries_what_was_cosigned(at, witness, policy, tmp_path):
    with witness("one") as one:
        trusted = policy(one)
        at("audit", "cosign", "--policy", trusted)
    at("case", "list", role="caseworker")
    for _ in range(2):
        assert at("audit", "export", tmp_path / "copy").code == 0
    options = ("--vkey", at.home / "log.vkey", "--policy", trusted)
    assert at("audit", "verify", tmp_path / "copy", *options).code == 0
    (tmp_path / "copy/checkpoint.cosigned").unlink()
    assert at("audit", "verify", tmp_path / "copy", *options).code == 1


def test_a_witness_that_has_signed_is_not_asked_again(at, witness, policy):
    with witness("one") as one:
        at("audit", "cosign", "--policy", policy(one))
    kept = checkpoint(at)
    said = at("audit", "cosign", "--policy", policy(gone(one)))
    assert (said.code, said.err) == (0, "")
    assert checkpoint(at) == kept


def test_a_witness_that_cannot_be_reached_is_named_and_the_others_count(at, witness, policy):
    with witness("one") as one, witness("two") as two:
        away = gone(two)
        said = at("audit", "cosign", "--policy", policy(one, away))
        assert said.code == 1
        assert said.err == (
            "error: witness w.example/two: cannot be reached (`ConnectError`); ask again later, or ask its operator\n"
        )
        assert said.lines[-1] == "the quorum is not met"
        assert cosigners(at) == ["one"]
        assert at("audit", "cosign", "--policy", policy(one, away, least=1)).code == 0
        assert at("audit", "cosign", "--policy", policy(gone(one), two)).code == 0
        assert cosigners(at) == ["one", "two"]


def rolled_back(at, tmp_path, events):
    """Put store and log back to where they stood, and let another history happen."""
    for name in ("cases.db", "log"):
        place, kept = at.home / name, tmp_path / "kept" / name
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        shutil.copytree(kept, place) if kept.is_dir() else shutil.copy2(kept, place)
    for _ in range(events):
        at("case", "list", role="caseworker")


@pytest.mark.parametrize(
    ("events", "fault"),
    [(2, "has seen another tree of 4 entries: there are two histories"), (1, "has seen 4 entries, and this")],
)
def test_a_witness_that_has_seen_another_history_raises_the_alarm_even_with_a_quorum(
    at, witness, policy, tmp_path, events, fault
):
    shutil.copytree(at.home, tmp_path / "kept")
    for _ in range(2):
        at("case", "list", role="caseworker")
    with witness("one") as one, witness("two") as two:
        assert at("audit", "cosign", "--policy", policy(one)).code == 0
        rolled_back(at, tmp_path, events)
        said = at("audit", "cosign", "--policy", policy(one, two, least=1))
    assert said.code == 1
    assert fault in said.err
    assert said.err.endswith(f"{ALARM}\n")
    assert "the quorum is met" not in said.out
    assert cosigners(at) == ["two"]
    assert not (at.home / "log/checkpoint.cosigned").exists(), "where there are two histories, none is vouched for"


def growing(at, monkeypatch, times):
    """Let the log grow, so many times, while witnesses are asked; give how large it was each time."""
    real, sizes = cosign.gather, []

    def gather(source, note, trusted):
        found = real(source, note, trusted)
        sizes.append(int(note.text.splitlines()[1]))
        if len(sizes) <= times:
            at("case", "list", role="caseworker")
        return found

    monkeypatch.setattr(cosign, "gather", gather)
    return sizes


def test_a_log_that_never_stands_still_has_its_witnesses_too(at, witness, policy, monkeypatch):
    with witness("one") as one:
        trusted = policy(one)
        sizes = growing(at, monkeypatch, 99)
        for _ in range(2):
            said = at("audit", "cosign", "--policy", trusted)
            assert (said.code, said.lines[-1]) == (0, "the quorum is met")
            assert cosigners(at) == [], "the checkpoint that stands now was shown to nobody"
            told = json.loads(at.verified("--policy", trusted, "--json").out)
            assert (told["cosigned_entries"], told["entries"]) == (sizes[-1], sizes[-1] + 1)
    assert sizes == [2, 3]


def test_too_few_on_a_log_that_grew_meanwhile_are_kept_nowhere(at, witness, policy, monkeypatch):
    with witness("one") as one, witness("two") as two:
        growing(at, monkeypatch, 1)
        assert at("audit", "cosign", "--policy", policy(one, gone(two))).code == 1
    assert cosigners(at) == []
    assert not (at.home / "log/checkpoint.cosigned").exists()


def test_an_alarm_is_not_lost_when_the_log_grew_meanwhile(at, witness, policy, monkeypatch, tmp_path):
    shutil.copytree(at.home, tmp_path / "kept")
    at("case", "list", role="caseworker")
    with witness("one") as one, witness("two") as two:
        at("audit", "cosign", "--policy", policy(one))
        rolled_back(at, tmp_path, 1)
        trusted = policy(one, two, least=1)
        sizes = growing(at, monkeypatch, 1)
        said = at("audit", "cosign", "--policy", trusted)
    assert said.code == 1
    assert said.err.endswith(f"{ALARM}\n")
    assert sizes == [3]


def test_a_policy_for_another_log_is_refused_before_any_witness_is_asked(at, policy, monkeypatch):
    monkeypatch.setattr(cosign, "gather", lambda *_: pytest.fail("a witness was asked"))
    kept = checkpoint(at)
    one = SimpleNamespace(name="one", vkey=cosigner().vkey, url=NOWHERE)
    said = at("audit", "cosign", "--policy", policy(one, log=Signer("example.com/other", bytes(32)).vkey))
    assert (said.code, said.out) == (2, "")
    assert "the policy names no log `example.org/log`" in said.err
    assert checkpoint(at) == kept


def test_an_altered_checkpoint_is_shown_to_nobody(at, witness, policy, monkeypatch):
    with witness("one") as one:
        trusted = policy(one)
    monkeypatch.setattr(cosign, "gather", lambda *_: pytest.fail("a witness was asked"))
    path = at.home / "log/checkpoint"
    path.write_text(path.read_text().replace("\n2\n", "\n3\n"))
    said = at("audit", "cosign", "--policy", trusted)
    assert (said.code, said.out) == (2, "")
    assert "the signature of `example.org/log` is false" in said.err


def test_a_note_that_nobody_could_read_any_more_is_not_published(at, witness, policy, monkeypatch):
    with witness("one") as one:
        trusted = policy(one)
    kept = checkpoint(at)
    many = tuple(Signature(f"x{number}", b"4444", b"body") for number in range(100))
    found = SimpleNamespace(signatures=many, problems=(), alarming=False)
    monkeypatch.setattr(cosign, "gather", lambda *_: found)
    said = at("audit", "cosign", "--policy", trusted)
    assert said.code == 2
    assert "more than 100 signatures" in said.err
    assert checkpoint(at) == kept


@pytest.mark.parametrize("content", [None, b"", b"quorum none", b"\xff\n"])
def test_a_policy_that_cannot_be_used_is_refused(at, tmp_path, content):
    path = tmp_path / "policy"
    if content is not None:
        path.write_bytes(content)
    said = at("audit", "cosign", "--policy", path)
    assert (said.code, said.out) == (2, "")
    assert str(path) in said.err
