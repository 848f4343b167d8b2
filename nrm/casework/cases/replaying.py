"""Make a decision of the past again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nrm.case.record import GROUPS
from nrm.casework.asked import permit_groups
from nrm.casework.cases.deciding import Decided, salted_digest
from nrm.casework.cases.last_plan import DECISION
from nrm.casework.errors import NotReplayedError
from nrm.casework.work import Work, on_case
from nrm.engine.canonical import canonical_plan, plan_digest
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError, Problem, RulebookRefusedError, UnknownNameError

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk


def replay(desk: Desk, asked: Asked, case: UUID, decision: UUID) -> Decided:
    """Make a decision of the past again, from the facts and the rulebook that were kept with it.

    Raises:
        NotReplayedError: the rulebook is not kept, or the plan does not come out byte for byte.
        and as `nrm.casework.cases.deciding.decide`.
    """

    def again(work: Work) -> Decided:
        permit_groups(work.asked, GROUPS, desk.books.words())
        made = work.unit.decisions.get(case, decision)
        kept = work.case.open_json(DECISION, made.version, made.sealed)
        archive = work.unit.rulebooks.get(made.rulebook)
        if kept["decision"] != str(decision) or archive is None:
            raise _not_replayed("what is kept belongs to another decision, or its rulebook is missing")
        given = {name: value for name, value in kept["facts"].items() if value is not None}
        try:
            engine = desk.books.replayed(archive, made.on, made.country)
            facts = check_facts(given, engine.program.rulebook.vocabulary)
        except (RulebookRefusedError, UnknownNameError, CaseRefusedError):
            raise _not_replayed("the rulebook that is kept cannot be read, or is another one") from None
        plan = engine.decide(facts, made.on)
        canonical = canonical_plan(plan)
        digest = plan_digest(canonical)
        salted = salted_digest(bytes.fromhex(kept["salt"]), digest)
        if plan.digest != made.rulebook or salted != made.digest or json.loads(canonical) != kept["plan"]:
            raise _not_replayed("the plan does not come out as it was kept")
        told = {"decision": str(decision)}
        work.journal.write(
            work.unit, "decision:replay", case=work.case, details=told, rulebook=made.rulebook, decision=digest
        )
        return Decided(decision, made.version, plan)

    return on_case(desk, asked, case, "decision:replay", again)


def _not_replayed(what: str) -> NotReplayedError:
    return NotReplayedError(Problem("decision", 0, what, "keep everything as it is and tell the oversight body"))
