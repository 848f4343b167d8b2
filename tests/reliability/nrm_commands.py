"""The command `nrm`, run in this process again and again, with all that it says kept."""

from __future__ import annotations

import io
import sys
from functools import cache, partial
from types import SimpleNamespace

import fast_keys

from nrm import bootstrap
from nrm.cli import unlock
from nrm.cli.main import run
from nrm.vault.keys_file import create_keys, open_keys


class Commands:
    """Runs `nrm`; `said` is everything that it wrote to both streams, what it may show to the asker left out."""

    def __init__(self, monkeypatch, home, passphrase_file):
        # Each command would read the same rules again, and take its time over the passphrase; it does the same without.
        monkeypatch.setattr(bootstrap, "read_files", cache(bootstrap.read_files))
        monkeypatch.setattr(unlock, "create_keys", partial(create_keys, cost=fast_keys.FAST))
        monkeypatch.setattr(unlock, "open_keys", partial(open_keys, least=fast_keys.FAST))
        for name in ("COLUMNS", "FORCE_COLOR", "NRM_RULES", "NRM_SEEDS", "NRM_ORGANISATION", "NRM_KEYS"):
            monkeypatch.delenv(name, raising=False)
        self.environment = {
            "NRM_HOME": str(home),
            "NRM_PASSPHRASE_FILE": str(passphrase_file),
            "NRM_WHO": "anna",
            "NRM_ROLE": "caseworker",
        }
        self.said = b""
        self._monkeypatch = monkeypatch

    def __call__(self, *words, code=0, shown=False, **environment):
        """Run one command that must end with `code`; with `shown` its output goes to the asker and is not kept."""
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        with self._monkeypatch.context() as patch:
            for name, value in {**self.environment, **environment}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            try:
                run([str(word) for word in words])
                ended = 0
            except SystemExit as left:
                ended = left.code or 0
            out.flush()
            err.flush()
        told = SimpleNamespace(out=out.buffer.getvalue().decode(), err=err.buffer.getvalue().decode(), code=ended)
        assert ended == code, f"nrm {words[:2]} ended with {ended}: {told.err}"
        assert "the program itself failed" not in told.err
        self.said += told.err.encode() + (b"" if shown else told.out.encode())
        return told


def kept_away(path, text):
    """Write a file that only its owner may read."""
    path.write_text(text)
    path.chmod(0o600)
    return path
