"""Find the service for one offer or duty: the best that fits, that may be told what it needs, and that has a key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nrm.case.dates import ADULT_AT, anniversary
from nrm.casework.cases.last_plan import TREATED_AS_CHILD
from nrm.casework.items import add_referral, feedback, ledger, referrals_of
from nrm.casework.referral_errors import NoSuchServiceError, NotFittingError
from nrm.casework.referrals.attaching import going_with
from nrm.casework.referrals.services import mark, organisation_of
from nrm.directory.distance import sane
from nrm.directory.hard import conflict, zone
from nrm.directory.match import Refused, judge
from nrm.directory.need import Zone, kept_away, need_of
from nrm.referral.disclosure import Permission, Withheld, permission
from nrm.referral.referral import Referral, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from nrm.case.record import CaseRecord
    from nrm.casework.attachment import Attachment
    from nrm.casework.cases.deciding import Look
    from nrm.casework.cases.record import Whole
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.ports_referral import ReferralRow
    from nrm.casework.safe import OpenCase
    from nrm.directory.need import Need
    from nrm.directory.service import Key
    from nrm.engine.plan import Plan
    from nrm.referral.consent import Answer
    from nrm.rulebook.wording import Language

KEY_MISSING: Final = "key_missing"
"""Why a service was not asked that nothing can be sealed for."""


@dataclass(frozen=True)
class Wish:
    """What is to be found: a service for one offer, or the one chosen for a duty; `not_again` are those that said no.

    `disclosure` is None for an offer that no service is asked for. Of `attachments` a service gets those that it may.
    """

    disclosure: str | None
    offer: str | None = None
    service: Key | None = None
    language: Language = "en"
    where: Where = field(default_factory=Where)
    not_again: frozenset[Key] = frozenset()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Tried:
    """A service that was not asked, and why: a reason of `Withheld`, `key_missing`, or what must be asked first."""

    service: Key
    why: str


@dataclass(frozen=True)
class Placed:
    """A referral that was drafted, with its row; both are None when nobody could be asked, and `tried` says why.

    `sources` are the paragraphs of the rules that disclose.
    """

    referral: Referral | None
    row: ReferralRow | None
    sources: tuple[str, ...]
    tried: tuple[Tried, ...]


def place(desk: Desk, unit: UnitOfWork, case: OpenCase, seen: Look, wish: Wish, disclosure: str) -> Placed:
    """Draft a referral to the best service that can be asked.

    Raises:
        NoSuchServiceError, NotFittingError: of the service that was chosen.
    """
    lines = ledger(unit, case)
    tried: list[Tried] = []
    for key in _services(desk, seen, wish, disclosure):
        sidecar = desk.counter.services.sidecar(key)
        age = sidecar.usable_key if sidecar is not None else None
        if age is None:
            tried.append(Tried(key, KEY_MISSING))
            continue
        allowed = permitted(desk, seen, lines, disclosure, key)
        if isinstance(allowed, Withheld):
            tried.append(Tried(key, allowed.why))
            continue
        unsure = _to_be_asked(desk, seen, wish, key)
        if unsure is not None:
            tried.append(Tried(key, unsure))
            continue
        drafted = _drafted(desk, seen, wish, key, age, allowed)
        marked = mark(desk.counter.mark_key, organisation_of(key))
        return Placed(
            drafted, add_referral(unit, case, marked, drafted.made_at, drafted), allowed.sources, tuple(tried)
        )
    return Placed(None, None, (), tuple(tried))


def permitted(desk: Desk, seen: Look, lines: Sequence[Answer], disclosure: str, service: Key) -> Permission | Withheld:
    """Return what one service may be told about the case that was looked at."""
    plan = seen.made.plan
    sidecar = desk.counter.services.sidecar(service)
    return permission(
        plan,
        desk.books.words(),
        lines,
        disclosure,
        service,
        sidecar.needs if sidecar is not None else None,
        # Consent that is over today allows nothing, whatever day the plan was asked for.
        max(plan.on, desk.counter.calendar.day_of(desk.clock())),
        child=treated_as_child(plan),
        of_age=of_age(seen.record),
    )


_UNFIT: Final = frozenset({"not_safe", "wrong_service", "service_cannot"})
"""Why a referral was revoked whose service is not asked again by itself."""


def not_again(unit: UnitOfWork, case: OpenCase, offer: str) -> frozenset[Key]:
    """Return the services that are not chosen for an offer without being named: they said no, or were silent, or unfit.

    INVARIANT (not there again): nor is one where the person felt unsafe, whatever it was asked for.
    """
    referrals = [one for _, one in referrals_of(unit, case)]
    unsafe = {said.referral for said in feedback(unit, case) if said.safe == "no"}
    tried = {one.service for one in referrals if one.offer == offer and (_silent(one) or _unfit(one))}
    return frozenset(tried | {one.service for one in referrals if one.id in unsafe})


def _silent(one: Referral) -> bool:
    return one.state in {"declined", "expired"} and one.message is not None


def _unfit(one: Referral) -> bool:
    return one.state == "revoked" and one.passed[-1].reason in _UNFIT


def treated_as_child(plan: Plan) -> bool:
    """Say whether the person is a child, or may be one."""
    return TREATED_AS_CHILD in plan.codes("finding")


def of_age(record: CaseRecord) -> date | None:
    """Return the day on which the person comes of age, if the date of birth is known and no estimate."""
    born, basis = record.identity.birth_date, record.identity.birth_date_basis
    return anniversary(born, ADULT_AT) if born is not None and basis != "estimated" else None


def need(seen: Whole, offer: str, where: Where, on: date) -> Need:
    """Return what is needed of a service for `offer` on a day."""
    found = need_of(seen.facts, seen.record, offer, on, where.region)
    centres = [(sane(one.latitude, one.longitude), one.kilometres) for one in where.circles]
    zones = [Zone(centre, kilometres) for centre, kilometres in centres if centre is not None]
    near = sane(*where.near) if where.near is not None else None
    return replace(kept_away(found, zones, where.avoided), near=near, earliest=where.earliest, unit=where.unit)


def _services(desk: Desk, seen: Look, wish: Wish, disclosure: str) -> Iterator[Key]:
    """Yield the services that can be asked, best first; only the one that was chosen, if one was."""
    services = desk.counter.services
    if wish.service is None:
        if wish.offer is not None:
            ranking = services.rank(need(seen, wish.offer, wish.where, seen.made.plan.on))
            keys = (ranking.candidates[row].key for row in ranking.rows.tolist())
            yield from (key for key in keys if key not in wish.not_again and _is_recipient(desk, key, disclosure))
        return
    check_chosen(desk, seen, disclosure, wish.offer, wish.service, wish.where)
    yield wish.service


def _to_be_asked(desk: Desk, seen: Look, wish: Wish, service: Key) -> str | None:
    """Return what a person must ask about a service that nobody named: it may be near the exploiters, or be theirs.

    INVARIANT (not near them unasked): a service that may lie where the person must not go gets no package until a
    person has asked, and named it.
    """
    candidate = desk.counter.services.candidate(service)
    if wish.service is not None or wish.offer is None or candidate is None:
        return None
    needed = need(seen, wish.offer, wish.where, seen.made.plan.on)
    lines = (zone(needed, candidate), conflict(needed, candidate))
    return next((f"{line.criterion}_unknown" for line in lines if line.state == "unknown"), None)


def check_chosen(desk: Desk, seen: Look, disclosure: str, offer: str | None, service: Key, where: Where) -> None:
    """Refuse a service that cannot be asked. Raises `NoSuchServiceError` or `NotFittingError`."""
    candidate = desk.counter.services.candidate(service)
    if candidate is None:
        raise NoSuchServiceError
    if not _is_recipient(desk, service, disclosure, known=offer is None):
        recipient = desk.books.words().disclosures[disclosure].recipient
        raise NoSuchServiceError(f"the service is not known to be a `{recipient}`")
    if offer is not None:
        judged = judge(need(seen, offer, where, seen.made.plan.on), candidate)
        if isinstance(judged, Refused):
            raise NotFittingError(tuple(line.criterion for line in judged.lines))


def _is_recipient(desk: Desk, service: Key, disclosure: str, *, known: bool = False) -> bool:
    """Say whether a service is of the kind that a disclosure is for.

    What a service offers makes it one, except for authorities, or where `known` is asked for: then its record must.
    """
    recipient = desk.books.words().disclosures[disclosure].recipient
    if not known and not desk.counter.routes.is_authority(recipient):
        return True
    sidecar = desk.counter.services.sidecar(service)
    return sidecar is not None and recipient in sidecar.recipients


def _drafted(desk: Desk, seen: Look, wish: Wish, service: Key, age: str, allowed: Permission) -> Referral:
    now = desk.clock()
    return Referral(
        id=uuid4(),
        state="draft",
        offer=wish.offer,
        disclosure=allowed.disclosure,
        recipient=allowed.recipient,
        purpose=allowed.purpose,
        basis=allowed.basis,
        duty=allowed.duty,
        groups=allowed.groups,
        consents=allowed.consents,
        service=service,
        age=age,
        decision=seen.made.decision,
        language=wish.language,
        where=wish.where,
        attachments=going_with(wish.attachments, allowed.groups),
        child=treated_as_child(seen.made.plan),
        of_age=of_age(seen.record),
        made_at=now,
        expires_at=until(desk, now, allowed),
    )


def until(desk: Desk, now: datetime, allowed: Permission) -> datetime:
    """Return until when a package counts: the time a service has to answer, or the end of the consent if sooner."""
    calendar = desk.counter.calendar
    answer = calendar.due(now, desk.counter.tasks.answer)
    over = calendar.start_of(allowed.until + timedelta(days=1)) if allowed.until is not None else answer
    return min(answer, over)
