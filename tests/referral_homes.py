"""An installation with services and two cases, in which the commands of referral are run; made once, copied for a test.

made = made_referral_home(folder)                          # on the real rules, with the directory of `small_directory`
at = Referring(nrm, made, tmp_path, monkeypatch)
at("refer", at.case, "--offer", "safe_accommodation")      # as Anna, a caseworker, if no role is named
at.consent()                                               # of the adult, for the shelter in the north
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from fast_keys import FAST
from homes import called, secret_file
from offices import real_app, real_books
from small_directory import DIRECTORY, NORTH, SIDECARS, SOURCE

from nrm import bootstrap_store
from nrm.casework.office.directory_kept import import_directory, keep_sidecars
from nrm.cli import asking, unlock

ADULT = """\
case: {reference: CanaryReference}
identity: {first_name: CanaryAna, birth_date: 1990-05-01, birth_date_basis: document}
contact: {channels: [{kind: own_phone, address: "+37369471100"}]}
account: {journey: CanaryJourney over the border}
facts: {acts: [transportation], indicators: [found_where_exploitation_occurs]}
health: {notes: CanaryHealth, urgent_medical_need: yes}
"""
CHILD = """\
identity: {first_name: CanaryBo, birth_date: 2015-07-23, birth_date_basis: document}
facts: {acts: [harbouring], indicators: [found_where_exploitation_occurs]}
"""
CANARIES = ("Canary", "37369471100", "2015-07-23", "1990-05-01", "Hideaway")
SHELTER = "share_with_accommodation"
OFFER = "safe_accommodation"
TO_NORTH = f"{SOURCE}:{NORTH[1]}"


@dataclass(frozen=True)
class MadeReferralHome:
    folder: Path
    passphrase: Path
    case: str
    child: str


def fast(monkeypatch):
    """Cheap keys, and rules that are read and compiled once for all commands of a process."""
    monkeypatch.setattr(unlock, "create_keys", partial(unlock.create_keys, cost=FAST))
    monkeypatch.setattr(unlock, "open_keys", partial(unlock.open_keys, least=FAST))
    monkeypatch.setattr(asking, "application", lambda _rules, _seeds: real_app())
    monkeypatch.setattr(bootstrap_store, "FileBooks", lambda _app: real_books())


def settle(monkeypatch, home, passphrase, role="caseworker"):
    for name in ("RULES", "SEEDS", "KEYS", "ORGANISATION"):
        monkeypatch.delenv(f"NRM_{name}", raising=False)
    for name, value in {"HOME": home, "PASSPHRASE_FILE": passphrase, "WHO": "anna", "ROLE": role}.items():
        monkeypatch.setenv(f"NRM_{name}", str(value))


def made_referral_home(folder):
    home, passphrase = folder / "home", secret_file(folder / "words")
    with pytest.MonkeyPatch.context() as monkeypatch:
        fast(monkeypatch)
        settle(monkeypatch, home, passphrase)
        called("init", home, "--origin", "example.org/log", "--organisation", "Shelter A", "--zone", "Asia/Kolkata")
        with asking.office(home, passphrase) as opened:
            keeper = asking.asking(opened, "carla", None, "coordinator")
            import_directory(opened.desk, keeper, opened.directory_key, DIRECTORY, SOURCE)
            keep_sidecars(opened.desk, keeper, opened.directory_key, SIDECARS)
        cases = []
        for name, text in {"adult": ADULT, "child": CHILD}.items():
            record = folder / f"{name}.yaml"
            record.write_text(text)
            cases.append(json.loads(called("case", "open", record, "--json"))["case"])
    return MadeReferralHome(home, passphrase, *cases)


class Referring:
    """Runs commands in a copy of the installation."""

    def __init__(self, nrm, made, folder, monkeypatch):
        self._nrm, self._monkeypatch = nrm, monkeypatch
        self.home = Path(shutil.copytree(made.folder, folder / "home"))
        self.case, self.child, self.passphrase = made.case, made.child, made.passphrase
        fast(monkeypatch)

    def __call__(self, *arguments, role="caseworker", **more):
        settle(self._monkeypatch, self.home, self.passphrase, role)
        said = self._nrm(*arguments, **more)
        said.text = " ".join(said.out.split())  # as it was before it was broken into lines
        for canary in CANARIES:
            assert canary not in said.err
            assert canary not in said.out or arguments[:2] in {("referral", "address"), ("referral", "heard")}
        assert "the program itself failed" not in said.err
        return said

    def json(self, *arguments, **more):
        said = self(*arguments, "--json", **more)
        assert said.err == ""
        return json.loads(said.out)

    def done(self, *arguments, **more):
        said = self(*arguments, **more)
        assert (said.code, said.err) == (0, "")
        return said

    def service(self, *arguments, who=TO_NORTH):
        return self(*arguments, "--service", who, role="provider")

    def consent(self, disclosure=SHELTER, to=TO_NORTH):
        self.done("consent", "give", self.case, "--disclosure", disclosure, "--by", "self", "--to", to)

    def referred(self, *more):
        """Refer the adult, who agreed, to the shelter in the north; return the identifier of the referral."""
        self.consent()
        return self.json("refer", self.case, "--offer", OFFER, "--to", TO_NORTH, *more)["referral"]["referral"]

    def told(self, many=1):
        entries = self.json("audit", "tail")[-many:]
        return [(one["action"].removeprefix("cli:"), one.get("why", one["result"])) for one in entries]
