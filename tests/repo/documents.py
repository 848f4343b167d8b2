"""Commands that documents show, run for real; `python tests/repo/documents.py` writes their output into the documents.

A block that begins with ```console holds commands (`$ nrm …`), each followed by what it prints. Rules that a document
defines (a YAML block whose first line names a file under rules/) are put into a copy of the rules first.
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
DOCUMENTS = ("README.md", "docs/authoring.md", "CONTRIBUTING.md")
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RULE_FILE = re.compile(r"^```yaml\n(# (rules/\S+)\n.*?)^```$", re.MULTILINE | re.DOTALL)


def with_real_output(text: str) -> str:
    """Return `text` with what each command really prints."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules"
        shutil.copytree(ROOT / "rules", rules)
        for content, name in RULE_FILE.findall(text):
            (Path(folder) / name).write_text(content, encoding="utf-8")
        return CONSOLE.sub(lambda block: f"```console\n{_run_all(block[1], rules)}```", text)


def _run_all(block: str, rules: Path) -> str:
    said = ""
    for line in block.splitlines():
        if line.startswith("$ "):
            said += f"{line}\n{_run(line[2:], rules)}"
    return said


def _run(command: str, rules: Path) -> str:
    environment = {**os.environ, "NRM_RULES": str(rules), "NRM_SEEDS": str(ROOT / "seeds"), "COLUMNS": "80"}
    words = [sys.executable, "-c", "from nrm.cli.main import run; run()", *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    for name in DOCUMENTS:
        path = ROOT / name
        if path.exists():
            path.write_text(with_real_output(path.read_text(encoding="utf-8")), encoding="utf-8")
