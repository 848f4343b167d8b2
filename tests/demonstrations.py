"""`nrm serve --demo` as a process of its own, and what a document says to type against it.

with demonstration(folder) as url: ...      # `folder/demonstration` has the tokens
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

LONGEST_START = 90
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LISTENING = re.compile(rb"http://127\.0\.0\.1:(\d+)/v1")
COMMAND = [sys.executable, "-c", "from nrm.cli.main import run; run()"]


@contextmanager
def demonstration(folder):
    said = folder / "said"
    with said.open("wb") as errors:
        words = [*COMMAND, "serve", "--demo", "demonstration", "--port", "0"]
        process = subprocess.Popen(words, cwd=folder, stderr=errors, env={**os.environ, "COLUMNS": "200"})
    try:
        yield _ready(process, said)
    finally:
        process.terminate()
        assert process.wait(60) == 0, said.read_text()[-2000:]


def _ready(process, said):
    end = time.monotonic() + LONGEST_START
    while process.poll() is None and time.monotonic() < end:
        found = LISTENING.search(said.read_bytes())
        if found:
            url = f"http://127.0.0.1:{int(found[1])}"
            with suppress(httpx.TransportError):
                if httpx.get(f"{url}/ready").is_success:
                    return url
        time.sleep(0.1)
    raise AssertionError(said.read_text()[-2000:])


def tokens(folder):
    """Return the tokens and the secrets for codes, by the names that a shell has them under."""
    lines = (folder / "demonstration" / "tokens.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


@dataclass
class Step:
    """A block of commands, and the lines that the document says they print; `…` stands for anything."""

    commands: str
    expected: list[str]
    printed: list[str]

    def __str__(self):
        return self.commands.strip().splitlines()[0]

    @property
    def agrees(self):
        wanted = "\n".join(re.escape(line).replace("…", ".*") for line in self.expected)
        return re.fullmatch(wanted, "\n".join(self.printed)) is not None


def steps_of(path):
    """Return the ```sh blocks of a document, each with the ```text block that follows at once, if there is one."""
    text = path.read_text(encoding="utf-8")
    steps, end = [], -1
    for block in BLOCK.finditer(text):
        if block[1] == "sh":
            steps.append(Step(block[2], [], []))
            end = block.end()
        elif block[1] == "text" and end >= 0 and not text[end : block.start()].strip():
            steps[-1].expected = block[2].splitlines()
            end = -1
    return steps


def run_steps(steps, folder, url, longest=300):
    """Run all blocks in one shell in `folder`, and put what each printed into it."""
    script = "".join(f"{step.commands}\nprintf '\\n\\001'\n" for step in steps)
    place = Path(sys.executable).parent
    environment = {
        **os.environ,
        "API": f"{url}/v1",
        "PATH": f"{place}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
    }
    done = subprocess.run(
        ["sh", "-euc", script],  # noqa: S607 - whatever shell the reader has
        cwd=folder, env=environment, capture_output=True, text=True, timeout=longest, check=False,
    )  # fmt: skip
    said = done.stdout.split("\001")
    for step, printed in zip(steps, said, strict=False):
        step.printed = printed.strip("\n").splitlines()
    assert (done.returncode, len(said)) == (0, len(steps) + 1), f"{steps[len(said) - 1]}\n{said[-1]}\n{done.stderr}"
