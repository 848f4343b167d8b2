"""An installation as `nrm init` makes it, for tests of commands: made once, then copied for each test.

made = made_home(tmp_path_factory.mktemp("home"), small)     # with one case in it: `made.case`
home = made.copied(tmp_path)                                 # a folder of its own, which a test may break
"""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from nrm.cli.main import run

WORDS = "canary words of the key file"
RECORD = """\
case: {reference: CanaryReference}
identity: {first_name: CanaryAna}
account: {journey: "CanaryJourney: over the border"}
facts: {signs: [debt], age_status: child, days_detained: 3}
"""


@dataclass(frozen=True)
class MadeHome:
    folder: Path
    passphrase: Path
    case: str
    decision: str

    def copied(self, where):
        return Path(shutil.copytree(self.folder, where / "home"))


def secret_file(path, text=WORDS, mode=0o600):
    path.write_text(text + "\n")
    path.chmod(mode)
    return path


def settle(monkeypatch, small, home, passphrase, role="caseworker"):
    """Name in the environment what the commands would else have to be told."""
    values = {"RULES": small.rules, "SEEDS": small.seeds, "HOME": home, "PASSPHRASE_FILE": passphrase}
    for name, value in {**values, "WHO": "anna", "ROLE": role}.items():
        monkeypatch.setenv(f"NRM_{name}", str(value))


def called(*arguments):
    """Run a command that must succeed; return what it wrote."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        run([str(argument) for argument in arguments])
    assert not left.value.code, err.getvalue()
    return out.getvalue()


def made_home(folder, small):
    home, passphrase = folder / "home", secret_file(folder / "words")
    record = folder / "case.yaml"
    record.write_text(RECORD)
    with pytest.MonkeyPatch.context() as monkeypatch:
        settle(monkeypatch, small, home, passphrase)
        called("init", home, "--origin", "nrm.example.org/log", "--organisation", "Shelter A")
        case = json.loads(called("case", "open", record, "--on", "2026-03-01", "--json"))["case"]
        decision = json.loads(called("case", "decide", case, "--on", "2026-03-01", "--json"))["decision"]
    return MadeHome(home, passphrase, case, decision)
