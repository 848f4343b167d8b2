"""The witness policy: which logs we know, which witnesses, and how many of them must have cosigned a checkpoint.

C2SP tlog-policy, https://c2sp.org/tlog-policy. Names are compared octet by octet, as that page demands: `K` and the
Kelvin sign are two names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nrm.audit.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint
from nrm.audit.cosignature import CosignatureVerifier, cosigned_by
from nrm.audit.errors import CheckpointRefusedError
from nrm.audit.note import Verifier, parse_note
from nrm.errors import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.audit.cosignature import Cosigned

NONE: Final = "none"
"""The quorum that asks for no witness at all."""


@dataclass(frozen=True)
class TrustedLog:
    """A log whose checkpoints we accept; its key bears the name of its origin line."""

    verifier: Verifier
    url: str | None = None


@dataclass(frozen=True)
class TrustedWitness:
    """A witness; `name` has a meaning inside the policy only."""

    name: str
    verifier: CosignatureVerifier
    url: str | None = None


@dataclass(frozen=True)
class Group:
    """At least `least` of the `members`, each a witness or a group that was defined before."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether the quorum is met, and one sentence for each witness and group that says why.

    `since` is the latest moment from which on enough had cosigned (seconds since 1970, UTC), when witnesses are needed.
    """

    met: bool
    reasons: tuple[str, ...]
    since: int | None = None


@dataclass(frozen=True)
class Policy:
    """A policy, read by `nrm.audit.policy_file.parse_policy`; groups stand in the order in which they were defined."""

    logs: tuple[TrustedLog, ...]
    witnesses: tuple[TrustedWitness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def verdict(self, cosigned: Iterable[Cosigned]) -> Verdict:
        """Say whether these verified cosignatures meet the quorum; those of other keys count for nothing."""
        given = tuple(cosigned)
        seen, reasons = self._seen(given)
        if self.quorum == NONE:
            return Verdict(met=True, reasons=(*reasons, "the policy asks for no witness"))
        met = seen[self.quorum]
        reasons.append(f"the quorum `{shown(self.quorum)}` is {'met' if met else 'not met'}")
        times = sorted({one.timestamp for one in given}, reverse=True)
        since = (time for time in times if self._seen(one for one in given if one.timestamp >= time)[0][self.quorum])
        return Verdict(met=met, reasons=tuple(reasons), since=next(since, None))

    def _seen(self, cosigned: Iterable[Cosigned]) -> tuple[dict[str, bool], list[str]]:
        """Say of each witness and group whether it has cosigned, by name, and in a sentence."""
        keys = {one.vkey for one in cosigned}
        seen = {witness.name: witness.verifier.vkey in keys for witness in self.witnesses}
        reasons = [f"`{shown(name)}` {'has' if did else 'has not'} cosigned" for name, did in seen.items()]
        for group in self.groups:
            count = sum(seen[member] for member in group.members)
            seen[group.name] = count >= group.least
            verb = "is met" if seen[group.name] else "is not met"
            counted = f"{count} of {len(group.members)} have cosigned, {group.least} must"
            reasons.append(f"group `{shown(group.name)}` {verb}: {counted}")
        return seen, reasons

    def open(self, data: bytes, place: str = "checkpoint") -> tuple[SignedCheckpoint, Verdict]:
        """Read a signed checkpoint of one of our logs, verify the log's signature, and judge its cosignatures.

        Raises:
            CheckpointRefusedError: it is malformed, or of a log that the policy does not name.
            NoteRefusedError: the signature of the log, or of a witness that we know, is false.
        """
        origin = parse_checkpoint(parse_note(data, place).text, place).origin
        for log in self.logs:
            if log.verifier.name == origin:
                opened = open_checkpoint(data, log.verifier, origin, place)
                cosigned = cosigned_by(opened.note, (witness.verifier for witness in self.witnesses), place)
                return opened, self.verdict(cosigned)
        known = nearest(origin, (log.verifier.name for log in self.logs))
        raise CheckpointRefusedError(Problem(place, 1, f"the policy names no log `{origin}`", known))


def shown(name: str) -> str:
    """Return `name` as it can be printed: octets that are not UTF-8, and what would turn the line, become escapes."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
