"""Webhooks of your organisation: other systems are told that something happened, and nothing of any person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Call, Caller, may
from api.etags import Seen, etag
from api.once import UNKEPT
from api.reply import Reply
from api.views.webhook import (
    RegisteredView,
    TriedView,
    WebhookChangeSent,
    WebhookSent,
    WebhooksView,
    WebhookView,
    webhook_view,
)
from nrm.casework.office import webhooks, webhooks_changed
from nrm.delivery.hooks import HookCaller

if TYPE_CHECKING:
    from nrm.casework.office.webhooks import Shown

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post("", status_code=201, response_model=RegisteredView, dependencies=UNKEPT, **may("webhook:create"))
def add(call: Caller, sent: WebhookSent) -> Response:
    """Add a webhook and tell its secret, once; its host must stand in the settings of the installation.

    The secret is kept under no `Idempotency-Key`, and one is refused (`api.once.unkept`).
    """
    refuses = _caller(call).refuses
    return call.do(
        lambda desk: webhooks.add_webhook(desk, call.asked, sent.url, sent.events, refuses),
        lambda made: Reply.of(RegisteredView(webhook=made.hook, secret=made.secret), 201),
    ).response()


@router.get("", response_model=WebhooksView, **may("webhook:read"))
def list_webhooks(call: Caller) -> WebhooksView:
    """List the webhooks of your organisation, without their secrets."""
    return WebhooksView(items=[webhook_view(one) for one in webhooks.webhooks(call.desk, call.asked)])


@router.patch("/{webhook}", response_model=WebhookView, **may("webhook:change"))
def change(call: Caller, webhook: UUID, seen: Seen, sent: WebhookChangeSent) -> Response:
    """Let a webhook be called elsewhere, or of other events; its secret stays."""
    refuses = _caller(call).refuses
    return call.do(
        lambda desk: webhooks_changed.change_webhook(desk, call.asked, webhook, seen, sent.url, sent.events, refuses),
        _shown,
    ).response()


@router.delete("/{webhook}", status_code=204, **may("webhook:remove"))
def remove(call: Caller, webhook: UUID) -> Response:
    """Remove a webhook with everything that waits for it."""
    return call.do(lambda desk: webhooks.remove_webhook(desk, call.asked, webhook), lambda _: Reply.of(None)).response()


@router.post("/{webhook}/resume", response_model=WebhookView, **may("webhook:change"))
def resume(call: Caller, webhook: UUID) -> Response:
    """Let a webhook that was suspended be called again, of what happens from now on."""
    return call.do(lambda desk: webhooks.resume_webhook(desk, call.asked, webhook), _shown).response()


@router.post("/{webhook}/test", status_code=202, response_model=TriedView, **may("webhook:change"))
def try_out(call: Caller, webhook: UUID) -> Response:
    """Send a message of the kind `webhook.test`, by the same way as every other one, behind what waits."""
    return call.do(
        lambda desk: webhooks_changed.try_webhook(desk, call.asked, webhook),
        lambda message: Reply.of(TriedView(message=message), 202),
    ).response()


def _caller(call: Call) -> HookCaller:
    return HookCaller(call.state.home.delivery)


def _shown(one: Shown) -> Reply:
    return Reply.of(webhook_view(one), headers=etag(one.version))
