"""The files of a rulebook out of one compressed file, which may come from a stranger.

INVARIANT (no archive writes where it likes): only plain `.yaml` files below `rules/` and `seeds/` come out of one, so
many and so long as a rulebook can be, and nothing is written before all of them were looked at.
"""

from __future__ import annotations

import io
import lzma
import re
import tarfile
from typing import Final

from nrm.errors import Problem, RulebookRefusedError

MOST_BYTES: Final = 64 << 20
"""Of an archive once it is unpacked; ours have some 2 MiB."""
MOST_FILES: Final = 10_000

_MEMORY: Final = 128 << 20
_NAME: Final = re.compile(
    r"(?:rules|seeds)(?:/[A-Za-z0-9_][A-Za-z0-9_-]{0,99}){0,7}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,94}\.yaml"
)


def unpacked(archive: bytes) -> dict[str, bytes]:
    """Return the files of a rulebook by their names, such as `rules/care/shelter.yaml`.

    Raises:
        RulebookRefusedError: it is no archive, is damaged, is larger than any rulebook, or holds something else.
    """
    files: dict[str, bytes] = {}
    seen: set[str] = set()
    try:
        with tarfile.open(fileobj=io.BytesIO(_expanded(archive)), mode="r:") as packed:
            for member in packed:
                if not member.isreg() or member.issparse() or not _NAME.fullmatch(member.name):
                    raise _refused("it holds something else than files of rules")
                if member.name.lower() in seen or len(seen) == MOST_FILES:
                    raise _refused("a file stands twice in it, or there are too many")
                seen.add(member.name.lower())
                stream = packed.extractfile(member)
                files[member.name] = stream.read() if stream is not None else b""
    except (tarfile.TarError, lzma.LZMAError, EOFError, ValueError, OverflowError):
        raise _refused("they cannot be unpacked") from None
    return files


def _expanded(archive: bytes) -> bytes:
    inside = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
    data = inside.decompress(archive, MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise _refused(f"they have more than {MOST_BYTES} bytes")
    if not inside.eof or inside.unused_data:
        raise _refused("they are cut short, or something stands after them")
    return data


def _refused(what: str) -> RulebookRefusedError:
    todo = "restore a backup, or ask for the files again"
    return RulebookRefusedError(Problem("rulebook", 0, f"the files that are kept of it cannot be used: {what}", todo))
