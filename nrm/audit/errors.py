"""What the audit log refuses, each with the place: a line of a note, the path of a tile, the index of an entry."""

from __future__ import annotations

from nrm.errors import NrmError


class LogError(NrmError):
    """The root of all errors of the audit log; nothing that it names may be believed."""


class NoteRefusedError(LogError):
    """A signed note or a key is malformed, or no signature of the key that we trust stands under the note."""


class CheckpointRefusedError(LogError):
    """The text of a checkpoint is malformed, belongs to another log, or may not be signed."""


class ProofRefusedError(LogError):
    """A proof is malformed, or it does not prove what it is said to prove."""


class TileMissingError(LogError):
    """A tile, an entry bundle or the checkpoint that must be there cannot be read."""


class EntryRefusedError(LogError):
    """An entry cannot stand in the log, or the bytes of an entry bundle are not a list of entries."""


class LogRefusedError(LogError):
    """The log is not what its checkpoint says, or not what we saw before; every fault names its tile or entry."""
