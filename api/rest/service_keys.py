"""Keys that services sent: for the coordinator, who telephones before any of them is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from api.call import Caller, may
from api.reply import Reply
from api.views.service_keys import ConfirmedView, KeysConfirmed, WaitingKeysView, confirmed_view, waiting_keys_view
from nrm.casework.office import service_keys

if TYPE_CHECKING:
    from nrm.directory.sidecar import Sidecar

router = APIRouter(prefix="/directory/keys", tags=["directory"])


@router.get("", response_model=WaitingKeysView, **may("directory:read"))
def list_waiting(call: Caller) -> WaitingKeysView:
    """List the keys that services sent and nobody confirmed yet; nothing is sealed to them."""
    return waiting_keys_view(service_keys.waiting_keys(call.desk, call.asked, call.state.directory_key))


@router.post("/confirm", response_model=ConfirmedView, **may("directory:change"))
def confirm(call: Caller, sent: KeysConfirmed) -> Response:
    """Put keys in force that you compared with the service by another way than they came, such as the telephone."""
    key, keys = call.state.directory_key, (sent.receiving_key, sent.signing_key)

    def reply(after: Sidecar) -> Reply:
        return Reply.of(confirmed_view(after))

    return call.do(
        lambda desk: service_keys.confirm_keys(desk, call.asked, key, sent.service.key, keys, sent.how), reply
    ).response()
