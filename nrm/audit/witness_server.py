"""The service of a witness: one address, one method, and an answer to each request that fits in a few lines.

C2SP tlog-witness, https://c2sp.org/tlog-witness. It writes no access log. Encryption on the way (HTTPS) and limits on
connections are left to a proxy in front: what is sent here is public, and every answer is signed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from nrm.audit.errors import LogError
from nrm.audit.witness import LARGEST_REQUEST, TEXT_TYPE
from nrm.audit.witness_state import StateRefusedError
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from nrm.audit.witness_state import StandingWitness

TOO_SLOW, TOO_LARGE, BROKEN = 408, 413, 500

SECONDS_FOR_BODY: Final = 10.0
SECONDS_TO_STOP: Final = 10
MOST_AT_ONCE: Final = 64


class ServerRefusedError(LogError):
    """The service cannot listen where it was told to."""


def application(witness: StandingWitness, clock: Callable[[], float], patience: float = SECONDS_FOR_BODY) -> Starlette:
    """Return the ASGI application of `witness`.

    `clock` gives seconds since 1970; `patience` is how many seconds a request may take to arrive.
    """

    async def add_checkpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(patience):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return _short(TOO_SLOW, "the request did not arrive in time")
        if body is None:
            return _short(TOO_LARGE, f"the request is larger than {LARGEST_REQUEST} bytes")
        try:
            answer = await run_in_threadpool(witness.answer, body, int(clock()))
        except StateRefusedError as refused:
            for problem in refused.problems:
                sys.stderr.write(f"error: {problem}\n")
            return _short(BROKEN, "the witness cannot use its memory; nothing was cosigned")
        return Response(answer.body, answer.status, {"content-type": answer.content_type})

    app = Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])
    app.router.redirect_slashes = False
    return app


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        ServerRefusedError: nobody can listen there.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (socket.gaierror, UnicodeError):
        raise _unheard(host, port, "there is no such address") from None
    except OSError as error:  # its text would repeat the address
        raise _unheard(host, port, os.strerror(error.errno or 0).lower()) from None


def serve(witness: StandingWitness, on: socket.socket, clock: Callable[[], float]) -> None:
    """Answer requests on the socket `on` until SIGTERM or Ctrl-C; requests that have begun are answered first.

    `clock` gives seconds since 1970. Call it on the main thread, which alone gets signals.
    """
    config = uvicorn.Config(
        application(witness, clock),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=SECONDS_TO_STOP,
    )
    # Uvicorn stops in order and then sends the signal again to whoever had it before: nobody, for all is well.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[on])


async def _body(request: Request) -> bytes | None:
    """Return the body, or None when it is too large; no more than the limit is ever held."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_REQUEST:
            return None
    return body


def _short(status: int, why: str) -> Response:
    return Response(f"{why}\n", status, {"content-type": TEXT_TYPE})


def _unheard(host: str, port: int, reason: str) -> ServerRefusedError:
    what = f"cannot listen on port {port}: {reason}"
    return ServerRefusedError(Problem(host, 0, what, "choose another --host or --port"))
