"""Puts deliveries together: what `nrm.casework.clocks.posting` asks for, done by `nrm.delivery.carrier`."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from nrm.casework.clocks.posting import Tried
from nrm.delivery.backoff import LONGEST, given_up, next_try
from nrm.delivery.parcel import Delivered, Impossible, Later, Parcel, Waiting

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from nrm.delivery.carrier import Carrier
    from nrm.delivery.hooks import HookCaller
    from nrm.delivery.parcel import Kind
    from nrm.directory.sidecar import Delivery

_CHANCE = random.SystemRandom()


class Rounds:
    """Carries one message at a time, and says when to try again."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def __call__(self, message: UUID, referral: UUID, body: bytes, way: Delivery, kind: Kind, attempts: int) -> Tried:
        """Try once (see `nrm.casework.clocks.posting.Carry`)."""
        match self._carrier.deliver(Parcel(message, referral, body, way, kind)):
            case Delivered(receipt):
                return Tried("delivered", receipt=receipt)
            case Waiting():
                return Tried("waiting")
            case Later(code, after):
                wait = next_try(attempts, _CHANCE, after)
                return Tried("later", code, wait, told=given_up(attempts, timedelta(0)))
            case Impossible(code):
                # A person must act; when they have, the next try finds it.
                return Tried("impossible", code, LONGEST, told=True)


class HookRounds:
    """Calls one webhook at a time, and says when to try again."""

    def __init__(self, caller: HookCaller) -> None:
        self._caller = caller

    def __call__(self, url: str, secret: bytes, message: str, body: bytes, now: datetime, attempts: int) -> Tried:
        """Try once (see `nrm.casework.clocks.hook_posting.Call`)."""
        match self._caller.call(url, secret, message, body, now):
            case Delivered():
                return Tried("delivered")
            case Later(code, after):
                return Tried("later", code, next_try(attempts, _CHANCE, after))
            case Impossible(code):
                return Tried("impossible", code, LONGEST)  # somebody may mend it there before the days are over
