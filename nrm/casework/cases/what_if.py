"""Ask what a plan would be if facts were otherwise; the case stays as it is.

INVARIANT (nothing is tried out on a person): nothing is kept of it but the entry that somebody looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.case.record import GROUPS
from nrm.casework.cases.deciding import whole
from nrm.casework.work import Work, on_case
from nrm.engine.difference import Difference, differences
from nrm.engine.facts import check_facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.engine.plan import Plan


@dataclass(frozen=True)
class Supposed:
    """The plan that would be, and what it says otherwise than the one that the case would get today."""

    plan: Plan
    differences: tuple[Difference, ...]


def what_if(
    desk: Desk,
    asked: Asked,
    case: UUID,
    changed: Mapping[str, object],
    on: date,
    country: str | None = None,
) -> Supposed:
    """Decide as if the facts `changed` had these values, and keep nothing of it.

    Raises:
        CaseRefusedError: a fact or value that is not in the vocabulary; nothing of it is quoted.
        and as `nrm.casework.cases.deciding.decide`.
    """

    def suppose(work: Work) -> Supposed:
        engine = desk.books.engine(on, country)
        words = engine.program.rulebook.vocabulary
        checked = check_facts(changed, words)
        seen = whole(work, on, words)
        opened = [name for name in GROUPS if name in seen.parts]
        work.journal.write(work.unit, "decision:read", case=work.case, groups=opened, details={"supposed": True})
        before = engine.decide(seen.facts, on)
        after = engine.decide({**seen.facts, **{name: checked[name] for name in changed}}, on)
        return Supposed(after, differences(before, after))

    return on_case(desk, asked, case, "decision:read", suppose, groups=GROUPS)
