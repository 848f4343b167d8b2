"""Decide about a case and keep the decision; replay one of the past; tell what happened to a case."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from os import urandom
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from nrm.audit.canonical import canonical as as_json
from nrm.audit.entry import SECRET_BYTES, decode, details_digest
from nrm.audit.tree import leaf_hash
from nrm.case.record import GROUPS
from nrm.casework.asked import own, permit, permit_groups
from nrm.casework.concluding import conclude
from nrm.casework.errors import NotReplayedError
from nrm.casework.families import told_by_family
from nrm.casework.journal import DETAILS, Journal
from nrm.casework.last_plan import DECISION
from nrm.casework.ports import DecisionRow
from nrm.casework.record import PARTS, checked, facts_of, joined, opened, plain
from nrm.casework.safe import OpenCase
from nrm.casework.steps import Work
from nrm.engine.canonical import canonical_plan, plan_digest
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError, Problem, RulebookRefusedError, UnknownNameError
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from nrm.case.record import CaseRecord
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import EventRow, UnitOfWork
    from nrm.engine.facts import Facts
    from nrm.engine.plan import Plan


@dataclass(frozen=True)
class Decided:
    """A decision that was made and kept."""

    decision: UUID
    version: int
    plan: Plan


@dataclass(frozen=True)
class Happened:
    """One thing that happened to a case: its entry in the log, and the details that only the case's key opens."""

    at: datetime
    action: str
    result: str
    role: str | None
    groups: tuple[str, ...]
    details: dict[str, Any]
    event: UUID


@dataclass(frozen=True)
class History:
    """What is known of the past of a case, without opening any of its groups."""

    versions: Sequence[tuple[int, str]]
    decisions: Sequence[DecisionRow]
    events: Sequence[Happened]


