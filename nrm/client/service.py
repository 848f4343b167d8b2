"""A service that is asked: its own referrals, packages and answers, and its own entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nrm.client.answer import Answer, answer_of, if_match
from nrm.client.wire import Wire, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from nrm.client.answer import Json, Seen


class Service:
    """Methods raise `ProblemError` and `UnreachableError`; `docs/api.md` says what each answers."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def referrals(self, states: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Yield the referrals to the service; those that are open, if no state is named."""
        return self._wire.pages(place("service", "referrals"), {"states": list(states)} if states else None)

    def referral(self, referral: UUID | str) -> Answer:
        """Tell how a referral stands; the answer has the version that an answer needs."""
        return self._wire.get(place("service", "referrals", referral))

    def package(self, referral: UUID | str) -> bytes:
        """Fetch the sealed package, which only the service's own key opens (`nrm package open`, or stock `age`)."""
        return self._wire.ask("GET", place("service", "referrals", referral, "package")).content

    def accept(self, referral: UUID | str, seen: Seen) -> Answer:
        """Accept: the service takes the person."""
        return self._answer(referral, "accept", seen)

    def decline(self, referral: UUID | str, reason: str, seen: Seen) -> Answer:
        """Decline, with a reason from the list; somebody else is asked then."""
        return self._answer(referral, "decline", seen, {"reason": reason})

    def start(self, referral: UUID | str, seen: Seen) -> Answer:
        """Say that the help has begun."""
        return self._answer(referral, "start", seen)

    def complete(self, referral: UUID | str, seen: Seen) -> Answer:
        """Say that the help was given."""
        return self._answer(referral, "complete", seen)

    def reply(self, signed: bytes) -> Answer:
        """Hand in a signed reply, as `nrm package reply` makes it."""
        headers = {"Content-Type": "application/octet-stream"}
        return answer_of(self._wire.ask("POST", place("service", "replies"), headers, content=signed))

    def capacity(self) -> Answer:
        """Tell how many places are free, by the day."""
        return self._wire.get(place("service", "capacity"))

    def say_capacity(self, days: Sequence[Json], seen: Seen) -> Answer:
        """Say how many places are free: each day with `day`, `free` and perhaps `unit`."""
        return self._wire.send(
            "PUT", place("service", "capacity"), {"days": [dict(one) for one in days]}, if_match(seen)
        )

    def entry(self) -> Answer:
        """Tell what the directory keeps of the service."""
        return self._wire.get(place("service", "entry"))

    def say(self, entry: Json, seen: Seen) -> Answer:
        """Keep the entry true; what is left out stays as it is."""
        return self._wire.send("PATCH", place("service", "entry"), entry, if_match(seen))

    def _answer(self, referral: UUID | str, verb: str, seen: Seen, body: Json | None = None) -> Answer:
        return self._wire.send("POST", place("service", "referrals", referral, verb), body, if_match(seen))
