"""`nrm work`: run the clocks and deliver what lies in the outbox, once or for as long as it is not stopped."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.bootstrap_delivery import HookRounds, Rounds
from nrm.casework.clocks.posting import Posted
from nrm.casework.clocks.rounds import LONGEST_PAUSE, go_round, pause
from nrm.casework.clocks.ticking import Ticked
from nrm.casework.errors import StoreError
from nrm.cli.asking import HomeFolder, office, published
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - as above

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.bootstrap_store import Office

SOMETHING_LEFT = 1
"""Exit code of `--once` when a clock could not be looked at, or a message not delivered."""


def work(
    home: HomeFolder,
    once: Annotated[bool, typer.Option("--once", help="Stop when there is nothing more to do now.")] = False,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Run clocks, deliver packages, call webhooks until stopped (SIGTERM or Ctrl-C end it after the round at hand)."""
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    with office(home, passphrase_file) as opened:
        ticked, posted, called = _until(opened, stop, once=once)
    done = {
        "clocks": {"looked": ticked.looked, "late": ticked.late, "rang": ticked.rang, "unopened": ticked.unopened},
        "messages": {
            "delivered": posted.delivered,
            "waiting": posted.waiting,
            "later": posted.later,
            "impossible": posted.impossible,
        },
        "webhooks": {"delivered": called.delivered, "later": called.later},
    }
    if as_json:
        print_json(done)
    else:
        out = Printer()
        for part, counts in done.items():
            out.line(f"{part}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    if once and (ticked.unopened or posted.later or posted.impossible or called.later):
        raise typer.Exit(SOMETHING_LEFT)


def _until(opened: Office, stop: threading.Event, *, once: bool) -> tuple[Ticked, Posted, Posted]:
    carry, call = Rounds(opened.carrier()), HookRounds(opened.hook_caller())
    # Read now, and not while the first unit of work keeps others waiting.
    _ = opened.desk.counter.tasks, opened.desk.counter.routes, opened.desk.books.words()
    unopened: set[UUID] = set()
    ticked, posted, called = Ticked(), Posted(), Posted()
    while not stop.is_set():
        try:
            done = go_round(opened.desk, carry, unopened, call)
            ticked, posted, called = ticked + done.ticked, posted + done.posted, called + done.called
            if not done.idle:
                published(opened)
                continue
            wait = LONGEST_PAUSE if unopened else pause(opened.desk)
        except StoreError as error:
            if once:
                raise
            # A worker outlives a database that is gone for a while; what it did not do is still due.
            typer.echo(f"error: {error}", err=True)
            stop.wait(LONGEST_PAUSE)
            continue
        if once:
            break
        # A clock that cannot be opened stays due; without this it would be looked at without a pause.
        stop.wait(wait)
        unopened.clear()
    return ticked, posted, called
