"""Consent and referrals, for those who keep cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nrm.client.answer import Answer, if_match
from nrm.client.wire import Wire, place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from nrm.client.answer import Json, Seen


class Referrals:
    """Methods raise `ProblemError` and `UnreachableError`; `docs/api.md` says what each answers."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def matches(self, case: UUID | str, offer: str, where: Json | None = None) -> Answer:
        """Rank the services for one offer; nobody is asked by it."""
        return self._wire.send("POST", place("cases", case, "matches"), {"offer": offer, "where": dict(where or {})})

    def wording(self, disclosure: str, read_to: str = "person", groups: Sequence[str] = ()) -> Answer:
        """Return what is read out before consent is asked for."""
        return self._wire.get(place("consent-wordings", disclosure), {"read_to": read_to, "group": list(groups)})

    def consents(self, case: UUID | str) -> list[dict[str, Any]]:
        """Read the ledger of consent."""
        return list(self._wire.get(place("cases", case, "consents"))["items"])

    def note_consent(self, case: UUID | str, said: Json) -> Answer:
        """Note what the person, or a child's guardian, answered: `state`, `disclosure`, `by`, and perhaps more."""
        return self._wire.send("POST", place("cases", case, "consents"), said)

    def note_choice(self, case: UUID | str, offer: str, *, wanted: bool, by: str = "self") -> Answer:
        """Note that the person wants an offer, or does not."""
        return self._wire.send("POST", place("cases", case, "choices"), {"offer": offer, "wanted": wanted, "by": by})

    def refer(self, case: UUID | str, offer: str, **more: Any) -> Answer:  # noqa: ANN401 - as the body takes it
        """Ask the best service, or the one named as `service`; `referral` is None when it became somebody's `task`."""
        return self._wire.send("POST", place("cases", case, "referrals"), {"offer": offer, **more})

    def disclose(self, case: UUID | str, disclosure: str, service: Json, **more: Any) -> Answer:  # noqa: ANN401
        """Tell one service what a disclosure of the plan carries, without asking it for help."""
        body = {"disclosure": disclosure, "service": dict(service), **more}
        return self._wire.send("POST", place("cases", case, "referrals"), body)

    def of_case(self, case: UUID | str) -> list[dict[str, Any]]:
        """List the referrals of a case."""
        return list(self._wire.get(place("cases", case, "referrals"))["items"])

    def one(self, case: UUID | str, referral: UUID | str) -> Answer:
        """Tell of one referral; the answer has the version that a change needs."""
        return self._wire.get(place("cases", case, "referrals", referral))

    def send(self, case: UUID | str, referral: UUID | str, seen: Seen) -> Answer:
        """Send a draft."""
        return self._wire.send("POST", place("cases", case, "referrals", referral, "send"), None, if_match(seen))

    def revoke(self, case: UUID | str, referral: UUID | str, reason: str, seen: Seen) -> Answer:
        """Take a referral back."""
        path = place("cases", case, "referrals", referral, "revoke")
        return self._wire.send("POST", path, {"reason": reason}, if_match(seen))
