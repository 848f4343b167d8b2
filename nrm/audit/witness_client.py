"""Asking a witness to cosign a checkpoint, as C2SP tlog-witness says it, https://c2sp.org/tlog-witness.

Nothing that a witness sends is believed before its cosignature was verified, and no witness can keep us waiting: the
time limit is for the whole conversation, the size limit for each answer, and redirects are not followed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from nrm.audit.checkpoint import decimal, parse_checkpoint
from nrm.audit.errors import LogError, NoteRefusedError
from nrm.audit.note import parse_note
from nrm.audit.witness import CONFLICT, DONE, NOT_PROVED, SIZE_TYPE, request_body
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nrm.audit.cosignature import CosignatureVerifier
    from nrm.audit.note import Note, Signature


class WitnessError(LogError):
    """A witness did not cosign this time: not reached, too slow, or it answered what we cannot use. Ask again later."""


class WitnessDisagreesError(WitnessError):
    """A witness has seen another history of the log, or a longer one. Somebody must look at once; do not ask again."""


@dataclass(frozen=True)
class Limits:
    """What one witness may cost: seconds for the whole conversation, bytes for each answer, rounds of asking."""

    seconds: float = 10.0
    answer_bytes: int = 1 << 16
    rounds: int = 3


@dataclass(frozen=True)
class Question:
    """A signed checkpoint, and how to prove that it grew: `proof_from` gives the consistency proof from any size.

    `known` is the size that the witness cosigned last, as far as we know; a wrong guess costs one more round.
    """

    note: Note
    proof_from: Callable[[int], Sequence[bytes]]
    known: int = 0


def ask(
    url: str,
    witness: CosignatureVerifier,
    question: Question,
    limits: Limits | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[Signature, ...]:
    """Ask the witness whose submission prefix is `url`, and return its verified cosignatures, one or more.

    `transport` replaces the network. Must not be called where an event loop runs; `cosignatures` may.

    Raises:
        WitnessDisagreesError: the witness knows another tree of this size, or a larger one.
        WitnessError: anything else that kept it from cosigning.
    """
    return asyncio.run(cosignatures(url, witness, question, limits, transport))


async def cosignatures(
    url: str,
    witness: CosignatureVerifier,
    question: Question,
    limits: Limits | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[Signature, ...]:
    """Do what `ask` does, beside other questions."""
    limits = limits or Limits()
    try:
        async with (
            asyncio.timeout(limits.seconds),
            # The environment could name a proxy or hold passwords; a witness is asked directly and anonymously.
            httpx.AsyncClient(transport=transport, timeout=limits.seconds, trust_env=False) as client,
        ):
            return await _conversation(client, f"{url.rstrip('/')}/add-checkpoint", witness, question, limits)
    except TimeoutError:
        raise _failed(witness, f"took longer than {limits.seconds:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise _failed(witness, f"cannot be reached (`{type(error).__name__}`)") from None


async def _conversation(
    client: httpx.AsyncClient, url: str, witness: CosignatureVerifier, question: Question, limits: Limits
) -> tuple[Signature, ...]:
    size = parse_checkpoint(question.note.text).size
    known = min(question.known, size)
    for _ in range(limits.rounds):
        body = request_body(known, question.proof_from(known), question.note)
        status, kind, answer = await _post(client, url, body, limits, witness)
        if status == DONE:
            return _verified(answer, witness, question.note)
        if status == NOT_PROVED:
            raise _disagrees(
                witness, f"does not find the {known} entries that it has seen at the beginning of this log"
            )
        if status != CONFLICT or kind.partition(";")[0].strip() != SIZE_TYPE:
            raise _failed(witness, f"answered {status} and no cosignature")
        told = _size(answer, witness)
        if told > size:
            raise _disagrees(witness, f"has seen {told} entries, and this checkpoint has only {size}")
        if told == known == size:
            raise _disagrees(witness, f"has seen another tree of {size} entries: there are two histories")
        known = told
    raise _failed(witness, f"gave no answer in {limits.rounds} rounds")


async def _post(
    client: httpx.AsyncClient, url: str, body: bytes, limits: Limits, witness: CosignatureVerifier
) -> tuple[int, str, bytes]:
    headers = {"accept-encoding": "identity", "content-type": "application/octet-stream"}
    async with client.stream("POST", url, content=body, headers=headers) as response:
        answer = b""
        async for part in response.aiter_raw():  # raw, so that nothing small can unpack into something large
            answer += part
            if len(answer) > limits.answer_bytes:
                raise _failed(witness, f"answered more than {limits.answer_bytes} bytes")
        return response.status_code, response.headers.get("content-type", ""), answer


def _size(answer: bytes, witness: CosignatureVerifier) -> int:
    text = answer.decode("ascii", "replace")
    if not text.endswith("\n") or not decimal(text[:-1]):
        raise _failed(witness, "said that it knows another size, and not which")
    return int(text)


def _verified(answer: bytes, witness: CosignatureVerifier, note: Note) -> tuple[Signature, ...]:
    """Return the cosignatures of the witness's own key; those of other keys are ignored."""
    try:
        told = parse_note(note.text.encode() + b"\n" + answer, "answer")
        cosigned = witness.check(told, "answer") if told.text == note.text else None
    except NoteRefusedError as refused:
        raise _failed(witness, f"gave a cosignature that cannot be used: {refused.problems[0].what}") from None
    if cosigned is None:
        raise _failed(witness, "gave no cosignature of the key that we know")
    return told.by(witness.name, witness.key_id)


def _failed(witness: CosignatureVerifier, what: str) -> WitnessError:
    return WitnessError(Problem(f"witness {witness.name}", 0, what, "ask again later, or ask its operator"))


def _disagrees(witness: CosignatureVerifier, what: str) -> WitnessDisagreesError:
    todo = "keep this checkpoint and its answer, and call the oversight body"
    return WitnessDisagreesError(Problem(f"witness {witness.name}", 0, what, todo))
