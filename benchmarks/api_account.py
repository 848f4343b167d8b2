"""What the service needs before it is measured: an account with a token, and as many stored cases as are wanted."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

from benchmarks.many_cases import fill
from nrm.audit.canonical import canonical
from nrm.bootstrap import Application
from nrm.bootstrap_store import open_office, read_home
from nrm.casework.accounts import credentials, people, tokens
from nrm.casework.accounts.door import Door
from nrm.casework.asked import Asked
from nrm.config import settings
from nrm.vault.keys_file import open_keys
from nrm.vault.passphrase import Passphrase

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.bootstrap_store import Office

_PARTS = {"facts": canonical({"acts": ["transportation"]}), "account": canonical({"journey": "made up " * 40})}


def filled(folder: Path, passphrase: str, count: int) -> None:
    """Put `count` more cases into an installation."""
    with closing(_opened(folder, passphrase)) as office:
        fill(office, count, _PARTS, _PARTS["facts"], lambda _: None)


def _opened(folder: Path, passphrase: str) -> Office:
    home = read_home(folder)
    return open_office(
        home, open_keys(home.keys, Passphrase(passphrase)), Application(settings(home.rules, home.seeds))
    )


def token(folder: Path, passphrase: str) -> str:
    """Make a caseworker in an installation and return a token of theirs."""
    home = read_home(folder)
    with closing(_opened(folder, passphrase)) as office:
        keeper = Asked(uuid4(), home.organisation, "administrator")
        account = people.create(office.desk, keeper, "bench", "bench", ["caseworker"], home.organisation)
        door = Door(office.desk, home.sign_in, source="cli")
        credentials.first_password(door, keeper, account.id, "only for the benchmarks", must_change=False)
        own = Asked(account.id, home.organisation, "caseworker")
        return tokens.make_token(door, own, "bench", 1).token
