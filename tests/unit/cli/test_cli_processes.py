"""`nrm` as a real process: streams, pipes, terminals, exit codes and bytes."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ON = ("--on", "2026-03-01")
NRM = Path(sys.executable).parent / "nrm"
CASE = "facts: {signs: [debt], age_status: child, family_risk: yes}\n"


@pytest.fixture
def start(small):
    """Start `nrm` and return the process."""

    def begin(*arguments, environment=None, **streams):
        variables = {
            name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}
        }
        variables |= {"NRM_RULES": str(small.rules), "NRM_SEEDS": str(small.seeds), **(environment or {})}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        # Whoever runs the tests in the background has Ctrl-C switched off, and a child would inherit that.
        command = ["env", "--default-signal=INT", NRM, *arguments]
        return subprocess.Popen(command, env=variables, **{**pipes, **streams})

    return begin


@pytest.fixture
def finished(start):
    """Run `nrm` to its end and return its exit code and both outputs."""

    def complete(*arguments, stdin=b"", **more):
        with start(*arguments, **more) as process:
            out, err = process.communicate(stdin, timeout=60)
        return process.returncode, out.decode(), err.decode()

    return complete


def test_a_case_is_read_from_standard_input_and_the_plan_is_plain(finished):
    code, out, err = finished("decide", "-", *ON, stdin=CASE.encode())
    assert (code, err) == (0, "")
    assert out.startswith("What this person is owed on March 1, 2026\n")
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (("decide", "-", *ON), CASE, 0),
        (("rules", "check"), "", 0),
        (("decide", "-", *ON), "facts: {signs: [dbt]}\n", 2),
        (("decide", "nowhere.yaml", *ON), "", 2),
        (("rules", "show", "shelter", "--lang", "de"), "", 2),
    ],
)
def test_exit_codes_are_those_of_the_page(finished, arguments, stdin, code):
    left, out, err = finished(*arguments, stdin=stdin.encode())
    assert left == code
    assert bool(err) == (code == 2)
    assert bool(out) == (code == 0)


def test_a_check_that_says_no_leaves_with_1(finished, tmp_path, small):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    whole = (small.seeds / "A-TEST-1.yaml").read_text(encoding="utf-8")
    (seeds / "A-TEST-1.yaml").write_text(whole.replace("operative: 3", "operative: 4"), encoding="utf-8")
    code, out, _ = finished("seeds", "coverage", environment={"NRM_SEEDS": str(seeds)})
    assert code == 1
    assert out.endswith("unanswered: A/TEST/1 §4\n")


@pytest.mark.parametrize(
    "arguments",
    [("rules", "list", "--json", *ON), ("decide", "--schema"), ("case", "new"), ("rules", "show", "doctor", *ON)],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_reader_who_goes_away_is_no_failure(start, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    with start(*arguments, stdout=writing) as process:
        os.close(writing)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_head_of_a_long_list_ends_quietly(small):
    shell = f"set -o pipefail; '{NRM}' rules list --json --on 2026-03-01 | head -n 1"
    variables = {**os.environ, "NRM_RULES": str(small.rules), "NRM_SEEDS": str(small.seeds)}
    done = subprocess.run(["/bin/bash", "-c", shell], env=variables, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"[\n", b"")


def test_a_terminal_gets_colour_and_its_own_width(start, tmp_path):
    case = tmp_path / "case.yaml"
    case.write_text(CASE, encoding="utf-8")
    shown, screen = pty.openpty()
    environment = {"TERM": "xterm-256color", "COLUMNS": "50"}
    with start("decide", case, *ON, environment=environment, stdout=screen) as process:
        os.close(screen)
        written = _everything(shown)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert "\x1b[1mWhat this person is owed" in written
    plain = written.replace("\r", "")
    assert max(len(_without_colour(line)) for line in plain.splitlines()) <= 50


def test_no_colour_is_respected_on_a_terminal(start, tmp_path):
    case = tmp_path / "case.yaml"
    case.write_text(CASE, encoding="utf-8")
    shown, screen = pty.openpty()
    with start("decide", case, *ON, environment={"TERM": "xterm", "NO_COLOR": "1"}, stdout=screen) as process:
        os.close(screen)
        written = _everything(shown)
        process.communicate(timeout=60)
    assert "\x1b[36m" not in written
    assert "\x1b[1;36m" not in written
    assert "Shelter" in written


def _everything(terminal):
    """Read a pseudo-terminal until the other side is closed, which Linux tells as an error."""
    written = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            written += os.read(terminal, 65536)
        except OSError:
            break
    os.close(terminal)
    return written.decode()


def _without_colour(line):
    first, *rest = line.split("\x1b[")
    return first + "".join(part.partition("m")[2] for part in rest)


def test_json_has_the_same_bytes_whatever_the_seed_of_hashes(finished):
    commands = [
        ("decide", "-", *ON, "--json", "--country", "gb"),
        ("explain", "-", "guardian", *ON, "--json"),
        ("case", "facts", "-", *ON, "--json"),
    ]
    for command in commands:
        seen = {finished(*command, stdin=CASE.encode(), environment={"PYTHONHASHSEED": seed}) for seed in ("1", "4242")}
        assert len(seen) == 1
        ((code, out, _),) = seen
        assert code == 0
        assert json.loads(out)


def test_control_c_leaves_with_130_and_without_a_traceback(start):
    with start("decide", "-", *ON) as process:
        # More than a pipe holds: once it is written, the program is reading, and a Ctrl-C reaches it there.
        process.stdin.write(b"# nothing\n" * 20_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == b"stopped; nothing was changed\n"


def test_a_disk_that_is_full_is_told_without_a_traceback(start):
    with Path("/dev/full").open("wb") as full, start("rules", "list", *ON, stdout=full) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert b"Traceback" not in err
    assert err.startswith(b"error: the program itself failed (`OSError`)")
