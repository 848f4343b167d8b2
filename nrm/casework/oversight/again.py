"""Make the decision of a bundle again, far from the office that made it, and say what fits and what does not.

Pure: the engine for the rulebook of the bundle is given. The chain has four links, and each is looked at even when
another breaks: log → entry → digest of the plan → plan → facts and rulebook.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nrm.audit.entry import decode, details_digest
from nrm.audit.errors import LogError
from nrm.audit.proof import check_proof, parse_proof
from nrm.engine.canonical import canonical_plan, plan_digest
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError, EngineError, Problem, RulebookRefusedError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from nrm.audit.entry import Entry
    from nrm.audit.note import Verifier
    from nrm.casework.oversight.form import Bundle
    from nrm.engine.decide import Engine
    from nrm.engine.plan import Plan

_KEEP: Final = "keep the bundle as it is, and ask the office in writing"


@dataclass(frozen=True)
class Again:
    """What came out: `faults` says what does not fit, `plan` is the plan as it comes out now.

    `in_log` is None when no key of the log was given. `place` and `size` are those of the entry in the log.
    """

    faults: tuple[Problem, ...]
    plan: Plan | None
    entry: Entry | None
    in_log: bool | None
    place: int | None = None
    size: int | None = None

    @property
    def same(self) -> bool:
        """Say whether everything fits that could be looked at."""
        return not self.faults


def decide_again(
    bundle: Bundle, engine: Callable[[bytes, date, str | None], Engine], verifier: Verifier | None = None
) -> Again:
    """Decide on the facts of a bundle under its rulebook, and compare the plan byte for byte with that of the bundle.

    `engine` gives the engine for an archive, a date and a country (`nrm.bootstrap_books`). With `verifier`, the public
    key of the log, the proof in the bundle must show that the entry is in that log.
    """
    faults: list[Problem] = []
    entry = _entry(bundle, faults)
    place, size = _in_log(bundle, verifier, faults) if verifier is not None else (None, None)
    plan = _plan(bundle, engine, faults)
    in_log = None if verifier is None else place is not None
    return Again(tuple(faults), plan, entry, in_log, place, size)


def _entry(bundle: Bundle, faults: list[Problem]) -> Entry | None:
    head = bundle.head
    try:
        entry = decode(bundle.entry)
    except LogError as refused:
        faults.extend(refused.problems)
        return None
    if not entry.action.endswith(":decision:make") or entry.result != "done":
        faults.append(_fault("entry", "its entry in the log is not the making of a decision"))
    if entry.rulebook != head.rulebook:
        faults.append(_fault("entry", "its entry in the log names another rulebook"))
    salted = details_digest(bytes.fromhex(head.salt), {"plan": plan_digest(bundle.plan)})
    if not salted == head.decision == entry.decision:
        faults.append(_fault("plan", "its plan is not the one that the entry in the log stands for"))
    return entry


def _in_log(bundle: Bundle, verifier: Verifier, faults: list[Problem]) -> tuple[int | None, int | None]:
    if bundle.proof is None:
        todo = "ask for the bundle again: it was made before the entry had its place"
        faults.append(Problem("proof", 0, "there is no proof in it that the decision is in the log", todo))
        return None, None
    try:
        proof = parse_proof(bundle.proof)
        opened = check_proof(proof, bundle.entry, verifier, verifier.name)
    except LogError as refused:
        faults.extend(refused.problems)
        return None, None
    return proof.index, opened.checkpoint.size


def _plan(bundle: Bundle, engine: Callable[[bytes, date, str | None], Engine], faults: list[Problem]) -> Plan | None:
    head = bundle.head
    try:
        found = engine(bundle.rulebook, head.on, head.country)
        given = {name: value for name, value in bundle.facts.items() if value is not None}
        plan = found.decide(check_facts(given, found.program.rulebook.vocabulary), head.on)
    except (RulebookRefusedError, UnknownNameError, CaseRefusedError, EngineError):
        faults.append(_fault("rulebook", "its rulebook cannot be read, or does not know its facts, date or country"))
        return None
    if plan.digest != head.rulebook:
        faults.append(_fault("rulebook", "the rulebook in it is another one than it says"))
    if canonical_plan(plan) != bundle.plan:
        more = ": the two engines differed when it was made, and agree now" if head.disputed else ""
        faults.append(_fault("plan", f"the plan does not come out as it was kept{more}"))
    return plan


def _fault(place: str, what: str) -> Problem:
    return Problem(place, 0, what, _KEEP)
