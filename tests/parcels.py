"""Parcels for tests of deliveries."""

from __future__ import annotations

from uuid import UUID, uuid4

from nrm.delivery import Parcel
from nrm.directory.sidecar import Delivery


def parcel(message: UUID | None = None, body=b"sealed", **way):
    """A parcel; `url` or `folder` says its way, and neither that it is fetched."""
    name = "https" if "url" in way else "file" if "folder" in way else "pick_up"
    return Parcel(message or uuid4(), uuid4(), body, Delivery(way=name, **way))
