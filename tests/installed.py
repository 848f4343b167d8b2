"""An installation with one case, on the small rulebook and with a cheap passphrase, in which commands are run.

at = Installed(nrm, tmp_path, monkeypatch)
at("keys", "rotate")                                  # as an administrator, if no role is named
at.told()                                             # how the published log ends: verbs, and how each ended
"""

import json
from functools import partial

from fast_keys import FAST

from nrm.cli import unlock

RECORD = "identity: {first_name: CanaryBo}\nfacts: {signs: [debt]}\n"


class Installed:
    """Runs commands in an installation of its own under `folder`."""

    def __init__(self, nrm, folder, monkeypatch):
        self._nrm, self._monkeypatch = nrm, monkeypatch
        monkeypatch.setattr(unlock, "create_keys", partial(unlock.create_keys, cost=FAST))
        monkeypatch.setattr(unlock, "open_keys", partial(unlock.open_keys, least=FAST))
        words = folder / "words"
        words.touch(mode=0o600)
        words.write_text("canary words of an installation")
        self.record = folder / "record.yaml"
        self.record.write_text(RECORD)
        self.home = folder / "home"
        for name, value in {"NRM_PASSPHRASE_FILE": words, "NRM_HOME": self.home, "NRM_WHO": "anna"}.items():
            monkeypatch.setenv(name, str(value))
        for name in ("NRM_KEYS", "NRM_ORGANISATION"):
            monkeypatch.delenv(name, raising=False)
        made = self("init", self.home, "--origin", "example.org/log", "--organisation", "shelter-a")
        assert (made.code, made.err) == (0, "")
        self.case = self.opened()

    def __call__(self, *arguments, role="administrator", **more):
        self._monkeypatch.setenv("NRM_ROLE", role)
        said = self._nrm(*arguments, **more)
        said.text = " ".join(said.out.split())  # as it was before it was broken into lines
        return said

    def opened(self):
        """Open one more case and return its identifier."""
        return json.loads(self("case", "open", self.record, "--json", role="caseworker").out)["case"]

    def readable(self, case=None):
        said = self("case", "show", case or self.case, "--group", "identity", role="caseworker")
        return said.code == 0 and "CanaryBo" in said.out

    def told(self):
        entries = json.loads(self("audit", "tail", "--json").out)
        return [(one["action"].removeprefix("cli:"), one.get("why", one["result"])) for one in entries]

    def verified(self, *more):
        return self("audit", "verify", self.home / "log", "--vkey", self.home / "log.vkey", *more)
