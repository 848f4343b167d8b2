"""How a command gets at the keys: a key file and its passphrase, or a token and its PIN."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.errors import Problem
from nrm.vault.errors import KeyStoreRefusedError
from nrm.vault.keys_file import FileKeys, create_keys, open_keys, refuse_token
from nrm.vault.passphrase import WEAKEST, Passphrase
from nrm.vault.private_file import read_private, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.vault.ledger_keys import LedgerKeys
    from nrm.vault.token import Token

TokenName = tuple[Path | None, str | None]
"""The PKCS#11 module and the label of a token; both None for a key file."""

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        envvar="NRM_PASSPHRASE_FILE",
        help="A file with the passphrase, or the token's PIN; else it is asked for.",
    ),
]

NewPassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--new-passphrase-file",
        metavar="FILE",
        envvar="NRM_NEW_PASSPHRASE_FILE",
        help="A file with the new passphrase; else it is asked for, twice.",
    ),
]


@contextmanager
def made(keys: Path, passphrase_file: Path | None, token_name: TokenName) -> Iterator[LedgerKeys]:
    """Make new keys; an existing file is never written over. Raises `VaultError`."""
    token = _token(*token_name, passphrase_file)
    if token is None:
        yield create_keys(keys, Passphrase(_hidden("Passphrase", passphrase_file, twice=True)), datetime.now(tz=UTC))
        return
    from nrm.vault.keys_pkcs11 import create_token_keys  # noqa: PLC0415 - only those who have a token need it

    with create_token_keys(keys, token, datetime.now(tz=UTC)) as made:
        yield made


@contextmanager
def unlocked(keys: Path, passphrase_file: Path | None, token_name: TokenName) -> Iterator[LedgerKeys]:
    """Open the keys for as long as they are needed. Raises `VaultError`."""
    token = _token(*token_name, passphrase_file)
    if token is None:
        yield open_keys(keys, Passphrase(_hidden("Passphrase", passphrase_file)))
        return
    from nrm.vault.keys_pkcs11 import open_token_keys  # noqa: PLC0415 - only those who have a token need it

    with open_token_keys(keys, token) as opened:
        yield opened


def unlocked_to_relock(keys: Path, passphrase_file: Path | None) -> FileKeys:
    """Open a key file whose passphrase is to be changed; one that is too cheap to guess opens too, for this only.

    Raises:
        KeyStoreRefusedError: a token opens the keys; asked for before any passphrase is.
        VaultError: the file does not open.
    """
    refuse_token(keys)
    return open_keys(keys, Passphrase(_hidden("Passphrase", passphrase_file)), least=WEAKEST)


def new_passphrase(file: Path | None) -> Passphrase:
    """Return the passphrase that is to open the keys from now on. Raises `KeyStoreRefusedError`."""
    return Passphrase(_hidden("New passphrase", file, twice=True, option="--new-passphrase-file"))


def _token(module: Path | None, label: str | None, pin_file: Path | None) -> Token | None:
    if module is None and label is None:
        return None
    if module is None or label is None:
        problem = Problem("--pkcs11", 0, "a token needs both its module and its label", "give --pkcs11 and --token")
        raise KeyStoreRefusedError(problem)
    from nrm.vault.token import Token  # noqa: PLC0415 - only those who have a token need it

    return Token(str(module), label, _hidden("PIN", pin_file))


def _hidden(asked_for: str, file: Path | None, *, twice: bool = False, option: str = "--passphrase-file") -> str:
    """Return what opens the keys, from a file of the owner's or a terminal; never from the command line."""
    if file is not None:
        try:
            return read_private(file, "passphrase file")[0].decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            problem = Problem(shown(file, "passphrase file"), 0, "it is not UTF-8 text", "save it as UTF-8")
            raise KeyStoreRefusedError(problem) from None
    if not sys.stdin.isatty():
        problem = Problem("passphrase", 0, "there is no terminal to ask on", f"give {option}")
        raise KeyStoreRefusedError(problem)
    # Not typer's prompt: it shows the question while what is typed is still echoed.
    try:
        answer = getpass(f"{asked_for}: ")
        if twice and getpass(f"{asked_for}, again: ") != answer:
            raise KeyStoreRefusedError(Problem("passphrase", 0, "the two are not the same", "try again"))
    except EOFError:
        raise KeyStoreRefusedError(Problem("passphrase", 0, "none was typed", "try again")) from None
    return answer


def confirmed(question: str) -> bool:
    """Ask, and say whether the answer was yes; silence is a no."""
    typer.echo(question, nl=False, err=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
