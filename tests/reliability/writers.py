"""Several processes that write into one installation at the same time.

    python writers.py HOME HOW_MANY EACH

Each process opens the installation by itself, waits until all are there, and then opens and amends cases; after every
other one it sequences and publishes. It writes a JSON line for each: the case and version that it was promised, and
the checkpoint that it found published.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path

from real_installations import ON, asked, books, opened, record

from nrm.audit.source import CHECKPOINT
from nrm.casework.cases import keep
from nrm.home import read_home


def write(home, name, each, gate):
    office = opened(home)
    who = asked(home, who=f"writer {name}")
    os.read(gate, 1)  # the end of the pipe: all are there
    for number in range(each):
        kept = keep.open_case(office.desk, who, record(f"{name}.{number}.1"), ON)
        if number % 2:
            kept = keep.amend(office.desk, who, kept.case, 1, record(f"{name}.{number}.2"), ON)
            office.sequencer.run()
        checkpoint = (home.log / CHECKPOINT).read_text()
        line = {"case": str(kept.case), "version": kept.version, "story": f"{name}.{number}", "checkpoint": checkpoint}
        os.write(1, json.dumps(line).encode() + b"\n")
    office.close()


def main():
    home, many, each = read_home(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
    books()
    gate, opens = os.pipe()
    children = []
    for name in range(many):
        children.append(os.fork())
        if children[-1] == 0:
            os.close(opens)
            try:
                write(home, name, each, gate)
            except BaseException:  # noqa: BLE001 - told on the standard error stream, and by the exit code
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
    os.close(opens)
    sys.exit(any(os.waitpid(child, 0)[1] for child in children))


if __name__ == "__main__":
    main()
