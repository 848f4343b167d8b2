"""What a witness answers: a cosignature when a log only grew, and otherwise the reason why not.

C2SP tlog-witness, https://c2sp.org/tlog-witness. This is the decision alone: no file, no clock, no network. Durable
memory is `nrm.audit.witness_state`, the service `nrm.audit.witness_server`, the log's side `nrm.audit.witness_client`.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nrm.audit.checkpoint import Checkpoint, decimal, parse_checkpoint
from nrm.audit.errors import LogError, NoteRefusedError, ProofRefusedError
from nrm.audit.merkle_proof import check_consistency
from nrm.audit.note import Note, decoded, parse_note
from nrm.audit.tree import EMPTY_ROOT, HASH_BYTES
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nrm.audit.cosignature import Cosigner
    from nrm.audit.note import Signature, Verifier

LARGEST_REQUEST: Final = 1 << 17
"""Bytes: room for 63 hashes and 16 post-quantum signatures."""

MOST_HASHES: Final = 63

SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"

DONE, MALFORMED, NOT_SIGNED, NOT_KNOWN, CONFLICT, NOT_PROVED = 200, 400, 403, 404, 409, 422


class RequestRefusedError(LogError):
    """What was sent to a witness is not a request of the protocol."""


@dataclass(frozen=True)
class Request:
    """The body of `add-checkpoint`: the size that we are said to know, the proof from there, and the new checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    def __bytes__(self) -> bytes:
        return request_body(self.old, self.proof, self.note)


@dataclass(frozen=True)
class Known:
    """What a witness last cosigned for one log: entries, root, and when (seconds since 1970, UTC)."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    timestamp: int = 0


@dataclass(frozen=True)
class Answer:
    """A response.

    `keep` is the checkpoint that must be on disk before the answer leaves. `fork` is a checkpoint that its log signed
    although it had signed another root for the same size: proof of a split view, worth keeping for ever.
    """

    status: int
    body: bytes
    content_type: str = TEXT_TYPE
    keep: Note | None = None
    fork: Note | None = None


class Witness:
    """A witness with its key and the keys of the logs that it watches; a log's key bears the name of its origin."""

    def __init__(self, cosigner: Cosigner, logs: Iterable[Verifier]) -> None:
        self.cosigner = cosigner
        self.logs: dict[str, tuple[Verifier, ...]] = {}
        for log in logs:
            self.logs[log.name] = (*self.logs.get(log.name, ()), log)

    def answer(self, body: bytes, known: Callable[[str], Known], now: int) -> Answer:
        """Decide a request; `known` tells what we last cosigned for an origin, `now` is in seconds since 1970.

        INVARIANT (one history): for one origin no two roots of one size are cosigned, and no smaller size after a
        larger one. It holds when what `keep` says is what `known` tells the next time.

        Raises nothing of its own; what `known` raises goes through.
        """
        admitted = self._admitted(body)
        if isinstance(admitted, Answer):
            return admitted
        return self._judged(admitted, known(admitted.checkpoint.origin), now)

    def _admitted(self, body: bytes) -> Request | Answer:
        """Return the request with none but the log's own valid signatures, or the answer to one that is not a log's."""
        try:
            request = parse_request(body)
        except LogError as refused:
            return _no(MALFORMED, refused.problems[0].what)
        trusted = self.logs.get(request.checkpoint.origin)
        if trusted is None:
            return _no(NOT_KNOWN, "this witness does not watch that log")
        signatures = [one for log in trusted for one in _valid(log, request.note)]
        if not signatures:
            return _no(NOT_SIGNED, "no valid signature of a key that is known for that log")
        if request.old > request.checkpoint.size:
            return _no(MALFORMED, "the old size is larger than the checkpoint's")
        return replace(request, note=Note(request.note.text, tuple(signatures)))

    def _judged(self, request: Request, before: Known, now: int) -> Answer:
        head, note = request.checkpoint, request.note
        if head.size == before.size and head.root != before.root:
            return Answer(CONFLICT, f"{before.size}\n".encode(), SIZE_TYPE, fork=note)
        if request.old != before.size:
            return Answer(CONFLICT, f"{before.size}\n".encode(), SIZE_TYPE)
        try:
            check_consistency(before.size, head.size, before.root, head.root, request.proof)
        except ProofRefusedError:
            return _no(NOT_PROVED, "the proof does not show that the log only grew")
        # A cosignature says "this is the largest tree that I have seen by now": a clock set back must not unsay it.
        signature = self.cosigner.cosign(note.text, max(now, before.timestamp))
        return Answer(DONE, signature.line().encode(), keep=note.with_signatures(signature))


def parse_request(body: bytes) -> Request:
    """Read the body of `add-checkpoint`.

    Raises:
        RequestRefusedError: the lines before the checkpoint are malformed, or the body is too long.
        NoteRefusedError, CheckpointRefusedError: the checkpoint is malformed.
    """
    if len(body) > LARGEST_REQUEST:
        raise _refused(0, "the request is too long")
    head, gap, rest = body.partition(b"\n\n")
    first, *lines = head.decode("ascii", "replace").split("\n")
    word, space, size = first.partition(" ")
    if not gap or word != "old" or not space or not decimal(size):
        raise _refused(1, "the request does not begin with `old <size>` and have a blank line before its checkpoint")
    if len(lines) > MOST_HASHES:
        raise _refused(MOST_HASHES + 2, f"the proof has more than {MOST_HASHES} hashes")
    proof = tuple(_hash(line, number) for number, line in enumerate(lines, start=2))
    note = parse_note(rest, "request")
    return Request(int(size), proof, note, parse_checkpoint(note.text, "request"))


def request_body(old: int, proof: Sequence[bytes], note: Note) -> bytes:
    """Write the body of `add-checkpoint` for a signed checkpoint, with the proof that it grew from `old` entries."""
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{hashes}\n".encode() + bytes(note)


def _hash(line: str, number: int) -> bytes:
    one = decoded(line)
    if one is None or len(one) != HASH_BYTES:
        raise _refused(number, "a line of the proof is not the base64 of 32 bytes")
    return one


def _valid(log: Verifier, note: Note) -> tuple[Signature, ...]:
    """Return the signatures of `log` under `note`, or none when one of them is false."""
    try:
        log.check(note)
    except NoteRefusedError:
        return ()
    return note.by(log.name, log.key_id)


def _no(status: int, why: str) -> Answer:
    return Answer(status, f"{why}\n".encode())


def _refused(line: int, what: str) -> RequestRefusedError:
    return RequestRefusedError(Problem("request", line, what, "see https://c2sp.org/tlog-witness"))
