"""Commands that documents show, run for real; `python tests/repo/documents.py` writes their output into the documents.

A block that begins with ```console holds commands (`$ nrm …`), each followed by what it prints. They run in a folder of
their own beside a copy of the rules. Rules that a document defines (a YAML block whose first line names a file under
rules/) are put into that copy first; what it changes (a block that names a file under draft/) stands at the end of that
file in a second copy, `draft`. Between `<!-- routes -->` and `<!-- end of routes -->` stand all routes of the API.
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
from typing import TYPE_CHECKING

from api.app import PREFIX, ROUTERS
from api.call import ACTION, OPEN, PURPOSE
from api.rest import health, person
from nrm.access import ROLES, shipped

if TYPE_CHECKING:
    from fastapi import APIRouter

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "docs/api.md", "docs/authoring.md", "docs/letters.md", "CONTRIBUTING.md")
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHANGE = re.compile(r"^```yaml\n(# (draft/\S+)\n.*?)^```$", re.MULTILINE | re.DOTALL)
ROUTES = re.compile(r"(?<=^<!-- routes -->\n).*?(?=^<!-- end of routes -->$)", re.MULTILINE | re.DOTALL)
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
        text = ROUTES.sub(lambda _: f"\n{routes()}\n", text)
        return CONSOLE.sub(lambda block: f"```console\n{_run_all(block[1], folder)}```", text)


def routes() -> str:
    """Return the table of all routes: what each does, its action, and the roles that the policies ever let do it."""
    lines = [
        f"| `{'/'.join(sorted(route.methods))}` `{prefix}{route.path}` | {_first_sentence(route.description)} "
        f"| `{extra[ACTION]}`{'*' if extra[PURPOSE] else ''} | {_roles(extra[ACTION], router)} |"
        for prefix, router in [("", health.router), *((PREFIX, one) for one in ROUTERS)]
        for route in router.routes
        for extra in [route.openapi_extra]
    ]
    return "\n".join(["| route | what it does | action | roles |", "|---|---|---|---|", *lines]) + "\n"


def _roles(action: str, router: APIRouter) -> str:
    """Return who may; who comes by a link has rooms of their own, and nobody else is in them."""
    if action == OPEN:
        return "everybody"
    kinds = [kind for one, kind in shipped().pairs if one == action]
    may = [role for role in ROLES if any(shipped().ever(role, action, kind) for kind in kinds)]
    return "person" if router is person.router else ", ".join(role for role in may if role not in {"person", "worker"})


def _first_sentence(text: str) -> str:
    return text.partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")


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
