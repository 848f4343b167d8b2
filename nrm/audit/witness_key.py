"""The key file of a witness: one line, readable by its owner only.

The line is the private key text of Go's signed notes, `PRIVATE+KEY+name+hash+base64(type||seed)`, with the signature
type of a cosignature (0x04) and the key id of https://c2sp.org/tlog-cosignature. The key lies there in the clear: the
machine of a witness should hold nothing else.
"""

from __future__ import annotations

import base64
import os
import re
import stat
from typing import TYPE_CHECKING, Final

from nrm.audit.cosignature import COSIGNATURE_V1, Cosigner
from nrm.audit.errors import LogError
from nrm.audit.note import decoded
from nrm.errors import Problem, reason_of

if TYPE_CHECKING:
    from pathlib import Path

SEED_BYTES: Final = 32

_LINE = re.compile(r"PRIVATE\+KEY\+(?P<name>[^+\s]+)\+(?P<key_id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+=*)\n?")
_LONGEST = 4096
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyRefusedError(LogError):
    """The key file of a witness cannot be used or made. Nothing of the key is shown."""


def make_key(path: Path, name: str, seed: bytes) -> Cosigner:
    """Write the key of a new witness to `path`, which must not exist yet; `seed` is 32 random bytes.

    Raises:
        KeyRefusedError: there is a file already, or it cannot be written.
        NoteRefusedError: the name cannot be a key name.
    """
    cosigner = Cosigner(name, seed)
    coded = base64.b64encode(bytes([COSIGNATURE_V1]) + seed).decode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(f"PRIVATE+KEY+{name}+{cosigner.key_id.hex()}+{coded}\n")
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise _refused(path, "there is a file already, and a key is never written over", "name another") from None
    except OSError as error:
        raise _refused(
            path, f"the key cannot be written: {reason_of(error)}", "check the rights of its folder"
        ) from None
    return cosigner


def read_key(path: Path) -> Cosigner:
    """Read the key of a witness.

    Raises:
        KeyRefusedError: missing, unreadable, open to others than its owner, or not the key of a witness.
    """
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(_LONGEST + 1)
    except FileNotFoundError:
        raise _refused(path, "there is no such file", "make one with `nrm witness init`") from None
    except OSError as error:
        raise _refused(path, f"the key cannot be read: {reason_of(error)}", "check its rights") from None
    if mode & _OTHERS:
        raise _refused(
            path, "others than its owner may read or change the key", "run `chmod 600` on it, or make another"
        )
    found = _LINE.fullmatch(data.decode("utf-8", "replace"))
    material = decoded(found["key"]) if found else None
    if found is None or material is None or len(material) != 1 + SEED_BYTES or material[0] != COSIGNATURE_V1:
        raise _refused(path, "the file is not the key of a witness", "make one with `nrm witness init`")
    cosigner = Cosigner(found["name"], material[1:])
    if cosigner.key_id.hex() != found["key_id"]:
        raise _refused(path, "name and key in the file do not belong together", "put the original file back")
    return cosigner


def _refused(path: Path, what: str, todo: str) -> KeyRefusedError:
    return KeyRefusedError(Problem(str(path), 0, what, todo))
