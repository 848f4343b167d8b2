"""`nrm witness` as a real service: growth, forks, kill -9, many at once, and a quiet end."""

import re
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from small_logs import ORIGIN, counted

from nrm.audit.cosignature import CosignatureVerifier
from nrm.audit.witness_client import Question, WitnessDisagreesError, WitnessError, ask

NRM = Path(sys.executable).parent / "nrm"
LOG = counted(12)
FORK = LOG.forked(5, *[b"other"] * 7)


def question(size, log=LOG):
    return Question(log.note(size), lambda old: log.proof(old, size))


@pytest.fixture
def key(real_nrm, tmp_path):
    """The key file of a new witness, and what verifies its cosignatures."""
    path = tmp_path / "witness.key"
    said = real_nrm("witness", "init", "--name", "rapporteur.example/w1", "--key", path)
    assert (said.code, said.err) == (0, "")
    return path, CosignatureVerifier(said.out.strip())


@pytest.fixture
def serving(key, tmp_path):
    """Serve, and give the process and its address; what still runs at the end is killed."""
    log = tmp_path / "log.vkey"
    log.write_text(LOG.verifier.vkey + "\n", encoding="utf-8")

    @contextmanager
    def begin(*more):
        # Whoever runs the tests in the background has Ctrl-C switched off, and a child would inherit that.
        command = ["env", "--default-signal=INT", NRM]
        command += ["witness", "serve", "--key", key[0], "--state", tmp_path / "state", "--log", log, "--port", "0"]
        errors = (tmp_path / "stderr").open("w+")
        process = subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            first = process.stdout.readline()
            address = re.search(r"http://\S+(?=/add-checkpoint)", first)
            yield process, address and address[0]
        finally:
            process.kill()
            process.wait(30)
            process.stdout.close()
            errors.close()

    return begin


def test_a_key_is_made_once_for_its_owner_only_and_never_written_over(real_nrm, key):
    path, verifier = key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    again = real_nrm("witness", "init", "--name", "rapporteur.example/w1", "--key", path)
    assert (again.code, again.out) == (2, "")
    assert again.err == f"error: {path}: there is a file already, and a key is never written over; name another\n"
    assert path.read_bytes() == before
    assert verifier.name == "rapporteur.example/w1"
    assert re.fullmatch(rb"PRIVATE\+KEY\+rapporteur\.example/w1\+[0-9a-f]{8}\+B[A-Za-z0-9+/=]+\n", before)


def test_a_key_that_cannot_be_written_or_read_is_said_to_be_so(real_nrm, tmp_path):
    said = real_nrm("witness", "init", "--name", "a.example/w", "--key", tmp_path / "none" / "key")
    assert "the key cannot be written: no such file or directory; check the rights of its folder" in said.err
    said = real_nrm("witness", "status", "--key", tmp_path, "--state", tmp_path)
    assert said.err == f"error: {tmp_path}: the key cannot be read: is a directory; check its rights\n"


def test_a_name_that_cannot_be_one_makes_no_key(real_nrm, tmp_path):
    said = real_nrm("witness", "init", "--name", "a b", "--key", tmp_path / "key")
    assert said.code == 2
    assert said.err.startswith("error: --name: a key name must not be empty nor hold a space or a plus; ")
    assert not (tmp_path / "key").exists()


def test_growth_is_cosigned_and_a_fork_is_refused_and_remembered(serving, key, real_nrm, tmp_path):
    with serving() as (process, url):
        for size in (3, 7):
            (signature,) = ask(url, key[1], question(size))
            assert key[1].check(LOG.note(size).with_signatures(signature)) is not None
        with pytest.raises(WitnessDisagreesError, match="there are two histories"):
            ask(url, key[1], question(7, FORK))
        with pytest.raises(WitnessDisagreesError, match="does not find the 7 entries that it has seen"):
            ask(url, key[1], question(9, FORK))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    said = real_nrm("witness", "status", "--key", key[0], "--state", tmp_path / "state")
    assert said.code == 1
    assert said.lines[0] == key[1].vkey
    assert re.fullmatch(
        rf"{re.escape(ORIGIN)}: 7 entries, cosigned \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00", said.lines[1]
    )
    assert said.lines[2].startswith("TWO HISTORIES: ")
    assert (tmp_path / "stderr").read_text() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_ends_quietly_when_it_is_told_to(serving, tmp_path, number):
    with serving() as (process, url):
        assert httpx.post(url + "/add-checkpoint", trust_env=False).status_code == 400
        process.send_signal(number)
        assert process.wait(30) == 0
    assert (tmp_path / "stderr").read_text() == ""


def test_an_address_that_does_not_exist_is_said_to_be_so(real_nrm, key, tmp_path):
    log = tmp_path / "log.vkey"
    log.write_text(LOG.verifier.vkey)
    said = refusal(real_nrm, tmp_path, key[0], log, "--host", "203.0.113.1")
    assert "203.0.113.1: cannot listen on port 0: cannot assign requested address" in said
    assert "cannot listen on port 0: there is no such address" in refusal(
        real_nrm, tmp_path, key[0], log, "--host", "a" * 64 + ".invalid"
    )


