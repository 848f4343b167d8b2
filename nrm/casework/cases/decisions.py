"""Read decisions of the past: which there are, and the plan of one as it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.casework.cases.replaying import Again, again
from nrm.casework.work import Work, on_case, read_case

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import DecisionRow


def decisions(desk: Desk, asked: Asked, case: UUID) -> Sequence[DecisionRow]:
    """Return the decisions about a case, the oldest first, without opening any (errors as of `on_case`)."""
    return read_case(desk, asked, case, "decision:read", lambda unit, _open: unit.decisions.of(case))


def read_decision(desk: Desk, asked: Asked, case: UUID, decision: UUID) -> tuple[DecisionRow, Again]:
    """Return one decision with its plan as it was made, and what it was made of.

    A plan tells coded facts, so whoever reads it needs the group `facts` for their purpose.

    Raises:
        NoSuchCaseError: the case has no such decision.
        NotReplayedError: what is kept of it does not fit together.
        DeniedError, ShreddedError, VaultError: it cannot be opened by this asker, or at all.
    """

    def read(work: Work) -> tuple[DecisionRow, Again]:
        made = work.unit.decisions.get(case, decision)
        found = again(work, made, archived=False)
        told = {"decision": str(decision)}
        work.journal.write(work.unit, "decision:read", case=work.case, groups=("facts",), details=told)
        return made, found

    return on_case(desk, asked, case, "decision:read", read, groups=("facts",))
