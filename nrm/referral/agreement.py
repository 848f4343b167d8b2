"""What the consent ledger comes to: which groups one service may receive for one purpose today, and for how long.

The ledger is everything that was said so far. The day `on` decides what has run out and who has come of age; it hides
no line of the ledger, so that a clock that is slow never hides a refusal. Days of `Answer.at` are days of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Literal

from nrm.rulebook.vocabulary import GROUPS, Group

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from nrm.referral.consent import Answer
    from nrm.referral.referral import Referral

WhyNot = Literal["no_consent", "refused", "withdrawn", "consent_over", "guardian_needed"]


@dataclass(frozen=True)
class Agreement:
    """What was agreed to; `why` is None exactly when there is at least one group.

    `answers` are the lines of the ledger that it rests on, oldest first; `until` is the last day on which all of them
    hold, None when no end is known.
    """

    groups: frozenset[Group]
    answers: tuple[UUID, ...]
    until: date | None
    why: WhyNot | None


@dataclass(frozen=True)
class _Person:
    """Who agrees on the day `on`, or does not."""

    on: date
    of_age: date | None
    treated_as_child: bool

    @property
    def minor(self) -> bool:
        """Whoever is treated as a child, and whoever is one by the day of coming of age."""
        return self.treated_as_child or (self.of_age is not None and self.on < self.of_age)


@dataclass(frozen=True)
class _Verdict:
    """The answer that decides on one group, if anybody was asked, and why it is no consent."""

    answer: Answer | None
    why: WhyNot | None


def agreed(
    ledger: Iterable[Answer],
    purpose: str,
    recipient: str,
    service: tuple[str, str],
    on: date,
    *,
    child: bool,
    of_age: date | None,
) -> Agreement:
    """Return what the person, or a child's guardian, agrees on the day `on` that `service` may receive for `purpose`.

    `child` is the finding `treated_as_child`, true also while the age is in doubt. `of_age` is the day on which the
    person is 18, None when nobody knows it.
    """
    person = _Person(on, of_age, treated_as_child=child)
    lines = _about(ledger, purpose, recipient, service)
    verdicts = {group: _verdict(lines, group, person) for group in GROUPS}
    rests_on = {v.answer.id: v.answer for v in verdicts.values() if v.answer is not None and v.why is None}
    ends_on = [end for line in rests_on.values() if (end := ends(line, of_age)) is not None]
    return Agreement(
        groups=frozenset(group for group, verdict in verdicts.items() if verdict.why is None),
        answers=tuple(sorted(rests_on, key=lambda name: (rests_on[name].at, name))),
        until=min(ends_on, default=None),
        why=None if rests_on else _newest_reason(verdicts.values()),
    )


def broken(
    referral: Referral, ledger: Iterable[Answer], on: date, *, child: bool, of_age: date | None
) -> WhyNot | None:
    """Return why `referral` no longer rests on an agreement for all of its groups, or None while it does.

    A line of the ledger that took the place of the one it was sent on carries it as well: who renews a consent revokes
    nothing. A referral that carries no group still says that somebody needs help, so it needs an agreement to
    something. What rests on a duty needs none.
    """
    if referral.basis == "duty":
        return None
    person = _Person(on, of_age, treated_as_child=child)
    lines = _about(ledger, referral.purpose, referral.recipient, referral.service)
    verdicts = [_verdict(lines, group, person) for group in referral.groups or GROUPS]
    lost = [verdict for verdict in verdicts if verdict.why is not None]
    enough = not lost if referral.groups else len(lost) < len(verdicts)
    return None if enough else _newest_reason(lost)


def ends(answer: Answer, of_age: date | None) -> date | None:
    """Return the last day on which a consent that was given holds, or None when no end is known.

    INVARIANT (consent is asked anew at eighteen): what was said in childhood, by the guardian or by the child, ends on
    the day before the person comes of age.
    """
    if of_age is None or answer.at.astimezone(UTC).date() >= of_age:
        return answer.until
    childhood = of_age - timedelta(days=1)
    return childhood if answer.until is None else min(answer.until, childhood)


def _about(ledger: Iterable[Answer], purpose: str, recipient: str, service: tuple[str, str]) -> list[Answer]:
    # INVARIANT (an answer about one service counts for no other): it names this service, or all of the kind.
    return [
        line
        for line in ledger
        if line.purpose == purpose and line.recipient == recipient and line.service in {None, service}
    ]


def _newest(lines: Iterable[Answer]) -> Answer | None:
    """Return the answer that decides, among some that are about one service or all of its kind.

    INVARIANT (a no to one name stands until that name is said again): a refusal of one service is not lifted by a later
    yes to all of its kind; somebody dangerous may work there.
    """
    lines = tuple(lines)
    named = max((line for line in lines if line.service is not None), key=_newer, default=None)
    if named is not None and named.state != "given":
        return named
    return max(lines, key=_newer, default=None)


def _verdict(lines: Sequence[Answer], group: Group, person: _Person) -> _Verdict:
    """Say which of `lines` decides on `group`.

    INVARIANT (the newest answer decides): also when it has run out; an older one never comes back in its place.
    """
    covering = [line for line in lines if not line.groups or group in line.groups]
    own = _newest(line for line in covering if line.by == "self")
    if not person.minor:
        newest = _newest(covering)
        return _Verdict(newest, _why_not(newest, person))
    # INVARIANT (a child's own no always counts): no guardian's yes lifts it, only the child's.
    if own is not None and own.state != "given":
        return _Verdict(own, own.state)
    guardian = _newest(line for line in covering if line.by == "guardian")
    speaks = own if guardian is None else guardian
    return _Verdict(speaks, _why_not(speaks, person))


def _why_not(answer: Answer | None, person: _Person) -> WhyNot | None:
    """Return why `answer` is no consent today, or None when it is one."""
    if answer is None:
        return "no_consent"  # INVARIANT (nothing is agreed to by silence)
    if answer.state != "given":
        return answer.state
    # INVARIANT (a child is not asked alone): for whoever is or may be a child, only the guardian's yes counts.
    if person.minor and answer.by == "self":
        return "guardian_needed"
    # INVARIANT (nobody else agrees for an adult): a guardian's yes ends with childhood, also when its end is unknown.
    if not person.minor and answer.by == "guardian":
        return "consent_over"
    end = ends(answer, person.of_age)
    return "consent_over" if end is not None and end < person.on else None


def _newer(answer: Answer) -> tuple[datetime, bool, int, str, str, UUID]:
    """Put answers in order, the one that decides last; in which order they are handed over does not matter.

    INVARIANT (a no beats a yes of the same moment): and of two yeses of one moment the one that ends sooner decides.
    """
    last_day = (answer.until or date.max).toordinal()
    return (answer.at, answer.state != "given", -last_day, answer.state, answer.by, answer.id)


def _newest_reason(verdicts: Iterable[_Verdict]) -> WhyNot:
    """Return the reason that the newest answer gives; silence only when nobody was asked about any of the groups."""
    asked = {_newer(verdict.answer): verdict.why for verdict in verdicts if verdict.answer is not None}
    return (asked[max(asked)] if asked else None) or "no_consent"
