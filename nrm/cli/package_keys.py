"""The keys of a service, ours or made by stock `age-keygen` and `ssh-keygen`, and the folder that a package goes to."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pyrage
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_ssh_private_key,
)

from nrm.cli.files import read_text
from nrm.errors import FileRefusedError, Problem, reason_of
from nrm.referral.package import recipient_of
from nrm.referral.package_errors import NoPackageError, PackageError
from nrm.referral.ssh_keys import allowed_signers
from nrm.referral.sshsig import SshSigner
from nrm.vault.private_file import read_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

AGE, REPLY = "age.key", "reply.key"
PUBLIC = ".pub"


def new_keys(now: datetime) -> dict[str, bytes]:
    """Make the two keys of a service as four files, each secret half as stock tools write it."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    secret, public = new_ssh_key()
    created = f"# created: {now:%Y-%m-%dT%H:%M:%SZ}\n# public key: {recipient}\n"
    return {
        AGE: f"{created}{identity}\n".encode(),
        AGE + PUBLIC: f"{recipient}\n".encode(),
        REPLY: secret,
        REPLY + PUBLIC: f"{public}\n".encode(),
    }


def new_ssh_key() -> tuple[bytes, str]:
    """Make an Ed25519 key, and return its file as `ssh-keygen` writes it, without passphrase, and its public line."""
    made = Ed25519PrivateKey.generate()
    secret = made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return secret, SshSigner(made.private_bytes_raw()).public


def read_identity(path: Path) -> str:
    """Return the one secret key in a file of `age-keygen`.

    Raises:
        KeyStoreRefusedError: it cannot be read, or others than its owner may read it.
        FileRefusedError: it does not hold exactly one secret key of age; nothing of it is shown.
    """
    data, _ = read_private(path, "file of the age key")
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    try:
        recipient_of(keys[0] if len(keys) == 1 else "")
    except NoPackageError:
        todo = "name the file that `nrm package keygen` or `age-keygen` wrote"
        raise FileRefusedError(Problem(str(path), 0, "there is not one secret key of age in it", todo)) from None
    return keys[0]


def read_signer(path: Path) -> SshSigner:
    """Return the Ed25519 key in a file of OpenSSH.

    Raises:
        KeyStoreRefusedError: it cannot be read, or others than its owner may read it.
        FileRefusedError: it is no Ed25519 key, or a passphrase protects it; nothing of it is shown.
    """
    data, _ = read_private(path, "file of the ssh key")
    try:
        key = load_ssh_private_key(data, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        what = "it is not an Ed25519 key of OpenSSH without passphrase"
        todo = 'make one with `nrm package keygen` or `ssh-keygen -t ed25519 -N ""`'
        raise FileRefusedError(Problem(str(path), 0, what, todo))
    return SshSigner(key.private_bytes_raw())


def read_signers(paths: Iterable[Path]) -> list[str]:
    """Return the lines of files of `allowed_signers`, or of `.pub` files.

    Raises:
        FileRefusedError: one cannot be read, a line is not a signer, or no file has any.
    """
    lines: list[str] = []
    for path in paths:
        found = read_text(path).splitlines()
        try:
            known = allowed_signers(found, str(path))
        except PackageError as fault:
            raise FileRefusedError(fault.problems) from None
        if not known:
            todo = "put the line `NAME ssh-ed25519 AAAA…` there, compared on the phone"
            raise FileRefusedError(Problem(str(path), 0, "there is no key of a sender in it", todo))
        lines += found
    return lines


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder for their owner only, all of them or none.

    Raises:
        FileRefusedError: there is something with that name already, or it cannot be written; nothing is left.
    """
    if folder.exists() or folder.is_symlink():
        raise _taken(folder)
    part = folder.with_name(f".{folder.name}.part")
    try:
        part.mkdir(mode=0o700)
        try:
            for name, data in files.items():
                (part / name).parent.mkdir(mode=0o700, exist_ok=True)
                _write(part / name, data)
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    except FileExistsError:
        raise _taken(part) from None
    except OSError as error:
        what = f"the folder cannot be written: {reason_of(error)}"
        raise FileRefusedError(Problem(str(folder), 0, what, "name another")) from None


def write_new(path: Path, data: bytes) -> None:
    """Write one new file for its owner only. Raises `FileRefusedError`, also when there is one already."""
    try:
        _write(path, data)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        what = f"the file cannot be written: {reason_of(error)}"
        raise FileRefusedError(Problem(str(path), 0, what, "name another")) from None


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _taken(path: Path) -> FileRefusedError:
    todo = "name a new one; nothing is ever written over"
    return FileRefusedError(Problem(str(path), 0, "there is something with that name already", todo))
