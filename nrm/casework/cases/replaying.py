"""Make a decision of the past again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from nrm.case.record import GROUPS
from nrm.casework.cases.deciding import Decided, salted_digest
from nrm.casework.cases.kept_decision import open_decision
from nrm.casework.errors import NotReplayedError
from nrm.casework.work import Work, on_case
from nrm.engine.canonical import canonical_plan, plan_digest
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError, Problem, RulebookRefusedError, UnknownNameError

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import DecisionRow
    from nrm.engine.decide import Engine
    from nrm.engine.facts import Facts
    from nrm.engine.plan import Plan


def replay(desk: Desk, asked: Asked, case: UUID, decision: UUID) -> Decided:
    """Make a decision of the past again, from the facts and the rulebook that were kept with it.

    Raises:
        NotReplayedError: the rulebook is not kept, or the plan does not come out byte for byte.
        and as `nrm.casework.cases.deciding.decide`.
    """

    def make(work: Work) -> Decided:
        made = work.unit.decisions.get(case, decision)
        plan, digest = made_again(work, made, archived=True)
        told = {"decision": str(decision)}
        work.journal.write(
            work.unit, "decision:replay", case=work.case, details=told, rulebook=made.rulebook, decision=digest
        )
        return Decided(decision, made.version, plan)

    return on_case(desk, asked, case, "decision:replay", make, groups=GROUPS)


def made_again(work: Work, made: DecisionRow, *, archived: bool) -> tuple[Plan, str]:
    """Return the plan of a decision, made again from what is kept with it, and its digest (as `again`)."""
    found = again(work, made, archived=archived)
    return found.plan, found.digest


class Again(NamedTuple):
    """A decision that was made again: by which engine, from which facts, its plan, and the plan's digest."""

    engine: Engine
    facts: Facts
    plan: Plan
    digest: str


def again(work: Work, made: DecisionRow, *, archived: bool) -> Again:
    """Make a decision again from what is kept with it.

    `archived` says to use the rulebook as it is kept also where the one in force is the same.

    Raises:
        NotReplayedError: the rulebook is not kept, or the plan does not come out byte for byte.
        VaultError: what is kept cannot be opened.
    """
    kept = open_decision(work.case, made)
    if kept["decision"] != str(made.decision):
        raise _not_replayed("what is kept belongs to another decision")
    given = {name: value for name, value in kept["facts"].items() if value is not None}
    try:
        engine = None if archived else _in_force(work.desk, made)
        engine = engine or _archived(work, made)
        facts = check_facts(given, engine.program.rulebook.vocabulary)
    except (RulebookRefusedError, UnknownNameError, CaseRefusedError):
        raise _not_replayed("the rulebook that is kept cannot be read, or is another one") from None
    plan = engine.decide(facts, made.on)
    canonical = canonical_plan(plan)
    digest = plan_digest(canonical)
    salted = salted_digest(bytes.fromhex(kept["salt"]), digest)
    if plan.digest != made.rulebook or salted != made.digest or json.loads(canonical) != kept["plan"]:
        raise _not_replayed("the plan does not come out as it was kept")
    return Again(engine, facts, plan, digest)


def _in_force(desk: Desk, made: DecisionRow) -> Engine | None:
    """Return the engine in force, where its rulebook is that of the decision."""
    engine = desk.books.engine(made.on, made.country)
    return engine if engine.program.digest == made.rulebook else None


def _archived(work: Work, made: DecisionRow) -> Engine:
    archive = work.unit.rulebooks.get(made.rulebook)
    if archive is None:
        raise _not_replayed("the rulebook of the decision is missing")
    return work.desk.books.replayed(archive, made.on, made.country)


def _not_replayed(what: str) -> NotReplayedError:
    return NotReplayedError(Problem("decision", 0, what, "keep everything as it is and tell the oversight body"))
