"""Ways in which a sealed package leaves the house: fetched, pushed over HTTPS, or put into a folder.

Knows sealed bytes and not cases. `Carrier` makes one try and says how it ended; when to try again says `backoff`.
"""

from nrm.delivery.backoff import given_up, next_try
from nrm.delivery.carrier import Carrier
from nrm.delivery.parcel import Delivered, Impossible, Later, Parcel, Result, Waiting
from nrm.delivery.settings import DeliverySettings, Limits

__all__ = [
    "Carrier",
    "Delivered",
    "DeliverySettings",
    "Impossible",
    "Later",
    "Limits",
    "Parcel",
    "Result",
    "Waiting",
    "given_up",
    "next_try",
]
