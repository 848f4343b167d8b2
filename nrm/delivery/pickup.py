"""Pick-up: nothing is pushed; the service fetches its message when it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.delivery.parcel import Waiting

if TYPE_CHECKING:
    from nrm.delivery.parcel import Parcel


def lay_ready(_parcel: Parcel) -> Waiting:
    """Leave the message where it is: sealed in the outbox, until the service fetched it."""
    return Waiting()
