"""Hand one decision to an oversight body, sealed: what was decided on, under which rules, and that it is in the log.

INVARIANT (a decision, and not a person): no group of a case is opened for it; what goes out are the coded facts, the
plan and the rulebook that were kept with the decision. An overseer names the event in the log, states why, and learns
neither the case nor its other events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from nrm import __version__
from nrm.access import Log
from nrm.audit.canonical import canonical
from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.entry import decode
from nrm.audit.note import parse_note
from nrm.audit.proof import make_proof
from nrm.audit.source import CHECKPOINT
from nrm.audit.tree import leaf_hash
from nrm.case.record import GROUPS
from nrm.casework.cases.kept_decision import open_decision
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.journal import DETAILS
from nrm.casework.oversight.form import Bundle, Head, seal_bundle
from nrm.casework.oversight.reason import check_reason
from nrm.casework.work import Work, on_case
from nrm.engine.canonical import plan_digest
from nrm.referral.sealing import recipient_key
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.audit.source import Source
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk

_MAKING: Final = ":decision:make"


def decision_bundle(
    desk: Desk, asked: Asked, case: UUID, decision: UUID, recipient: str, log: Source | None = None
) -> bytes:
    """Return a decision as a bundle for an overseer, who is whoever holds the key of `recipient` (`age1…`).

    `log` are the published files, out of which comes the proof that the decision is in the log; without them, or while
    the entry waits for its place, there is none in the bundle. Those who keep the case make it.

    Raises:
        MisaddressedError: the recipient is no key of age.
        MisplacedError: what is kept belongs to another decision, or its rulebook or its entry is missing.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: it cannot be opened by this asker, or at all.
        LogError: the published files do not hold the entry.
    """
    recipient_key(recipient)

    def export(work: Work) -> bytes:
        made = next((one for one in _made(work) if one.decision == decision), None)
        return _exported(work, "decision:export", made, recipient, log)

    return on_case(desk, asked, case, "decision:export", export, groups=GROUPS)


def bundle_for_event(
    desk: Desk, asked: Asked, event: UUID, reason: str, recipient: str, log: Source | None = None
) -> bytes:
    """Return the decision whose event an overseer found in the log, as `decision_bundle` does.

    `reason` is a word of `OVERSIGHT_REASONS`; it stands in the log as the purpose, and the basis is `oversight`.

    Raises:
        UnknownNameError: there is no such reason.
        NoSuchCaseError: there is no such event, its case was shredded, or it is not the making of a decision.
        and as `decision_bundle`.
    """
    check_reason(reason)
    recipient_key(recipient)
    # Found before it is asked who may, and told to nobody: who may not hears the same of every event.
    case = desk.store.run(lambda unit: unit.events.case_of(event))

    def examine(work: Work) -> bytes:
        made = next((one for one in _made(work) if one.event == event), None)
        return _exported(work, "decision:examine", made, recipient, log, reason)

    return on_case(desk, asked, case or uuid4(), "decision:examine", examine, about=Log())


@dataclass(frozen=True)
class _Made:
    """The making of a decision: its event, its leaf, the salt of its digests, and which decision it made."""

    event: UUID
    leaf: bytes
    salt: str
    decision: UUID


def _made(work: Work) -> Iterator[_Made]:
    """Yield every making of a decision about the case, as the log has it.

    Raises:
        MisplacedError: an entry has the details of another.
    """
    for row in work.unit.events.of(work.case.case):
        if not decode(row.leaf).action.endswith(_MAKING):
            continue
        kept = work.case.open_json(DETAILS, 1, row.details or b"")
        if kept["leaf"] != leaf_hash(row.leaf).hex():
            raise _misplaced("an entry of the case has the details of another")
        yield _Made(row.event, row.leaf, kept["salt"], UUID(kept["details"]["decision"]))


def _exported(
    work: Work, verb: str, made: _Made | None, recipient: str, log: Source | None, purpose: str | None = None
) -> bytes:
    """Seal a decision and write that it was given out; None means that there is no such decision."""
    if made is None:
        raise NoSuchCaseError
    bundle = _bundle(work, made, recipient, log)
    sealed = seal_bundle(bundle, work.desk.counter.signer)
    work.journal.write(
        work.unit,
        verb,
        case=work.case,
        details={"examined": str(made.event), "recipient": recipient},
        purpose=purpose,
        basis="oversight",
        rulebook=bundle.head.rulebook,
        decision=plan_digest(bundle.plan),
    )
    return sealed


def _bundle(work: Work, made: _Made, recipient: str, log: Source | None) -> Bundle:
    row = work.unit.decisions.get(work.case.case, made.decision)
    kept = open_decision(work.case, row)
    rulebook = work.unit.rulebooks.get(row.rulebook)
    if kept["decision"] != str(made.decision) or rulebook is None:
        raise _misplaced("what is kept belongs to another decision, or its rulebook is missing")
    entry = decode(made.leaf)
    head = Head(
        sender=work.desk.counter.origin,
        recipient=recipient,
        on=row.on,
        country=row.country,
        rulebook=row.rulebook,
        decision=entry.decision or "",
        salt=made.salt,
        disputed=row.disputed,
        program=f"nrm {__version__}",
    )
    proof = _proof(log, work.unit.log.position(made.event))
    return Bundle(head, kept["facts"], canonical(kept["plan"]), made.leaf, proof, rulebook)


def _proof(log: Source | None, place: int | None) -> bytes | None:
    """Prove from the published files that an entry is in the log; None while it is not among them."""
    if log is None or place is None:
        return None
    note = parse_note(log.read(CHECKPOINT), f"{log.name}/{CHECKPOINT}")
    return bytes(make_proof(log, note, place)) if place < parse_checkpoint(note.text).size else None


def _misplaced(what: str) -> MisplacedError:
    return MisplacedError(of_vault(what, "keep everything as it is, and compare it with a backup and the log"))
