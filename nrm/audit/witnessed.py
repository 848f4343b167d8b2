"""How far the witnesses of a policy have seen a log: it grows with every event, and they cosign it now and then.

INVARIANT (what witnesses saw is in the log): the checkpoint that they cosigned last counts only where the log that is
verified begins with its entries, and while newer entries wait for them no longer than `LONGEST_WAIT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from nrm.audit.errors import TileMissingError
from nrm.audit.source import CHECKPOINT, COSIGNED
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nrm.audit.checkpoint import Checkpoint, SignedCheckpoint
    from nrm.audit.source import Source

LONGEST_WAIT: Final = timedelta(hours=24)
"""How long ago a quorum of witnesses may have cosigned a log that has newer entries; no clock is as far ahead."""


class Verdict(Protocol):
    """Whether enough witnesses cosigned, and why."""

    @property
    def met(self) -> bool:
        """Whether the quorum is met."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence for each witness and group."""
        ...

    @property
    def since(self) -> int | None:
        """The latest moment that meets the quorum (seconds since 1970, UTC); None when no witness is asked for."""
        ...


class WitnessPolicy(Protocol):
    """Which witnesses we trust, such as `nrm.audit.policy.Policy`."""

    def open(self, data: bytes, place: str = "checkpoint") -> tuple[SignedCheckpoint, Verdict]:
        """Verify a signed checkpoint and its cosignatures. Raises `LogError`."""
        ...


@dataclass(frozen=True)
class Witnessed:
    """A checkpoint and what the witnesses say of it; `place` is its file."""

    checkpoint: Checkpoint
    verdict: Verdict
    place: str

    @property
    def since(self) -> datetime | None:
        """When enough of them had cosigned it, None when the policy asks for none or the time is in no calendar."""
        try:
            return None if self.verdict.since is None else datetime.fromtimestamp(self.verdict.since, UTC)
        except (OverflowError, ValueError, OSError):
            return None

    def faults(self, newest: Checkpoint, now: datetime) -> Iterator[Problem]:
        """Yield why this does not vouch for the log whose `newest` checkpoint is verified."""
        one = self.checkpoint
        if not self.verdict.met:
            what = f"too few witnesses have cosigned this checkpoint: {'; '.join(self.verdict.reasons)}"
            yield Problem(self.place, 0, what, "wait for the witnesses; if they keep silent, ask them why")
        elif one.origin != newest.origin:
            what = f"witnesses cosigned the log `{one.origin}`, and this is `{newest.origin}`"
            yield Problem(self.place, 1, what, "fetch both files again, from the same log")
        elif one.size > newest.size:
            what = f"witnesses have cosigned {one.size} entries, and the log has {newest.size}"
            todo = "if this is an old copy, fetch a new one; if not, entries were taken back"
            yield Problem(self.place, 2, what, todo)
        elif one.size < newest.size and (self.since is None or abs(now - self.since) > LONGEST_WAIT):
            what = f"{newest.size - one.size} newer entries wait for the witnesses, who cosigned last at {self.since}"
            yield Problem(self.place, 0, what, "have the office ask them again; if they keep silent, ask them why")

    def contradictions(self, roots: Mapping[int, bytes]) -> Iterator[Problem]:
        """Yield that the log does not begin with these entries; `roots` are its own, by size."""
        one = self.checkpoint
        if roots.get(one.size, one.root) != one.root:
            what = f"the log does not begin with the {one.size} entries that witnesses have cosigned"
            yield Problem(self.place, 3, what, "keep both checkpoints as evidence and tell the oversight body")


def read_cosigned(source: Source, policy: WitnessPolicy) -> Witnessed | None:
    """Return the checkpoint that witnesses cosigned last, or None when it is not there.

    Read it before the newest checkpoint, which may move forward meanwhile. Raises `NoteRefusedError` or
    `CheckpointRefusedError` when it cannot be believed.
    """
    place = f"{source.name}/{COSIGNED}"
    try:
        data = source.read(COSIGNED)
    except TileMissingError:  # they have seen nothing yet, or it is kept back: both are found when it is needed
        return None
    return _witnessed(policy, data, place)


def vouched(source: Source, policy: WitnessPolicy, data: bytes, kept: Witnessed | None) -> Witnessed:
    """Return the newest checkpoint, in `data`, if enough have cosigned it or no older one; otherwise that in `kept`.

    Raises `NoteRefusedError` or `CheckpointRefusedError` when the newest cannot be believed.
    """
    newest = _witnessed(policy, data, f"{source.name}/{CHECKPOINT}")
    return newest if newest.verdict.met or kept is None or not kept.verdict.met else kept


def _witnessed(policy: WitnessPolicy, data: bytes, place: str) -> Witnessed:
    signed, verdict = policy.open(data, place)
    return Witnessed(signed.checkpoint, verdict, place)
