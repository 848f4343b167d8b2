"""After a disaster: the store comes from a backup, and the published log has gone on since the backup was made.

The log is never taken back: what was told to the outside stays told. So the store takes over the entries that it lost,
from the published files, before anything new is appended. The changes that those entries tell of are lost with the
store; the entries say so, because no record of the case fits them.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from nrm.audit.checkpoint import open_checkpoint
from nrm.audit.entries import published_leaves
from nrm.audit.entry import decode
from nrm.audit.errors import LogRefusedError
from nrm.audit.note import Note
from nrm.audit.source import CHECKPOINT
from nrm.audit.tree import Frontier, leaf_hash
from nrm.casework.ports import EventRow, LogHead
from nrm.errors import Problem

if TYPE_CHECKING:
    from nrm.audit.entry import Entry
    from nrm.audit.note import Verifier
    from nrm.audit.source import Source
    from nrm.casework.ports import Store, UnitOfWork

MOST_WAITING = 1_000_000
"""Entries that may have waited for their place when the backup was made."""


def catch_up(store: Store, source: Source, verifier: Verifier) -> list[Entry]:
    """Take over what is published and not in the store; return these entries, in order.

    Every entry is hashed, those of the store too: the store is changed only when all of them together have the root
    that the log has signed.

    Raises:
        LogRefusedError: the published log does not go on where the store ends, or is not complete.
        LogError: its checkpoint or an entry cannot be believed or read.
        StoreError: the store cannot be used.
    """
    place = f"{source.name}/{CHECKPOINT}"
    signed = open_checkpoint(source.read(CHECKPOINT), verifier, verifier.name, place)
    size, root = signed.checkpoint.size, signed.checkpoint.root
    # Cosignatures stay outside: nobody has verified them, and a false one would spoil what is published next.
    head = LogHead(size, bytes(Note(signed.note.text, signed.note.by(verifier.name, verifier.key_id))))
    # Read before the unit of work, which locks the store and may be done again; `append` refuses another start.
    start = store.run(lambda unit: unit.log.peek()).size
    lost = list(published_leaves(source, start, size))
    entries = [decode(leaf) for leaf in lost]

    def work(unit: UnitOfWork) -> None:
        unit.log.head()
        tree = Frontier()
        for leaf in chain(unit.log.leaves(0, min(start, size)), lost):
            tree.append(leaf_hash(leaf))
        if tree.root() != root:
            what = f"the published log of {size} entries does not go on where the store ends, at {start}"
            raise LogRefusedError(Problem(place, 3, what, "keep both, and find out which was altered"))
        if not lost:
            return
        rows = [EventRow(one.event, None, one.time, leaf, None) for one, leaf in zip(entries, lost, strict=True)]
        waiting = {row.event for row in unit.log.waiting(len(lost) + MOST_WAITING)}
        for row in rows:
            if row.event not in waiting:
                unit.events.add(row)
        unit.log.append(start, rows, head)

    store.run(work)
    return entries
