"""Errors of the token endpoint, as OAuth clients read them (RFC 6749 section 5.2), with the members of a problem."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from starlette.responses import JSONResponse

from api.problems.handlers import answered
from api.problems.problem import ProblemView, Told

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

OAuthError = Literal["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"]

_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="nrm"'}


class TokenProblemView(ProblemView):
    """Problem details with the word that OAuth has for them."""

    error: OAuthError


@dataclass(eq=False)
class TokenRefused(Exception):  # noqa: N818 - what a route tells instead of an answer
    """No token is given."""

    error: OAuthError


def add_oauth_handler(app: FastAPI) -> None:
    """Let a refused token be told as OAuth clients read it."""
    app.add_exception_handler(TokenRefused, _refused)


def told_as_oauth(request: Request, refused: TokenRefused) -> Response:
    """Return the answer; its media type is JSON, as RFC 6749 asks."""
    unknown = refused.error == "invalid_client"
    told = Told("wrong_credentials", headers=_CHALLENGE) if unknown else Told("bad_request")
    problem = answered(request, told)
    body = {"error": refused.error, **json.loads(bytes(problem.body))}
    headers = {name: value for name, value in problem.headers.items() if not name.startswith("content-")}
    return JSONResponse(body, problem.status_code, {**headers, "Content-Language": problem.headers["content-language"]})


async def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, TokenRefused)
    return told_as_oauth(request, refused)
