"""Runs the real command `nrm work`, in children that the campaign kills.

    python worker_driver.py HOME SAID

It reads everything that a command needs once, and forks a child for each worker of an order, which is a line of JSON
on its standard input: `ahead` is by how many seconds the clock of the workers is ahead, `once` whether they stop when
there is nothing to do, `fault` something that is done wrongly on purpose (`worker_faults.py`), and `workers` a list of
(`way`, `after`), as in `driver.py`. What the children write to their two streams is added to the file SAID.

It says `works` for each child that begins its rounds. Nothing of the command is replaced but the clock, the cost of the
passphrase, and that the rules are read already.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import fast_keys
import worker_faults
from driver import killed_after, say
from real_installations import app, books

from nrm.cli import asking, unlock, work
from nrm.cli.main import run
from nrm.delivery import carrier
from nrm.home import read_home
from nrm.referral.calendar import Calendar

BEGIN = date(2026, 3, 2)
READ = (carrier,)
"""What a command reads when it needs it; here once for all children."""

WAYS = {
    "commit": frozenset({"commit", "fsync"}),
    "edge": frozenset(
        {"commit", "execute", "executemany", "fetchone", "fsync", "rename", "replace", "mkdir", "flock"}
        | {"deliver", "claim", "done", "later", "change", "add", "run"}
    ),
    "call": None,
}
"""Functions at whose begin or end a worker may be killed."""


def settled(ahead):
    """Let commands of this process open their office with a clock that is `ahead`, and with the rules at hand."""
    open_office = asking.open_office

    def opened(home, keys, app):
        office = open_office(home, keys, app)
        clock = lambda: datetime.now(tz=UTC) + timedelta(seconds=ahead)  # noqa: E731
        return replace(office, desk=replace(office.desk, books=books(), clock=clock))

    asking.open_office = opened
    asking.application = lambda _rules, _seeds: app()
    unlock.open_keys = partial(unlock.open_keys, least=fast_keys.FAST)


def told_when_it_works(write, worker):
    """Say when the command has opened everything and begins its rounds, and count from there until the kill."""
    rounds = work._until  # noqa: SLF001 - nothing else marks the moment

    def begun(*given, **named):
        write(json.dumps({"works": os.getpid()}).encode() + b"\n")
        if worker["way"] in WAYS:
            killed_after(worker["after"], WAYS[worker["way"]])
        return rounds(*given, **named)

    work._until = begun  # noqa: SLF001


def child(home, said, told, worker):
    heard = os.dup(1)
    handle = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    settled(told["ahead"])
    worker_faults.plant(told.get("fault"))
    told_when_it_works(partial(os.write, heard), worker)
    words = ["work", "--home", str(home.folder), "--passphrase-file", str(home.folder / "words"), "--json"]
    try:
        run(words + ["--once"] * told["once"])
    except SystemExit as left:
        sys.stdout.flush()
        os._exit(left.code or 0)


def serve(home, said, told):
    children = []
    for worker in told["workers"]:
        pid = os.fork()
        if pid == 0:
            try:
                child(home, said, told, worker)
            finally:
                os._exit(4)  # only when something went wrong; its traceback stands in the file
        children.append(pid)
    say(pids=children)
    for pid in children:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    say(over=True)
    sys.stdin.readline()  # until then the numbers stay the children's, so that nobody else is killed by them
    say(ended=[os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children])


def main():
    home, said = read_home(Path(sys.argv[1])), sys.argv[2]
    books()
    Calendar(None, home.zone).is_working(BEGIN)
    say(ready=True)
    for line in sys.stdin:
        told = json.loads(line)
        books().engine((datetime.now(tz=UTC) + timedelta(seconds=told["ahead"])).date(), None)
        serve(home, said, told)


if __name__ == "__main__":
    main()
