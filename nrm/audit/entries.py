"""The entries of a published log in their order, read file by file, however many there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.errors import EntryRefusedError, LogRefusedError
from nrm.audit.note import parse_note
from nrm.audit.source import CHECKPOINT, read_tile
from nrm.audit.tiles import ENTRIES, WIDTH, split_bundle, tile_over
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.audit.source import Source


def published_size(source: Source) -> int:
    """Return how many entries the checkpoint names; nothing is verified. Raises `LogError`."""
    place = f"{source.name}/{CHECKPOINT}"
    return parse_checkpoint(parse_note(source.read(CHECKPOINT), place).text, place).size


def published_leaves(source: Source, start: int, end: int) -> Iterator[bytes]:
    """Yield the published entries from `start` to just under `end`, each file read once; nothing is verified.

    Raises:
        LogRefusedError: a file holds fewer entries than it must.
        LogError: a file cannot be read.
    """
    for index in range(start // WIDTH, -(-end // WIDTH) if start < end else 0):
        bundle = tile_over(ENTRIES, index, end)
        place = f"{source.name}/{bundle.path}"
        entries = split_bundle(read_tile(source, bundle), place)
        if len(entries) != bundle.width:
            what = f"the bundle holds {len(entries)} entries and not {bundle.width}"
            raise LogRefusedError(Problem(place, 0, what, "fetch it again, or from another copy"))
        yield from entries[max(0, start - bundle.start) :]


def sketch(leaf: bytes) -> dict[str, Any]:
    """Return the fields of an entry as JSON has them: ten times as fast as `decode`, which looks at every field.

    Raises:
        EntryRefusedError: it is not JSON with the time, action and result of an entry.
    """
    try:
        fields: dict[str, Any] = json.loads(leaf)
        if all(isinstance(fields[name], str) for name in ("time", "action", "result")):
            return fields
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    todo = "verify the log with `nrm audit verify`"
    raise EntryRefusedError(Problem("audit entry", 0, "the leaf is not an entry of this log", todo))
