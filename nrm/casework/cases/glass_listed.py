"""Broken glass over all cases: for those who answer for the cases, for the second person, and for the own people.

INVARIANT (a list opens no case): what was broken is told, and the note only to who may read the case itself. Whoever
answers for the people who broke it is not told which case it was, because a grant makes no case findable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from nrm.access import Account, Case, Caseload, Session
from nrm.casework.asked import permit
from nrm.casework.cases.glass import MOST_HOURS
from nrm.casework.cases.glass_places import newest
from nrm.casework.cases.grants import glasses_of
from nrm.casework.errors import DeniedError, NoSuchCaseError, ShreddedError
from nrm.casework.journal import Journal
from nrm.casework.safe import OpenCase

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.access import Resource
    from nrm.casework.asked import Asked
    from nrm.casework.cases.glass_places import Pointer, Whose
    from nrm.casework.cases.grants import Glass, GlassState, Grant
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

MOST_LOOKED_AT: Final = 500
"""Grants that one look goes through at most; a page may be short where few of them are asked for."""

LONGEST: Final = timedelta(hours=MOST_HOURS)
"""What began longer ago is not in force any more."""

_ABOUT: Final[dict[Whose, type[Resource]]] = {"kept": Caseload, "named": Session, "ours": Account}
"""What the policies are asked about: the cases that we keep, what one was told oneself, and what an official did."""


@dataclass(frozen=True)
class Listed:
    """One grant as the asker may see it: `case` and `note` are None where they are not told."""

    grant: Grant
    state: GlassState
    case: UUID | None
    note: str | None


@dataclass(frozen=True)
class Part:
    """A part of the list; `next` is the place behind which the following one begins, None at the end."""

    items: list[Listed]
    next: UUID | None


def list_glass(
    desk: Desk,
    asked: Asked,
    whose: Whose = "kept",
    state: GlassState | None = None,
    after: UUID | None = None,
    most: int = 100,
) -> Part:
    """Return grants over all cases, the newest first; of each case in the list that is an entry.

    `whose` says which list, `state` which grants of it (None: all); `after` is the `next` of the part before.

    Raises:
        DeniedError: the role sees no such list.
        VaultError: a grant cannot be opened.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Part:
        permit(asked, "glass:list", _ABOUT[whose])
        look, now = _Look(desk, unit, asked, whose), desk.clock()
        owner = asked.who if whose == "named" else asked.organisation
        found: list[Listed] = []
        told: dict[UUID, OpenCase] = {}
        last = following = None
        for looked, (place, pointer) in enumerate(newest(desk, unit, whose, owner, after)):
            if state == "in_force" and pointer.begins + LONGEST <= now:
                break
            if len(found) == most or looked == MOST_LOOKED_AT:
                following = last
                break
            last = place
            seen = look.at(pointer)
            if seen is not None and state in {None, seen[1].state(now)}:
                told[seen[0].case] = seen[0]
                found.append(look.told(*seen, seen[1].state(now)))
        for case in told.values():
            journal.write(unit, "glass:list", case=case)
        if not told:
            journal.write(unit, "glass:list")
        return Part(found, following)

    return journal.attempt("glass:list", work)


class _Look:
    """Opens what one asker may see of one list; each case once."""

    def __init__(self, desk: Desk, unit: UnitOfWork, asked: Asked, whose: Whose) -> None:
        self._desk = desk
        self._unit = unit
        self._asked = asked
        self._whose = whose
        self._known: dict[UUID, tuple[OpenCase, dict[UUID, Glass]] | None] = {}

    def at(self, pointer: Pointer) -> tuple[OpenCase, Glass] | None:
        """Return the grant with its case; None when it is gone, or not the asker's to see."""
        if pointer.case not in self._known:
            self._known[pointer.case] = self._opened(pointer.case)
        known = self._known[pointer.case]
        if known is None or pointer.grant not in known[1]:
            return None
        case, grant = known[0], known[1][pointer.grant]
        return (case, grant) if self._may("glass:list", self._about(case, grant)) else None

    def told(self, case: OpenCase, glass: Glass, state: GlassState) -> Listed:
        """Return what the asker hears of a grant."""
        reads = self._may("case:read", Case(case.case, case.organisation))
        shown = None if self._whose == "ours" else case.case
        return Listed(glass.without_note(), state, shown, glass.note if reads else None)

    def _opened(self, case: UUID) -> tuple[OpenCase, dict[UUID, Glass]] | None:
        try:
            opened = OpenCase.of(self._unit.cases.get(case), self._desk.keyring)
        except (NoSuchCaseError, ShreddedError):
            return None
        return opened, {one.id: one for _, one in glasses_of(self._unit, opened)}

    def _about(self, case: OpenCase, grant: Glass) -> Resource:
        if self._whose == "named":
            return Session(grant.told)
        return Caseload(case.organisation) if self._whose == "kept" else Account(grant.who, grant.organisation)

    def _may(self, verb: str, about: Resource) -> bool:
        try:
            permit(self._asked, verb, about)
        except (DeniedError, NoSuchCaseError):
            return False
        return True
