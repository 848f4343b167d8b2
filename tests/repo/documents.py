"""Commands that documents show, run for real; `python tests/repo/documents.py` writes their output into the documents.

A block that begins with ```console holds commands (`$ nrm …`), each followed by what it prints. They run in a folder of
their own beside a copy of the rules. Rules that a document defines (a YAML block whose first line names a file under
rules/) are put into that copy first; what it changes (a block that names a file under draft/) stands at the end of that
file in a second copy, `draft`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "docs/authoring.md", "docs/letters.md", "CONTRIBUTING.md")
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHANGE = re.compile(r"^```yaml\n(# (draft/\S+)\n.*?)^```$", re.MULTILINE | re.DOTALL)
RULE_FILE = re.compile(r"^```yaml\n(# (rules/\S+)\n.*?)^```$", re.MULTILINE | re.DOTALL)


def with_real_output(text: str) -> str:
    """Return `text` with what each command really prints."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "tests").symlink_to(ROOT / "tests")
        shutil.copytree(ROOT / "rules", folder / "rules")
        for content, name in RULE_FILE.findall(text):
            (folder / name).write_text(content, encoding="utf-8")
        shutil.copytree(folder / "rules", folder / "draft")
        for content, name in CHANGE.findall(text):
            with (folder / name).open("a", encoding="utf-8") as stream:
                stream.write(content)
        return CONSOLE.sub(lambda block: f"```console\n{_run_all(block[1], folder)}```", text)


def _run_all(block: str, folder: Path) -> str:
    said = ""
    for line in block.splitlines():
        if line.startswith("$ "):
            said += f"{line}\n{_run(line[2:], folder)}"
    return said


def _run(command: str, folder: Path) -> str:
    environment = {**os.environ, "NRM_RULES": str(folder / "rules"), "NRM_SEEDS": str(ROOT / "seeds"), "COLUMNS": "80"}
    words = [sys.executable, "-c", "from nrm.cli.main import run; run()", *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    for name in DOCUMENTS:
        path = ROOT / name
        if path.exists():
            path.write_text(with_real_output(path.read_text(encoding="utf-8")), encoding="utf-8")