def decide(desk: Desk, asked: Asked, case: UUID, on: date, country: str | None = None) -> Decided:
    """Decide about the case as it is now, and keep facts, plan and digests; its duties get their clocks.

    Raises:
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: it cannot be opened by this asker, or at all.
        UnknownNameError: no rule is in force on that date, or the country has none.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Decided:
        permit(asked, "decision:make")
        row = own(asked, unit.cases.get(case))
        permit_groups(asked, GROUPS, desk.books.words())
        open_ = OpenCase.of(row, desk.keyring)
        seen = look(desk, unit, journal, open_, row.version, on, country)
        conclude(Work(desk, unit, journal, asked, open_), seen.made.plan, seen.record)
        return seen.made

    return journal.attempt("decision:make", work)


@dataclass(frozen=True)
class Look:
    """One look at a whole case: its parts, its record and facts on a day, and the decision that was made and kept."""

    parts: dict[str, bytes]
    record: CaseRecord
    facts: Facts
    made: Decided


def look(
    desk: Desk, unit: UnitOfWork, journal: Journal, case: OpenCase, version: int, on: date, country: str | None
) -> Look:
    """Decide about a case that is open, inside a unit of work, and keep the decision (errors as `decide`)."""
    engine = desk.books.engine(on, country)
    parts = opened(unit, case, PARTS)
    read = checked(joined(parts))
    facts = {**facts_of(read, on, engine.program.rulebook.vocabulary), **told_by_family(unit, case)}
    plan = engine.decide(facts, on)
    canonical = canonical_plan(plan)
    digest = plan_digest(canonical)
    decision = uuid4()
    # A clock that was put back makes no older decision the newest.
    earlier = unit.decisions.newest(case.case)
    now = desk.clock()
    made_at = now if earlier is None else max(now, earlier.made_at + timedelta.resolution)
    # Salted, because equal facts give equal plans: a bare digest in the store could be guessed.
    salt = urandom(SECRET_BYTES)
    kept: dict[str, Any] = {
        "decision": str(decision),
        "salt": salt.hex(),
        "facts": {name: plain(value) for name, value in facts.items()},
    }
    unit.decisions.add(
        DecisionRow(
            decision=decision,
            case=case.case,
            version=version,
            made_at=made_at,
            on=on,
            country=country,
            rulebook=plan.digest,
            digest=_salted(salt, digest),
            disputed=plan.disputed,
            # The plan goes in as it was written: read and written again, it would take longer than deciding.
            sealed=case.seal(DECISION, version, as_json(kept)[:-1] + b',"plan":' + canonical + b"}").sealed,
        )
    )
    if not unit.rulebooks.known(plan.digest):
        unit.rulebooks.add(plan.digest, desk.books.archive())
    told = {"decision": str(decision), "version": version}
    groups = [name for name in GROUPS if name in parts]
    journal.write(unit, "decision:make", case=case, groups=groups, details=told, rulebook=plan.digest, decision=digest)
    if plan.disputed:
        journal.write(unit, "alarm:raise", case=case, details=told, rulebook=plan.digest, decision=digest)
    return Look(parts, read.record, facts, Decided(decision, version, plan))


def replay(desk: Desk, asked: Asked, case: UUID, decision: UUID) -> Decided:
    """Make a decision of the past again, from the facts and the rulebook that were kept with it.

    Raises:
        NotReplayedError: the rulebook is not kept, or the plan does not come out byte for byte.
        and as `decide`.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Decided:
        permit(asked, "decision:replay")
        row = own(asked, unit.cases.get(case))
        permit_groups(asked, GROUPS, desk.books.words())
        open_ = OpenCase.of(row, desk.keyring)
        made = unit.decisions.get(case, decision)
        kept = open_.open_json(DECISION, made.version, made.sealed)
        archive = unit.rulebooks.get(made.rulebook)
        if kept["decision"] != str(decision) or archive is None:
            raise _not_replayed("what is kept belongs to another decision, or its rulebook is missing")
        given = {name: value for name, value in kept["facts"].items() if value is not None}
        try:
            engine = desk.books.replayed(archive, made.on, made.country)
            facts = check_facts(given, engine.program.rulebook.vocabulary)
        except (RulebookRefusedError, UnknownNameError, CaseRefusedError):
            raise _not_replayed("the rulebook that is kept cannot be read, or is another one") from None
        plan = engine.decide(facts, made.on)
        again = canonical_plan(plan)
        digest = plan_digest(again)
        salted = _salted(bytes.fromhex(kept["salt"]), digest)
        if plan.digest != made.rulebook or salted != made.digest or json.loads(again) != kept["plan"]:
            raise _not_replayed("the plan does not come out as it was kept")
        journal.write(
            unit,
            "decision:replay",
            case=open_,
            details={"decision": str(decision)},
            rulebook=made.rulebook,
            decision=digest,
        )
        return Decided(decision, made.version, plan)

    return journal.attempt("decision:replay", work)


def history(desk: Desk, asked: Asked, case: UUID) -> History:
    """Tell what happened to a case; no group is opened for it.

    Raises:
        MisplacedError: its entries tell of a later version than the store has.
        DeniedError, NoSuchCaseError, ShreddedError, VaultError: it cannot be opened by this asker, or at all.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> History:
        permit(asked, "case:read")
        row = own(asked, unit.cases.get(case))
        open_ = OpenCase.of(row, desk.keyring)
        events = [_happened(open_, kept) for kept in unit.events.of(case)]
        if any(one.details.get("version", 0) > row.version for one in events):
            what = "the store has an older version of the case than its entries tell of"
            raise MisplacedError(of_vault(what, "somebody set the case back: compare it with a backup"))
        journal.write(unit, "case:read", case=open_)
        return History(unit.cases.written(case), unit.decisions.of(case), events)

    return journal.attempt("case:read", work)


def _happened(case: OpenCase, row: EventRow) -> Happened:
    """Open the details of an entry, and make sure that it is the one that was written with them."""
    entry = decode(row.leaf)
    kept = case.open_json(DETAILS, 1, row.details or b"")
    if kept["leaf"] != leaf_hash(row.leaf).hex():
        raise MisplacedError(of_vault("an entry of the case has the details of another", "compare it with the log"))
    return Happened(entry.time, entry.action, entry.result, entry.role, entry.groups, kept["details"], entry.event)


def _salted(salt: bytes, digest: str) -> str:
    return details_digest(salt, {"plan": digest})


def _not_replayed(what: str) -> NotReplayedError:
    return NotReplayedError(Problem("decision", 0, what, "keep everything as it is and tell the oversight body"))
