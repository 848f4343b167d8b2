"""Break the glass: somebody of another organisation must see a case at once, and may read it for a few hours.

INVARIANT (nobody breaks the glass alone): in the unit of work that makes a grant, a second person is told, a supervisor
of the organisation that keeps the case gets a task that only their review ends, and the entry is written.
INVARIANT (what was reviewed opens nothing): a review ends the grant, so that nothing is read after anybody looked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nrm.casework.accounts.registers import ACCOUNTS
from nrm.casework.asked import NotPermittedError, OtherOrganisationError
from nrm.casework.cases.glass_places import put
from nrm.casework.cases.grants import GLASS_REASONS, LONGEST_NOTE, VERDICTS, Glass, Review, glasses_of
from nrm.casework.clocks.follow_up import need_person, stop
from nrm.casework.errors import CaseworkError, NoSuchRecordError
from nrm.casework.items import GLASS, RUNNING, add_item, change_item, clocks_of
from nrm.casework.office.notices import notify
from nrm.casework.work import Work, on_case
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.cases.grants import GlassReason, Verdict
    from nrm.casework.desk import Desk
    from nrm.casework.journal import Basis
    from nrm.casework.ports_referral import ItemRow

MOST_HOURS: Final = 4


def break_glass(
    desk: Desk, asked: Asked, case: UUID, reason: GlassReason, note: str, told: UUID, hours: int = 1
) -> Glass:
    """Let the asker read a case of another organisation for `hours` (1 to 4); `told` is the account that hears of it.

    Whoever needs longer breaks it again: another grant, another entry, another word to a second person.

    Raises:
        UnknownNameError: no such reason, no note, or not so many hours; or nobody reads what the second person is told.
        DeniedError: the role may not, one's own organisation keeps the case, or the second person is oneself.
        NoSuchCaseError, ShreddedError, VaultError: there is no such case, or it cannot be opened.
    """

    def do(work: Work) -> Glass:
        if told == asked.who:
            raise NotPermittedError("same_person", "the second person is somebody else than you")
        _check_second(work, told)
        grant = _grant(asked, reason, note, told, desk.clock(), hours)
        add_item(work.unit, work.case, GLASS, grant.begins, grant)
        said = {"glass": str(grant.id), "reason": grant.reason, "until": grant.until.isoformat()}
        work.journal.write(work.unit, "glass:break", case=work.case, details=said, basis="break_glass")
        put(desk, work.unit, work.case, grant)
        notify(desk, work.unit, told, "glass_broken", case=case, about=grant.id)
        need_person(work.by_worker(), "glass_broken", about=grant.id)
        return grant

    return on_case(desk, asked, case, "glass:break", do)


def end_glass(desk: Desk, asked: Asked, case: UUID, glass: UUID) -> Glass:
    """End a grant before its time: whoever broke the glass, or a supervisor of the organisation that keeps the case.

    Raises:
        NoSuchRecordError: the case has no such grant.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: as `nrm.casework.work.on_case`.
    """

    def do(work: Work) -> Glass:
        held = glasses_of(work.unit, work.case)
        if asked.organisation != work.case.organisation:
            held = [(row, one) for row, one in held if one.belongs_to(asked)]
        return _end(work, *_found(held, glass))

    return on_case(desk, asked, case, "glass:end", do)


def review_glass(desk: Desk, asked: Asked, case: UUID, glass: UUID, verdict: Verdict) -> Glass:
    """Say whether it was right to break the glass; this alone ends the supervisor's task.

    Raises:
        UnknownNameError: there is no such verdict.
        NoSuchRecordError, ReviewedError: the case has no such grant, or it was reviewed already.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: as `nrm.casework.work.on_case`.
    """

    def do(work: Work) -> Glass:
        if verdict not in VERDICTS:
            raise UnknownNameError(Problem("verdict", 0, "there is no such verdict", nearest(verdict, VERDICTS)))
        row, grant = _found(glasses_of(work.unit, work.case), glass)
        if asked.who in {grant.who, grant.told}:
            raise NotPermittedError("same_person", "whoever broke the glass, or was told, does not review it")
        if grant.reviewed is not None:
            raise ReviewedError
        now = desk.clock()
        ends = {"ended": now} if grant.in_force(now) else {}
        if ends:
            work.journal.write(work.unit, "glass:end", case=work.case, details={"glass": str(glass)})
        review = Review(by=asked.who, at=now, verdict=verdict)
        reviewed = grant.model_copy(update={**ends, "reviewed": review})
        change_item(work.unit, work.case, row, reviewed)
        said = {"glass": str(glass), "verdict": verdict}
        work.journal.write(work.unit, "glass:review", case=work.case, details=said)
        for clock_row, clock in clocks_of(work.unit, work.case):
            if (clock.code, clock.about) == ("glass_broken", glass) and clock.state in RUNNING:
                stop(work, clock_row, clock)
        return reviewed

    return on_case(desk, asked, case, "glass:review", do)


def glasses(desk: Desk, asked: Asked, case: UUID) -> list[Glass]:
    """Return every grant that was ever made for a case, the oldest first, to those who keep it.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: as `nrm.casework.work.on_case`.
    """

    def read(work: Work) -> list[Glass]:
        if work.case.organisation != asked.organisation:
            raise OtherOrganisationError  # also to whoever broke the glass: who else did is not theirs to know
        work.journal.write(work.unit, "case:read", case=work.case)
        return [one for _, one in glasses_of(work.unit, work.case)]

    return on_case(desk, asked, case, "case:read", read)


def _grant(asked: Asked, reason: GlassReason, note: str, told: UUID, begins: datetime, hours: int) -> Glass:
    """Return the grant. Raises `UnknownNameError`, every fault at once; the note is not repeated."""
    faults = []
    if reason not in GLASS_REASONS:
        faults.append(Problem("reason", 0, "there is no such reason", nearest(reason, GLASS_REASONS)))
    if not 1 <= hours <= MOST_HOURS:
        faults.append(Problem("hours", 0, f"`{hours}` is not 1 to {MOST_HOURS}", "break it again if it takes longer"))
    if not note.strip() or len(note) > LONGEST_NOTE:
        what = f"the note is empty, or longer than {LONGEST_NOTE} characters"
        faults.append(Problem("note", 0, what, "say in a sentence what happened"))
    if faults:
        raise UnknownNameError(faults)
    return Glass(
        id=uuid4(),
        who=asked.who,
        organisation=asked.organisation,
        role=asked.role,
        reason=reason,
        note=note,
        told=told,
        begins=begins,
        until=begins + timedelta(hours=hours),
    )


def _check_second(work: Work, told: UUID) -> None:
    """Refuse a second person who cannot hear of it: where the asker has an account, that must be one of a person too.

    On the command line nobody has an account, and whoever calls themselves so hears of it.
    """
    if ACCOUNTS.get(work.desk, work.unit, work.asked.who) is None:
        return
    found = ACCOUNTS.get(work.desk, work.unit, told)
    if found is None or found.thing.state != "active" or found.thing.kind != "person":
        what = "the second person has no account here that is in use"
        raise UnknownNameError(Problem("told", 0, what, "name a colleague who signs in"))


def _found(held: Iterable[tuple[ItemRow, Glass]], glass: UUID) -> tuple[ItemRow, Glass]:
    for row, one in held:
        if one.id == glass:
            return row, one
    raise NoSuchRecordError


def _end(work: Work, row: ItemRow, grant: Glass) -> Glass:
    """End what is in force; what is over stays as it is."""
    now = work.desk.clock()
    if not grant.in_force(now):
        return grant
    ended = grant.model_copy(update={"ended": now})
    change_item(work.unit, work.case, row, ended)
    basis: Basis | None = "break_glass" if work.asked.who == grant.who else None
    work.journal.write(work.unit, "glass:end", case=work.case, details={"glass": str(grant.id)}, basis=basis)
    return ended


class ReviewedError(CaseworkError):
    """The grant was reviewed already; a verdict stands."""

    def __init__(self) -> None:
        super().__init__(
            Problem("glass", 0, "somebody reviewed this already", "`nrm glass list` shows what they found")
        )
