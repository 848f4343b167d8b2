"""Decide about a case and keep the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from os import urandom
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from nrm.audit.entry import SECRET_BYTES, details_digest
from nrm.case.record import GROUPS
from nrm.casework.cases.families import told_by_family
from nrm.casework.cases.kept_decision import seal_decision
from nrm.casework.cases.record import PARTS, Whole, checked, facts_of, joined, opened, plain
from nrm.casework.clocks.concluding import conclude
from nrm.casework.ports import DecisionRow
from nrm.casework.work import Work, on_case
from nrm.engine.canonical import canonical_plan, plan_digest

if TYPE_CHECKING:
    from datetime import date

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.engine.decide import Engine
    from nrm.engine.plan import Plan
    from nrm.rulebook.vocabulary import Vocabulary


@dataclass(frozen=True)
class Decided:
    """A decision that was made and kept."""

    decision: UUID
    version: int
    plan: Plan


def decide(desk: Desk, asked: Asked, case: UUID, on: date, country: str | None = None) -> Decided:
    """Decide about the case as it is now, and keep facts, plan and digests; its duties get their clocks.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: it cannot be opened by this asker, or at all.
        UnknownNameError: no rule is in force on that date, or the country has none.
    """

    def make(work: Work) -> Decided:
        seen = look(work, on, country)
        conclude(work, seen.made.plan, seen.record)
        return seen.made

    return on_case(desk, asked, case, "decision:make", make, groups=GROUPS)


@dataclass(frozen=True)
class Look(Whole):
    """One look at a whole case: its parts, its record and facts on a day, and the decision that was made and kept."""

    made: Decided


def look(work: Work, on: date, country: str | None) -> Look:
    """Decide about a case that is open, inside a unit of work, and keep the decision (errors as `decide`).

    Every group is opened for it: whoever calls this has asked the policies for `GROUPS`, or is the program itself.
    """
    engine = work.desk.books.engine(on, country)
    seen = whole(work, on, engine.program.rulebook.vocabulary)
    earlier = work.unit.decisions.newest(work.case.case)
    return Look(seen.parts, seen.record, seen.facts, make(work, engine, seen, on, country, earlier))


def whole(work: Work, on: date, words: Vocabulary) -> Whole:
    """Open every group of a case; `words` are those of its facts (as in `look`)."""
    parts = opened(work.unit, work.case, PARTS)
    read = checked(joined(parts))
    return Whole(parts, read.record, {**facts_of(read, on, words), **told_by_family(work.unit, work.case)})


def make(
    work: Work, engine: Engine, seen: Whole, on: date, country: str | None, earlier: DecisionRow | None = None
) -> Decided:
    """Decide about a case that was looked at, and keep the decision; `earlier` is the newest one that there is."""
    desk, unit, journal, case = work.desk, work.unit, work.journal, work.case
    version, facts = case.version, seen.facts
    plan = engine.decide(facts, on)
    canonical = canonical_plan(plan)
    digest = plan_digest(canonical)
    decision = uuid4()
    # A clock that was put back makes no older decision the newest.
    now = desk.clock()
    made_at = now if earlier is None else max(now, earlier.made_at + timedelta.resolution)
    # Salted, because equal facts give equal plans: a bare digest in the store could be guessed.
    salt = urandom(SECRET_BYTES)
    told_facts = {name: plain(value) for name, value in facts.items()}
    unit.decisions.add(
        DecisionRow(
            decision=decision,
            case=case.case,
            version=version,
            made_at=made_at,
            on=on,
            country=country,
            rulebook=plan.digest,
            digest=salted_digest(salt, digest),
            disputed=plan.disputed,
            sealed=seal_decision(case, version, decision, salt, told_facts, canonical),
        )
    )
    if not unit.rulebooks.known(plan.digest):
        unit.rulebooks.add(plan.digest, desk.books.archive(on))
    told = {"decision": str(decision), "version": version}
    groups = [name for name in GROUPS if name in seen.parts]
    journal.write(unit, "decision:make", case=case, groups=groups, details=told, rulebook=plan.digest, decision=digest)
    if plan.disputed:
        journal.write(unit, "alarm:raise", case=case, details=told, rulebook=plan.digest, decision=digest)
    return Decided(decision, version, plan)


def salted_digest(salt: bytes, digest: str) -> str:
    """Return what the log and the store have for the digest of a plan."""
    return details_digest(salt, {"plan": digest})
