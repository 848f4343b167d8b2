"""Sign-in at a provider of identity; what must come back is kept on the server, found by a cookie of this browser."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Cookie, Query
from starlette.responses import RedirectResponse, Response

from api.call import OPEN, may
from api.once import UNKEPT
from api.problems.problem import Told
from api.reply import Reply
from api.security.entering import Try, Trying, put_cookie
from api.views.session import BegunView, begun_view
from nrm.casework.accounts import steps
from nrm.casework.accounts.entering_oidc import begin_oidc, finish_oidc

router = APIRouter(prefix="/sessions/oidc", tags=["sign-in"])

STEP_COOKIE: Final = "__Host-nrm-oidc"
"""The cookie of a sign-in that is at a provider: `Lax`, because a browser comes back from another site."""

Back = Annotated[str | None, Query(max_length=4096, description="As the provider sends it.")]


@router.get(
    "/{provider}",
    status_code=303,
    response_class=RedirectResponse,
    responses={303: {"description": "To the provider."}},
    dependencies=UNKEPT,
    **may(OPEN),
)
def go(trying: Trying, provider: str) -> Response:
    """Send a browser to a provider of identity of this installation."""
    _check_provider(trying, provider)
    step, url = begin_oidc(trying.door, provider)
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        STEP_COOKIE,
        step,
        max_age=round(steps.LIFE.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/{provider}/callback", response_model=BegunView, dependencies=UNKEPT, **may(OPEN))
def come_back(
    trying: Trying,
    provider: str,
    step: Annotated[str | None, Cookie(alias=STEP_COOKIE, max_length=4096)] = None,
    state: Back = None,
    code: Back = None,
    iss: Back = None,
    error: Back = None,
) -> Response:
    """Sign in whoever comes back from a provider; always with a cookie, because only a browser comes back.

    Whatever is missing or wrong of the answer is told alike, and signs nobody in.
    """
    _check_provider(trying, provider)
    said = {"provider": provider, "state": state, "code": code, "iss": iss, "error": error}
    begun = finish_oidc(trying.door, step or "", {name: text for name, text in said.items() if text is not None})
    answer = Reply.of(begun_view(begun, token=None)).response()
    put_cookie(answer, begun.token)
    answer.delete_cookie(STEP_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def _check_provider(trying: Try, provider: str) -> None:
    if provider not in trying.door.providers:
        raise Told("not_found")