def test_a_witness_that_was_killed_remembers_what_it_cosigned(serving, key):
    with serving() as (process, url):
        ask(url, key[1], question(7))
        process.kill()
        process.wait(30)
    with serving() as (_, url):
        with pytest.raises(WitnessDisagreesError, match="there are two histories"):
            ask(url, key[1], question(7, FORK))
        assert len(ask(url, key[1], question(9))) == 1


def test_of_eight_histories_asked_for_at_once_one_is_cosigned(serving, key):
    logs = [LOG.forked(2, *[bytes([number])] * 6) for number in range(8)]

    def attempt(log):
        try:
            return len(ask(url, key[1], question(8, log)))
        except WitnessError as refused:
            return type(refused)

    with serving() as (_, url), ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, logs))
        winner = logs[answers.index(1)]
        assert answers.count(1) == 1
        assert answers.count(WitnessDisagreesError) == 7
        assert ask(url, key[1], question(8, winner))


def test_eight_requests_for_the_same_growth_at_once_are_all_cosigned(serving, key):
    with serving() as (_, url), ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: len(ask(url, key[1], question(8))), range(8))) == [1] * 8


def test_the_service_tells_strangers_nothing_about_itself(serving):
    with serving() as (_, url):
        answer = httpx.get(url + "/add-checkpoint", trust_env=False)
        assert answer.status_code == 405
        assert "server" not in answer.headers
        assert httpx.post(url + "/add-checkpoint", content=b"x" * 200_000, trust_env=False).status_code == 413


def test_a_second_witness_in_the_same_folder_does_not_start(serving, tmp_path):
    with serving(), serving() as (second, url):
        assert second.wait(30) == 2
        assert url is None
    assert "another witness works in this folder; stop the other one" in (tmp_path / "stderr").read_text()


def test_a_port_that_is_taken_is_said_to_be_so(serving, real_nrm, key, tmp_path):
    with serving() as (_, url):
        port = url.rpartition(":")[2]
        log = tmp_path / "log.vkey"
        said = real_nrm(
            *("witness", "serve", "--key", key[0], "--state", tmp_path / "other", "--log", log, "--port", port)
        )
    assert said.code == 2
    assert said.err == (
        f"error: 127.0.0.1: cannot listen on port {port}: address already in use; choose another --host or --port\n"
    )


def refusal(real_nrm, tmp_path, key, log, *more):
    said = real_nrm("witness", "serve", "--key", key, "--state", tmp_path / "state", "--log", log, "--port", "0", *more)
    assert (said.code, said.out) == (2, "")
    return said.err


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "there is no key in the file"),
        (b"\xff", "the file is not UTF-8 text"),
        (b"nonsense\n", "the key text is not"),
    ],
)
def test_a_key_of_a_log_that_is_none_is_refused(real_nrm, tmp_path, key, content, fault):
    log = tmp_path / "log.vkey"
    log.write_bytes(content)
    assert fault in refusal(real_nrm, tmp_path, key[0], log)
    assert "there is no such file" not in refusal(real_nrm, tmp_path, key[0], log)


def test_a_key_file_that_others_may_read_is_not_used(real_nrm, tmp_path, key):
    key[0].chmod(0o640)
    assert "others than its owner may read or change the key; run `chmod 600`" in refusal(
        real_nrm, tmp_path, key[0], tmp_path / "log.vkey"
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text[:0], "the file is not the key of a witness"),
        (lambda text: text * 2, "the file is not the key of a witness"),
        (lambda text: text.replace("+B", "+A"), "the file is not the key of a witness"),
        (lambda text: text.replace("/w1", "/w2"), "name and key in the file do not belong together"),
    ],
)
def test_a_key_file_that_was_altered_is_not_used_and_not_shown(real_nrm, tmp_path, key, change, fault):
    text = key[0].read_text()
    key[0].write_text(change(text))
    said = refusal(real_nrm, tmp_path, key[0], tmp_path / "log.vkey")
    assert fault in said
    assert text.strip().split("+", 4)[4] not in said


def test_a_key_file_or_folder_that_is_not_there_is_named(real_nrm, tmp_path, key):
    said = refusal(real_nrm, tmp_path, tmp_path / "none", tmp_path / "log.vkey")
    assert said == f"error: {tmp_path / 'none'}: there is no such file; make one with `nrm witness init`\n"
    said = real_nrm("witness", "status", "--key", key[0], "--state", tmp_path / "none")
    assert (said.code, said.err.split(": ")[2]) == (2, "there is no such folder; name the one that `serve` works in\n")


def test_a_status_that_cannot_be_believed_leaves_with_1(real_nrm, tmp_path, key):
    state = tmp_path / "state"
    state.mkdir()
    (state / ("0" * 64 + ".checkpoint")).write_bytes(bytes(LOG.note(3)))
    said = real_nrm("witness", "status", "--key", key[0], "--state", state)
    assert said.code == 1
    assert "the checkpoint does not bear our cosignature" in said.err
