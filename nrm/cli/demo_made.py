"""Makes a demonstration: an installation with accounts, services and cases, all made up."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import yaml

import nrm.demo
from nrm.bootstrap_counter import PACKAGE_SIGNING
from nrm.bootstrap_store import create_office, identifier
from nrm.casework.accounts import credentials, people, tokens
from nrm.casework.accounts.door import Door
from nrm.casework.asked import Asked
from nrm.casework.cases import keep
from nrm.casework.office.directory_kept import import_directory, keep_sidecars
from nrm.casework.oversight.form import NAMESPACE as OF_BUNDLES
from nrm.casework.referrals.services import organisation_of
from nrm.cli.demo_officers import OFFICERS, officer_files
from nrm.cli.init import VKEY
from nrm.cli.options import application
from nrm.cli.package_keys import AGE, PUBLIC, REPLY, new_keys
from nrm.directory.importing import read_hsds
from nrm.directory.sidecar import read_sidecars
from nrm.directory.taxonomy import classified
from nrm.home import FILE, KEYS, home_text, read_home
from nrm.referral.package import NAMESPACE
from nrm.referral.sshsig import SshSigner
from nrm.textfile import read_file
from nrm.vault.keys_file import create_keys
from nrm.vault.passphrase import Passphrase

if TYPE_CHECKING:
    from nrm.bootstrap_store import Office
    from nrm.vault.keys_file import FileKeys

PASSPHRASE: Final = "made up for the demonstration"  # noqa: S105 - everybody may know it
PASSWORD: Final = "demonstration only 2026"  # noqa: S105 - as above
TOKENS: Final = "tokens.env"
SIGNERS: Final = "signers"
MARK: Final = "DEMONSTRATION"
"""A file that says what the folder is, so that nobody takes it for another."""

DATA: Final = Path(nrm.demo.__file__).parent
SOURCE: Final = "city"
TOKEN_DAYS: Final = 30


@dataclass(frozen=True)
class Player:
    """One account of the demonstration: `organisation` is ours, another's, or that of a service of the directory."""

    name: str
    role: str
    organisation: UUID
    unit: str | None = None


OURS: Final = identifier("demonstration")
OTHERS: Final = identifier("another organisation")
PLAYERS: Final = (
    Player("caseworker", "caseworker", OURS),
    Player("supervisor", "supervisor", OURS),
    Player("responder", "first_responder", OURS),
    Player("coordinator", "coordinator", OURS),
    Player("stranger", "caseworker", OTHERS),
    Player("shelter", "provider", organisation_of((SOURCE, "home"))),
    Player("council", "provider", organisation_of((SOURCE, "council"))),
    Player("author", "rule_author", OURS, "policy"),
    Player("approver", "rule_approver", OURS, "legal"),
    Player("overseer", "overseer", OTHERS),
    Player("statistician", "statistician", OURS),
    Player("administrator", "administrator", OURS),
    Player("second-administrator", "administrator", OURS),
)


@dataclass(frozen=True)
class Seat:
    """What somebody needs to play: the name, a token for programs, and the secret of the app for codes."""

    player: Player
    token: str
    totp: str


def make(folder: Path) -> list[Seat]:
    """Make a demonstration in a new folder, and return who can play in it.

    Raises:
        StoreError, VaultError, LogError: it cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True)
    _write(folder / MARK, "Everything here is made up. No person in it lives, and everybody may know its secrets.\n")
    _write(folder / "passphrase", PASSPHRASE + "\n")
    keys = create_keys(folder / KEYS, Passphrase(PASSPHRASE), datetime.now(tz=UTC))
    _write(folder / FILE, home_text("demonstration.example/log", OURS, country="gb", zone="Europe/London"))
    with closing(create_office(read_home(folder), keys, application(None, None))) as office:
        _write(folder / VKEY, office.vkey + "\n")
        _write(folder / SIGNERS, _signers(keys, office.home.origin))
        seats = _seats(office)
        _services(office, folder)
        for name, data in officer_files(datetime.now(tz=UTC).date()).items():
            _write(folder / OFFICERS / name, data.decode())
        for path in sorted((DATA / "records").glob("*.yaml")):
            worker = Asked(uuid4(), OURS, "caseworker")
            keep.open_case(office.desk, worker, read_file(path, private=True), datetime.now(tz=UTC).date())
        office.sequencer.run()
    _write(folder / TOKENS, "".join(_variables(one) for one in seats))
    return seats


def _signers(keys: FileKeys, origin: str) -> str:
    """Return the lines by which services and overseers know what this installation seals for them."""
    public = SshSigner(keys.secret(PACKAGE_SIGNING)).public
    return "".join(f'{origin} namespaces="{one}" {public}\n' for one in (NAMESPACE, OF_BUNDLES))


def _variables(seat: Seat) -> str:
    name = seat.player.name.upper().replace("-", "_")
    return f"{name}={seat.token}\n{name}_TOTP={seat.totp}\n"


def _seats(office: Office) -> list[Seat]:
    door = Door(office.desk, office.home.sign_in, source="cli")
    found = []
    for one in PLAYERS:
        keeper = Asked(uuid4(), one.organisation, "administrator")
        account = people.create(
            office.desk, keeper, one.name, f"{one.name} (made up)", [one.role], one.organisation, unit=one.unit
        )
        credentials.first_password(door, keeper, account.id, PASSWORD, must_change=False)
        totp = credentials.first_totp(door, keeper, account.id)
        own = Asked(account.id, one.organisation, one.role, unit=one.unit)
        begun = tokens.make_token(door, own, "demonstration", TOKEN_DAYS)
        found.append(Seat(one, begun.token, totp.secret))
    return found


def _services(office: Office, folder: Path) -> None:
    """Take in the made-up directory, with keys for each service, which lie in a folder of their own."""
    asked = Asked(uuid4(), OURS, "coordinator")
    raw, _ = read_hsds(DATA / "directory", SOURCE)
    directory, _ = classified(raw, office.tables.service_types)
    import_directory(office.desk, asked, office.directory_key, directory, SOURCE)
    today = datetime.now(tz=UTC)
    records: list[dict[str, object]] = []
    for name, more in _BESIDE.items():
        made = new_keys(today)
        for file, content in made.items():
            _write(folder / "services" / name / file, content.decode())
        records.append(
            {
                "service": {"source": SOURCE, "id": name},
                "verified": f"{today:%Y-%m-%d}",
                "receiving_key": made[AGE + PUBLIC].decode().strip(),
                "signing_key": " ".join(made[REPLY + PUBLIC].decode().split()[:2]),
                "confirmed": {"by": "coordinator", "on": f"{today:%Y-%m-%d}", "how": "phone"},
                **more,
            }
        )
    beside = folder / "sidecars"
    _write(beside / "services.yaml", yaml.safe_dump({"services": records}, sort_keys=False))
    keep_sidecars(office.desk, asked, office.directory_key, read_sidecars(beside))


_BESIDE: Final[dict[str, dict[str, object]]] = {
    "home": {"confidential_address": "7 Nowhere Lane", "needs": ["contact", "facts"]},
    "council": {"recipients": ["child_protection_authority"], "needs": ["identity", "contact", "facts"]},
}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
