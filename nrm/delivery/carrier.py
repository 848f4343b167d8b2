"""One try to deliver a parcel, by the way that its service takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.delivery import addresses
from nrm.delivery.drop import drop
from nrm.delivery.https import Pusher
from nrm.delivery.parcel import Impossible
from nrm.delivery.pickup import lay_ready

if TYPE_CHECKING:
    from nrm.delivery.https import Resolve
    from nrm.delivery.parcel import Parcel, Result
    from nrm.delivery.settings import DeliverySettings


class Carrier:
    """Delivers for one installation; holds nothing between two tries, and may be used by several threads.

    Raises `FileRefusedError` when the settings name a file of certificate authorities that cannot be used.
    """

    def __init__(self, settings: DeliverySettings, resolve: Resolve = addresses.resolve) -> None:
        self._root = settings.root
        self._pusher = Pusher(settings, resolve)

    def deliver(self, parcel: Parcel) -> Result:
        """Try once and say how it ended; never raises for what a service, a network or a disk does.

        Must not be called where an event loop runs. It may take `total_seconds` of the settings' limits.
        """
        match parcel.way.way:
            case "pick_up":
                return lay_ready(parcel)
            case "https":
                return self._pusher.push(parcel)
            case "file":
                return drop(parcel, self._root) if self._root is not None else Impossible("no_root")
