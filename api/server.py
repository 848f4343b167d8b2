"""The service as a process: it listens, answers, works in the background, and ends without losing anything."""

from __future__ import annotations

import signal
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import structlog
import uvicorn

from api.app import create_app
from api.background import Background
from api.cursors import Cursors
from api.security.pace import Pace
from api.security.sessions import sign_in_of
from api.security.turns import Turns
from api.security.wire import HEAD_SECONDS, Wire
from api.state import State
from api.watching import log
from api.watching.log import LOGGER
from api.watching.numbers import Numbers
from api.watching.traces import provider
from nrm.bootstrap_delivery import Rounds
from nrm.casework.accounts.door import open_door
from nrm.engine.facts import check_facts
from nrm.engine.view import view
from nrm.errors import FileRefusedError, NrmError, Problem, reason_of
from nrm.rulebook.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI

    from nrm.bootstrap_store import Office

_LOG: Final = structlog.get_logger(LOGGER)

BACKLOG: Final = 2048
GRACE_SECONDS: Final = 20
"""How long requests that are being answered may take after SIGTERM."""


def listening(address: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any that is free.

    Raises:
        FileRefusedError: the address is not ours, or is in use.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        problem = Problem(
            f"{address}:{port}", 0, f"nobody can listen there: {reason_of(error)}", "choose another --port or --address"
        )
        raise FileRefusedError(problem) from None
    made.set_inheritable(True)
    return made


def application(office: Office, *, works: bool) -> FastAPI:
    """Return the service of an open installation, which begins its background work when it starts.

    Raises:
        RouteWithoutPolicyError: a route has no policy; nothing is started.
    """
    warm(office)
    settings = office.home.api
    numbers = Numbers()
    state = State(
        desk=office.desk,
        home=office.home,
        speaker=office.speaker,
        sign_in=sign_in_of(office.desk),
        cursors=Cursors(office.desk.registry.derived(b"nrm-page")),
        settings=settings,
        pace=Pace(settings),
        numbers=numbers,
        directory_key=office.directory_key,
        officers=office.officers if office.home.rulebooks.officers is not None else None,
        door=open_door(office.desk, office.home.sign_in, hasher=Turns()),
    )
    traces = provider(settings.traces)
    background = Background(office, Rounds(office.carrier()) if works else None, numbers)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        background.start(app.openapi)
        _LOG.info("ready")
        yield
        state.checks.stop()
        background.stop()
        traces.shutdown()

    return create_app(state, traces.get_tracer("nrm.api"), life)


def warm(office: Office) -> None:
    """Read and compile what the first request would wait for, and decide once about a case of which nothing is known.

    What cannot be read does not keep the service from starting: there may be no rulebook yet, and it is through the
    service that policy officers publish one. Whoever needs it is told.
    """
    desk = office.desk
    parts = desk.counter
    with suppress(NrmError):
        _ = parts.routes, parts.tasks, parts.wordings
        on = parts.calendar.day_of(desk.clock())
        engine = desk.books.engine(on, office.home.country)
        plan = engine.decide(check_facts({}, engine.program.rulebook.vocabulary), on)
        for language in LANGUAGES:
            view(plan, parts.speaker(language))
        if not desk.store.run(lambda unit: unit.rulebooks.known(plan.digest)):
            desk.books.archive(on)  # packed once in a process, and not while the first decision holds the store


def serve(office: Office, sock: socket.socket, *, works: bool = True) -> None:
    """Answer requests on `sock` until SIGTERM or Ctrl-C; what is being answered then is answered first."""
    log.set_up()
    settings = office.home.api
    config = uvicorn.Config(
        application(office, works=works),
        access_log=False,  # it would hold addresses (STACK, traps)
        log_level="warning",
        loop="uvloop",
        http=Wire,
        ws="none",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
        timeout_keep_alive=round(HEAD_SECONDS),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    # The server raises the signal that ended it once more when it is done: that must not end the process before the
    # installation is closed.
    before = signal.signal(signal.SIGTERM, server.handle_exit)
    try:
        with suppress(KeyboardInterrupt):
            server.run(sockets=[sock])
    finally:
        signal.signal(signal.SIGTERM, before)
