"""Webhooks as they go out, and what is asked for as it comes in; a secret goes out once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field

from api.views.model import Sent, View
from nrm.casework.office.announcing import EVENT_KINDS, EventKind

if TYPE_CHECKING:
    from nrm.casework.office.webhooks import Shown

LONGEST_URL = 500


class WebhookSent(Sent):
    """Where other systems are told, and of what."""

    url: str = Field(max_length=LONGEST_URL, examples=["https://hooks.example.org/nrm"])
    events: list[EventKind] = Field(min_length=1, max_length=len(EVENT_KINDS), examples=[["duty.late"]])


class WebhookChangeSent(Sent):
    """What is otherwise now; what is left out stays."""

    url: str | None = Field(default=None, max_length=LONGEST_URL)
    events: list[EventKind] | None = Field(default=None, min_length=1, max_length=len(EVENT_KINDS))


class RegisteredView(View):
    """A webhook that was added; keep its secret where the other system is, it is not told again."""

    webhook: UUID
    secret: str = Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])


class WebhookView(View):
    """A webhook of your organisation."""

    webhook: UUID
    version: int
    url: str
    events: list[EventKind]
    made: datetime
    suspended: datetime | None
    waiting: int = Field(description="Messages to deliver, up to 100.")


class WebhooksView(View):
    """The webhooks of your organisation."""

    items: list[WebhookView]


class TriedView(View):
    """A message that is on its way; it arrives with this `webhook-id`."""

    message: UUID


def webhook_view(one: Shown) -> WebhookView:
    """Return one webhook."""
    return WebhookView(
        webhook=one.hook,
        version=one.version,
        url=one.url,
        events=list(one.kinds),
        made=one.at,
        suspended=one.suspended,
        waiting=one.waiting,
    )
