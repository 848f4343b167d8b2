"""What the newest decision about a case says, as far as referral must know it between two decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nrm.casework.cases.kept_decision import open_decision
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase
    from nrm.engine.plan import Plan


TREATED_AS_CHILD: Final = "treated_as_child"
"""The finding of a plan for whoever is or may be a child."""


@dataclass(frozen=True)
class LastPlan:
    """The offers of the newest plan, in their order, its findings, and what may be told to whom."""

    offers: tuple[str, ...] = ()
    findings: frozenset[str] = frozenset()
    disclosures: frozenset[str] = frozenset()

    @property
    def child(self) -> bool:
        """Whether the person is treated as a child, also while the age is in doubt."""
        return TREATED_AS_CHILD in self.findings

    @classmethod
    def of(cls, plan: Plan) -> LastPlan:
        """Return what a plan that is at hand says."""
        return cls(tuple(line.code for line in plan.of("offer")), plan.codes("finding"), plan.codes("disclosure"))


def last_plan(unit: UnitOfWork, case: OpenCase) -> LastPlan:
    """Return what the newest decision says; nothing when none was made. Raises `VaultError`."""
    newest = unit.decisions.newest(case.case)
    if newest is None:
        return LastPlan()
    kept = open_decision(case, newest)
    if kept["decision"] != str(newest.decision):
        raise MisplacedError(of_vault("the store has one decision in the place of another", "restore a backup"))
    lines = kept["plan"]["lines"]
    by_kind = [(line["kind"], line["code"]) for line in lines]
    return LastPlan(
        tuple(code for kind, code in by_kind if kind == "offer"),
        frozenset(code for kind, code in by_kind if kind == "finding"),
        frozenset(code for kind, code in by_kind if kind == "disclosure"),
    )
