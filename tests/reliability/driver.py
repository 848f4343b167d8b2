"""The process that the crash test kills: it does random things with cases, and reports what it was promised.

    python driver.py HOME

It reads everything that a command needs once, and then forks a child for each line that it is told on its standard
input: JSON with a `seed`, the `cases` that are known, as [identifier, version], the `way` in which the child is killed,
and `after` how much: the child kills itself at so many calls of a kind in `WAYS`, or is killed from outside. It works
until then, and writes a line when it begins something and one when it was told that it is done. What it was told is
done must never be lost.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from pathlib import Path
from uuid import UUID

from real_installations import ON, asked, books, opened, record

from nrm.casework.asked import NotPermittedError
from nrm.casework.cases import deciding, history, keep
from nrm.casework.errors import StaleVersionError, StoreError
from nrm.errors import NrmError
from nrm.home import read_home

WAYS = {
    "commit": frozenset({"commit", "fsync"}),
    "edge": frozenset({"commit", "execute", "executemany", "fetchone", "fsync", "replace", "mkdir", "flock"}),
    "call": None,
}
"""Functions at whose begin or end a process may be killed, in order to be killed where something is half done."""

KINDS = ("open", "amend", "amend", "read", "decide", "history", "list", "stale", "denied", "shred", "publish")

FEWEST = 4
"""So many cases are never shredded."""


def story(name):
    """Return the narrative that belongs to a name, some of it longer than a page of the database."""
    chance = random.Random(name)  # noqa: S311 - no secret
    return f"{name} " + "".join(chance.choices("abcdefgh ijklmnop", k=chance.choice((20, 600, 9_000)))).strip()


def say(**words):
    os.write(1, json.dumps(words).encode() + b"\n")


class Worker:
    """Does one random thing after the other."""

    def __init__(self, home, seed, cases):
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.seed = seed
        self.home = home
        self.office = opened(home)
        self.desk = self.office.desk
        self.asked = asked(home)
        self.cases = {UUID(case): version for case, version in cases}

    def work(self):
        number = 0
        while True:
            kind = self.chance.choice(KINDS) if self.cases else "open"
            if kind == "shred" and len(self.cases) <= FEWEST:
                kind = "denied"
            case = self.chance.choice(sorted(self.cases)) if kind not in {"open", "list", "publish"} else None
            version = self.cases.get(case)
            self.one(kind, case, version, f"{self.seed}.{number}")
            number += 1

    def one(self, kind, case, version, name):
        say(begin=kind, case=case and str(case), version=version, story=name)
        try:
            said = getattr(self, kind)(case, version, name)
        except NrmError as error:
            # Only these may happen here, and only while somebody stops the database.
            said = {"refused": type(error).__name__, "text": str(error)}
            if not isinstance(error, StoreError):
                said["wrong"] = True
        say(done=kind, **said)
        if "refused" in said:
            self.office.close()
            os._exit(3)

    def open(self, _case, _version, name):
        kept = keep.open_case(self.desk, self.asked, record(story(name)), ON)
        self.cases[kept.case] = 1
        return {"case": str(kept.case), "version": 1}

    def amend(self, case, version, name):
        kept = keep.amend(self.desk, self.asked, case, version, record(story(name)), ON)
        self.cases[case] = kept.version
        return {"version": kept.version}

    def read(self, case, version, _name):
        found = keep.read_groups(self.desk, self.asked, case, ["account"], self.chance.randint(1, version)).groups
        return {"read": len(found["account"])}

    def decide(self, case, _version, _name):
        return {"decision": str(deciding.decide(self.desk, self.asked, case, ON).decision)}

    def history(self, case, _version, _name):
        return {"events": len(history.history(self.desk, self.asked, case).events)}

    def list(self, _case, _version, _name):
        return {"listed": len(keep.list_cases(self.desk, self.asked, None, 50))}

    def stale(self, case, version, name):
        try:
            keep.amend(self.desk, self.asked, case, version + 1, record(story(name)), ON)
        except StaleVersionError:
            return {}
        raise AssertionError("a change of a version that nobody saw was taken")

    def denied(self, case, _version, _name):
        try:
            keep.shred(self.desk, self.asked, case)
        except NotPermittedError:
            return {}
        raise AssertionError("a caseworker has shredded a case")

    def shred(self, case, _version, _name):
        del self.cases[case]
        keep.shred(self.desk, asked(self.home, "supervisor"), case)
        return {}

    def publish(self, _case, _version, _name):
        return {"size": self.office.sequencer.run()}


def killed_after(count, names):
    """Have this process killed at so many begins or ends of functions with these names (None: of any)."""
    left = count

    def watch(frame, event, function):
        nonlocal left
        name = function.__name__ if event.startswith("c_") else frame.f_code.co_name
        if names is None or (name in names and not isinstance(getattr(function, "__self__", None), str)):
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def child(home, told):
    if told["way"] in WAYS:
        killed_after(told["after"], WAYS[told["way"]])
    try:
        worker = Worker(home, told["seed"], told["cases"])
        say(done="start")
        worker.work()
    except StoreError as error:
        say(done="start", refused=type(error).__name__, text=str(error))
        os._exit(3)


def main():
    home = read_home(Path(sys.argv[1]))
    books()
    say(ready=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                child(home, json.loads(line))
            finally:
                os._exit(4)  # only when something went wrong; its traceback stands on the standard error stream
        say(pid=pid)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        say(over=True)
        sys.stdin.readline()  # until then the number stays the child's, so that nobody else is killed by it
        say(ended=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


if __name__ == "__main__":
    main()
