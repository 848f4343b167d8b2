"""Verifying a whole log: every entry hashed, every tile computed again, and nothing believed but keys.

The log is replayed from its entries; RFC 6962 §2.1, C2SP tlog-tiles and tlog-checkpoint. Memory stays the same
however long the log is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from nrm.audit.checkpoint import open_checkpoint
from nrm.audit.errors import LogError, LogRefusedError
from nrm.audit.replay import Replay
from nrm.audit.source import CHECKPOINT
from nrm.audit.witnessed import read_cosigned, vouched
from nrm.errors import Problem

if TYPE_CHECKING:
    from nrm.audit.checkpoint import Checkpoint, SignedCheckpoint
    from nrm.audit.note import Verifier
    from nrm.audit.replay import Progress
    from nrm.audit.source import Source
    from nrm.audit.witnessed import Witnessed, WitnessPolicy

MOST_FAULTS: Final = 20
"""After so many faults the replay stops: a log that lost one entry differs everywhere behind it."""


@dataclass(frozen=True)
class Verified:
    """A log without fault: its checkpoint, the size it had when it was last seen, and how far witnesses saw it."""

    signed: SignedCheckpoint
    seen_size: int | None
    witnessed: Witnessed | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """The head that every entry and tile was found to lead to."""
        return self.signed.checkpoint


def verify(
    source: Source,
    verifier: Verifier,
    *,
    origin: str | None = None,
    last_seen: Checkpoint | None = None,
    policy: WitnessPolicy | None = None,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> Verified:
    """Verify the log at `source` as a whole; `origin` is its name, when that is not the name of its key.

    Entry bundles are hashed, all tiles computed from them and compared byte for byte, and the root compared with the
    signed checkpoint, with the one that was `last_seen`, and with the newest that the witnesses of `policy` cosigned,
    not long before `now` (None: the time of this machine). Raises `LogRefusedError` with all faults, at most
    `MOST_FAULTS` of them; before that, when the checkpoint itself cannot be believed, `TileMissingError`,
    `NoteRefusedError` or `CheckpointRefusedError`.
    """
    place = f"{source.name}/{CHECKPOINT}"
    kept = read_cosigned(source, policy) if policy else None
    data = source.read(CHECKPOINT)
    signed = open_checkpoint(data, verifier, origin or verifier.name, place)
    checkpoint, faults = signed.checkpoint, _Faults()
    witnessed = vouched(source, policy, data, kept) if policy else None
    if witnessed:
        faults.add(*witnessed.faults(checkpoint, now or datetime.now(UTC)))
    if last_seen:
        faults.add(*_not_ahead(checkpoint, last_seen, place))
    try:
        sizes = [last_seen.size] if last_seen else []
        sizes += [witnessed.checkpoint.size] if witnessed else []
        roots = Replay(source, checkpoint.size, faults.add).run(sizes, progress)
    except LogError as fault:
        raise LogRefusedError({*faults.found, *fault.problems}) from None
    if roots[checkpoint.size] != checkpoint.root:
        what = f"entries and tiles lead to another root than the checkpoint of {checkpoint.size} entries names"
        faults.add(Problem(place, 3, what, "fetch the whole log again; if it stays so, do not believe it"))
    if last_seen and last_seen.size <= checkpoint.size and roots[last_seen.size] != last_seen.root:
        faults.add(_rewritten(last_seen, place, checkpoint.size, sound=not faults.found))
    if witnessed and not faults.found:  # what else is wrong comes first: an altered entry is no second history
        faults.add(*witnessed.contradictions(roots))
    faults.check()
    return Verified(signed, last_seen.size if last_seen else None, witnessed)


def _not_ahead(checkpoint: Checkpoint, seen: Checkpoint, place: str) -> list[Problem]:
    if seen.origin != checkpoint.origin:
        what = f"what was seen last is of the log `{seen.origin}` and not of `{checkpoint.origin}`"
        return [Problem(place, 1, what, "give the file that belongs to this log")]
    if seen.size > checkpoint.size:
        what = f"the log has {checkpoint.size} entries, and {seen.size} were seen before"
        return [Problem(place, 2, what, "if this is an old copy, fetch a new one; if not, entries were taken back")]
    return []


def _rewritten(seen: Checkpoint, place: str, size: int, *, sound: bool) -> Problem:
    if not sound:
        what = f"because of its other faults the log cannot be compared with the {seen.size} entries seen before"
        return Problem(place, 3, what, "mend or fetch again what is named, then verify once more")
    if seen.size == size:
        what = f"this is a second history: the log signed another root for the same {size} entries before"
    else:
        what = f"history was rewritten: the log does not begin with the {seen.size} entries that were seen before"
    return Problem(place, 3, what, "keep both checkpoints as evidence and tell the oversight body")


class _Faults:
    """The faults that were found so far; too many end the replay."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, *problems: Problem) -> None:
        self.found += problems
        if len(self.found) >= MOST_FAULTS:
            self.check()

    def check(self) -> None:
        if self.found:
            raise LogRefusedError(self.found)
