"""Runs the real command `nrm serve`, in children that the tests end.

It reads everything that the command needs once, and forks a child for each line of JSON on its standard input: `home`
is the folder of the installation, `words` are other words of the command, to the file `said` all is added that the
child writes to its two streams, and `forgetful` is a fault on purpose: no answer is kept. Nothing else of the command
is replaced but the cost of the passphrase, and that the rules are read already.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from functools import partial

import fast_keys
from driver import say
from fastapi.routing import iter_route_contexts
from real_installations import app, books

from api import once, processes, server
from api.app import ROUTES
from nrm.cli import asking, serve, unlock
from nrm.cli.main import run

READ = (processes, server, serve)
"""What the command reads when it needs it; here once for all children."""


def settled():
    """Let the command open its office with the rules at hand."""
    open_office = asking.open_office

    def opened(home, keys, given):
        office = open_office(home, keys, given)
        return replace(office, desk=replace(office.desk, books=books()))

    asking.open_office = opened
    asking.application = lambda _rules, _seeds: app()
    unlock.open_keys = partial(unlock.open_keys, least=fast_keys.FAST)


def child(home, said, words, forgetful):
    handle = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    settled()
    if forgetful:
        once.keep_answer = lambda *_: None
    try:
        run(["serve", "--home", home, "--passphrase-file", f"{home}/words", *words])
    except SystemExit as left:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(left.code or 0)


def main():
    books()
    list(iter_route_contexts(ROUTES))  # works them out
    say(ready=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                child(**json.loads(line))
            finally:
                os._exit(4)  # only when something went wrong; its traceback stands in the file
        say(pid=pid)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        sys.stdin.readline()  # until then the number stays the child's, so that nobody else is killed by it
        say(ended=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


if __name__ == "__main__":
    main()
