"""How each open offer stands: in exactly one of five ways, so that none is forgotten (DESIGN §10).

INVARIANT (every open offer is held): an offer that stands as `nothing` needs a task at once (`repairs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from nrm.referral.voice import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from nrm.referral.clock import Clock
    from nrm.referral.referral import Referral
    from nrm.referral.voice import Choice

    _Thing = TypeVar("_Thing", Choice, Referral, Clock)

CLEARS_THE_WAY: Final = frozenset({"consent_missing", "guardian_missing", "key_missing", "look_at_dispute"})
"""Tasks after which help can be asked for: done, they have brought none (`nrm.referral.tasks`)."""

Kind = Literal["refused", "referral", "task", "fulfilled", "nothing"]


@dataclass(frozen=True)
class Standing:
    """How one offer stands; `by` is the choice, referral or clock that says so, None for `nothing`."""

    offer: str
    kind: Kind
    by: UUID | None = None


@dataclass(frozen=True)
class Disorder:
    """What must never be: two live referrals for one offer, or a live one for an offer that is not wanted.

    `referrals` are the live ones, the oldest first.
    """

    offer: str
    what: Literal["two_live", "live_though_refused"]
    referrals: tuple[UUID, ...]


def standings(
    offers: Iterable[str],
    referrals: Iterable[Referral],
    choices: Iterable[Choice],
    clocks: Iterable[Clock],
    *,
    child: bool,
) -> dict[str, Standing]:
    """Return how each of `offers` stands, in their order; the rest are all those of the case, and `child` its finding.

    The first of these that holds: the word that decides is a no (`nrm.referral.voice.standing_word`); a referral is
    live (the oldest of them); the offer was fulfilled and no newer need is known; a task for it is running or late (the
    first that is due); nothing.

    An offer is fulfilled by a referral that was completed, or by a task for it that somebody marked done, other than
    one of `CLEARS_THE_WAY`: what an authority decides has no referral. A newer need is what began at that moment or
    later: that somebody says it is wanted, also a guardian, another referral, or a task. INVARIANT (doubt is a need):
    at the same moment, the need counts.
    """
    chosen = _by_offer(choices)
    referred = _by_offer(referrals)
    tasks = _by_offer(clock for clock in clocks if clock.kind == "task")
    return {
        offer: _standing(offer, referred.get(offer, []), chosen.get(offer, []), tasks.get(offer, []), child=child)
        for offer in offers
    }


def repairs(standing: Mapping[str, Standing]) -> tuple[str, ...]:
    """Return the offers for which a task must be made."""
    return tuple(offer for offer, one in standing.items() if one.kind == "nothing")


def disorders(referrals: Iterable[Referral], choices: Iterable[Choice], *, child: bool) -> tuple[Disorder, ...]:
    """Return what must never be, by offer; also for offers that the plan does not hold any more."""
    chosen = _by_offer(choices)
    found: list[Disorder] = []
    for offer, referred in sorted(_by_offer(referrals).items()):
        live = tuple(one.id for one in _live(referred))
        if len(live) > 1:
            found.append(Disorder(offer, "two_live", live))
        if live and refusal(chosen.get(offer, []), offer, child=child) is not None:
            found.append(Disorder(offer, "live_though_refused", live))
    return tuple(found)


def _standing(
    offer: str, referred: list[Referral], chosen: list[Choice], tasks: list[Clock], *, child: bool
) -> Standing:
    refused = refusal(chosen, offer, child=child)
    if refused is not None:
        return Standing(offer, "refused", refused.id)
    live = _live(referred)
    if live:
        return Standing(offer, "referral", live[0].id)
    open_ = [clock for clock in tasks if clock.state in {"running", "late"}]
    ends = [(_ended(one), one.id) for one in referred if one.state == "completed"]
    ends += [(clock.ended_at, clock.id) for clock in tasks if clock.ended_at is not None and _brought_help(clock)]
    done = max(ends, default=None)
    if done is not None and not _needed_since(done[0], referred, chosen, open_):
        return Standing(offer, "fulfilled", done[1])
    if open_:
        return Standing(offer, "task", min(open_, key=lambda clock: (clock.due, clock.id)).id)
    return Standing(offer, "nothing")


def _brought_help(task: Clock) -> bool:
    """Say whether a task that was done gave the help itself, and did not only clear the way for it."""
    return task.state == "done" and task.code not in CLEARS_THE_WAY


def _needed_since(moment: datetime, referred: list[Referral], chosen: list[Choice], tasks: list[Clock]) -> bool:
    begun = [one.at for one in chosen if one.wanted]
    begun += [one.made_at for one in referred if one.state != "completed"]
    begun += [one.made_at for one in tasks]
    return any(began >= moment for began in begun)


def _live(referred: list[Referral]) -> list[Referral]:
    return sorted((one for one in referred if one.live), key=lambda one: (one.made_at, one.id))


def _ended(referral: Referral) -> datetime:
    return referral.passed[-1].at if referral.passed else referral.made_at


def _by_offer(things: Iterable[_Thing]) -> dict[str, list[_Thing]]:
    found: dict[str, list[_Thing]] = {}
    for thing in things:
        if thing.offer is not None:
            found.setdefault(thing.offer, []).append(thing)
    return found
