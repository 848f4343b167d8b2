"""Many processes write, sequence and publish at once: no entry is lost or comes twice, and there is one history.

Eight at least on PostgreSQL, four at least on the embedded database.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from uuid import UUID

from real_installations import asked, opened, verified

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.entry import decode
from nrm.audit.note import parse_note
from nrm.casework.cases import keep

EACH = 10


def test_writers_in_many_processes_make_one_history(home):
    many = 4 if home.database_file else 8
    paths = os.pathsep.join(path for path in [*sys.path, str(Path(__file__).parent)] if path)
    command = [sys.executable, Path(__file__).with_name("writers.py"), home.folder, str(many), str(EACH)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=240, env={**os.environ, "PYTHONPATH": paths}
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({line["case"] for line in lines}) == len(lines) == many * EACH
    office = opened(home)
    size = office.sequencer.run()
    entries = [decode(leaf) for leaf in office.store.run(lambda unit: list(unit.log.leaves(0, size)))]
    assert len({entry.event for entry in entries}) == size == many * (EACH + EACH // 2)
    assert Counter(entry.action for entry in entries) == {
        "cli:case:open": many * EACH,
        "cli:group:change": many * EACH // 2,
    }
    assert len({entry.actor for entry in entries}) == many
    for line in lines:
        story = json.loads(
            keep.read_groups(office.desk, asked(home), UUID(line["case"]), ["account"]).groups["account"]
        )
        assert story["journey"] == f"{line['story']}.{line['version']}"
    stood = {checkpoint.size: checkpoint for checkpoint in map(_checkpoint, lines)}
    assert len(stood) > EACH // 2, "the log was published again and again meanwhile"
    assert all(checkpoint == stood[checkpoint.size] for checkpoint in map(_checkpoint, lines)), "a second history"
    for checkpoint in stood.values():
        assert verified(home, office.vkey, checkpoint).size == size
    office.close()


def _checkpoint(line):
    return parse_checkpoint(parse_note(line["checkpoint"].encode()).text)
