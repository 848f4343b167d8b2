"""Copying a log, so that any web server or USB stick can carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.errors import TileMissingError
from nrm.audit.note import parse_note
from nrm.audit.source import COSIGNED, read_tile
from nrm.audit.tiles import grown

if TYPE_CHECKING:
    from nrm.audit.note import Note
    from nrm.audit.publish import Publisher
    from nrm.audit.source import Source


def copy_log(source: Source, note: Note, publisher: Publisher) -> None:
    """Copy all tiles under the checkpoint in `note`, and then the checkpoint; what stands is compared.

    What witnesses cosigned last comes along, unless they have seen more than `note` says.

    The files are believed as they are: verify the copy. Raises `TileMissingError`, `LogRefusedError`.
    """
    for tile in grown(0, parse_checkpoint(note.text).size):
        publisher.take(tile, read_tile(source, tile))
    publisher.publish(note)
    cosigned = _cosigned(source)
    if cosigned is not None and parse_checkpoint(cosigned.text).size <= parse_checkpoint(note.text).size:
        publisher.keep_cosigned(cosigned)


def _cosigned(source: Source) -> Note | None:
    try:
        return parse_note(source.read(COSIGNED), f"{source.name}/{COSIGNED}")
    except TileMissingError:
        return None
