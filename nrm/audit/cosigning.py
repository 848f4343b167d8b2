"""Asking all witnesses of a policy at once to cosign where a log stands. C2SP tlog-witness."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.merkle_proof import consistency_proof
from nrm.audit.proof import hash_reader
from nrm.audit.witness_client import Question, WitnessDisagreesError, WitnessError, cosignatures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nrm.audit.note import Note, Signature
    from nrm.audit.policy import Policy, TrustedWitness
    from nrm.audit.source import Source
    from nrm.errors import Problem


@dataclass(frozen=True)
class Gathered:
    """What the witnesses answered: one verified cosignature each, and why some are missing.

    `alarming` says that a witness has seen another history than ours.
    """

    signatures: tuple[Signature, ...]
    problems: tuple[Problem, ...]
    alarming: bool


def gather(source: Source, note: Note, policy: Policy) -> Gathered:
    """Ask every witness of `policy` that has an address, and that has not cosigned `note` yet.

    Must not be called where an event loop runs. Raises `LogError` when the files at `source` cannot prove the growth.
    """
    size = parse_checkpoint(note.text).size
    read = hash_reader(source, size)

    def proof_from(old: int) -> Sequence[bytes]:
        return consistency_proof(old, size, read) if 0 < old < size else ()

    missing = [one for one in policy.witnesses if one.url is not None and one.verifier.check(note) is None]
    answers = asyncio.run(_all(missing, Question(note, proof_from, size)))
    return Gathered(
        # One of each is enough: a witness that gives a hundred could make the note longer than anybody reads.
        signatures=tuple(found[0] for found in answers if not isinstance(found, WitnessError)),
        problems=tuple(one for found in answers if isinstance(found, WitnessError) for one in found.problems),
        alarming=any(isinstance(found, WitnessDisagreesError) for found in answers),
    )


async def _all(witnesses: Sequence[TrustedWitness], question: Question) -> list[tuple[Signature, ...] | WitnessError]:
    async def one(witness: TrustedWitness) -> tuple[Signature, ...] | WitnessError:
        try:
            return await cosignatures(witness.url or "", witness.verifier, question)
        except WitnessError as error:
            return error

    return list(await asyncio.gather(*(one(witness) for witness in witnesses)))
