"""A command on a terminal of its own, as a person types it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

NRM = Path(sys.executable).parent / "nrm"


def on_a_terminal(*arguments, answers):
    """Run `nrm` on a terminal, answer each question, and return the exit code and all that was seen.

    `answers` are pairs of how a question ends and what is typed.
    """
    master, slave = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NRM_")}
    process = subprocess.Popen(
        [NRM, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    seen = b""
    for question, answer in answers:
        while not seen.rstrip().endswith(question):
            assert select.select([master], [], [], 30)[0], seen
            seen += os.read(master, 1000)
        os.write(master, answer.encode() + b"\n")
        seen += b"\n"
    code = process.wait(timeout=60)
    while select.select([master], [], [], 0)[0]:
        try:
            seen += os.read(master, 1000)
        except OSError:  # Linux says so when the other side is closed
            break
    os.close(master)
    return code, seen.decode()
