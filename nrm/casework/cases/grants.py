"""Broken glass as it is kept with a case: who may read it from outside, why, until when, and what became of it.

INVARIANT (broken glass opens only reading): a grant opens one case to one account of one organisation until its end, to
read what `nrm/access/policies/glass.cedar` says; it never makes a case findable, and nobody makes it longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, get_args
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints, model_validator

from nrm.casework.items import GLASS, items_of
from nrm.rulebook.wording import Model

if TYPE_CHECKING:
    from datetime import datetime

    from nrm.casework.asked import Asked
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.ports_referral import ItemRow
    from nrm.casework.safe import OpenCase

GlassReason = Literal["life_in_danger", "child_in_danger", "medical_emergency", "person_missing", "person_is_here"]
GLASS_REASONS: Final[tuple[GlassReason, ...]] = get_args(GlassReason)
"""Why the glass may be broken; `person_is_here` is the person who stands before somebody and needs help at once."""

Verdict = Literal["justified", "not_justified"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)

LONGEST_NOTE: Final = 2000
GlassNote = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE)]

GlassState = Literal["in_force", "to_review", "reviewed"]
"""How a grant stands: it opens the case now, it is over and nobody looked at it yet, or somebody did."""

Footing = Literal["none", "in_force", "over"]
"""What an asker has: no grant, one that is in force, or only such as are over."""


class Review(Model):
    """What a supervisor of the organisation that keeps the case found."""

    by: UUID
    at: AwareDatetime
    verdict: Verdict


class Grant(Model):
    """One grant: `who` of `organisation` broke the glass in a `role`; `told` is the account that was told at once."""

    id: UUID
    who: UUID
    organisation: UUID
    role: str
    reason: GlassReason
    told: UUID
    begins: AwareDatetime
    until: AwareDatetime
    ended: AwareDatetime | None = None
    reviewed: Review | None = None

    @model_validator(mode="after")
    def _tells_another(self) -> Self:
        if self.told == self.who:
            raise ValueError("the second person is another one")
        return self

    def belongs_to(self, asked: Asked) -> bool:
        """Say whether this asker broke the glass: the same account, working at the same place."""
        return (self.who, self.organisation) == (asked.who, asked.organisation)

    def in_force(self, now: datetime) -> bool:
        """Say whether it opens anything at `now`; a clock that was put back to before its beginning opens nothing."""
        return self.ended is None and self.begins <= now < self.until

    def state(self, now: datetime) -> GlassState:
        """Return how it stands at `now`; a review ends a grant, so that no two of the states are true at once."""
        if self.reviewed is not None:
            return "reviewed"
        return "in_force" if self.in_force(now) else "to_review"


class Glass(Grant):
    """A grant with what happened, in a sentence, which only those read who may read the case."""

    note: GlassNote

    def without_note(self) -> Grant:
        """Return the grant alone, for who may not read the case."""
        return Grant(**{name: getattr(self, name) for name in Grant.model_fields})


def glasses_of(unit: UnitOfWork, case: OpenCase) -> list[tuple[ItemRow, Glass]]:
    """Return all grants of a case, the oldest first, with their rows."""
    return items_of(unit, case, GLASS, Glass)


def footing(unit: UnitOfWork, case: OpenCase, asked: Asked, now: datetime) -> Footing:
    """Say whether the asker broke the glass for the case, and whether that still counts."""
    own = [one for _, one in glasses_of(unit, case) if one.belongs_to(asked)]
    if any(one.in_force(now) for one in own):
        return "in_force"
    return "over" if own else "none"
