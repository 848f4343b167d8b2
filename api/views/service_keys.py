"""Keys of services, as the coordinator compares and confirms them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from api.views.model import Sent, View, unfit
from api.views.words import ServiceKey
from nrm.directory.sidecar import AgeRecipient, SshKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.directory.sidecar import Sidecar


class WaitingKeyView(View):
    """Keys of one service that wait, to be read out and compared."""

    source: str
    id: str
    receiving_key: str | None
    signing_key: str | None
    sent: date


class WaitingKeysView(View):
    """The services whose keys wait."""

    items: list[WaitingKeyView]


class KeysConfirmed(Sent):
    """Keys that were compared with the service, letter by letter, and how."""

    service: ServiceKey
    receiving_key: AgeRecipient | None = Field(default=None, description="As it waits; null if none does.")
    signing_key: SshKey | None = Field(default=None, description="As it waits; null if none does.")
    how: Literal["in_person", "phone", "letter"] = Field(examples=["phone"])

    @model_validator(mode="after")
    def _some_key(self) -> Self:
        if self.receiving_key is None and self.signing_key is None:
            raise unfit("needs one of `receiving_key` and `signing_key`, or both")
        return self


class ConfirmedView(View):
    """The keys of a service that are in force now."""

    source: str
    id: str
    receiving_key: str | None
    signing_key: str | None
    confirmed_on: date | None


def waiting_keys_view(records: Iterable[Sidecar]) -> WaitingKeysView:
    """Return what waits."""
    return WaitingKeysView(
        items=[
            WaitingKeyView(
                source=one.service.source,
                id=one.service.id,
                receiving_key=one.waiting.receiving_key,
                signing_key=one.waiting.signing_key,
                sent=one.waiting.sent,
            )
            for one in records
            if one.waiting is not None
        ]
    )


def confirmed_view(record: Sidecar) -> ConfirmedView:
    """Return the keys that are in force."""
    return ConfirmedView(
        source=record.service.source,
        id=record.service.id,
        receiving_key=record.usable_key,
        signing_key=record.signing_key,
        confirmed_on=None if record.confirmed is None else record.confirmed.on,
    )
