"""Long logs of entries like real ones, and Go's own Merkle tree (golang.org/x/mod) to verify them."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from datetime import UTC, datetime
from os import urandom
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from sqlalchemy import insert

from benchmarks.rulebooks import ROOT
from nrm.audit.checkpoint import Checkpoint, signed
from nrm.audit.entry import Entry, Words, encode
from nrm.audit.growth import Growth
from nrm.audit.note import Signer
from nrm.audit.publish import Publisher
from nrm.storage import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nrm.audit.note import Note
    from nrm.audit.tiles import Tile
    from nrm.bootstrap_store import Office

SIGNER: Final = Signer("bench.example/log", bytes(range(32)))
GO_SOURCES: Final = Path("/usr/share/gocode")
AT: Final = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
_WORDS: Final = Words(frozenset({"caseworker"}), frozenset({"legal", "shelter"}), frozenset({"case_management"}))
_SAY_EACH: Final = 50_000


def new_entry() -> bytes:
    """Make an entry and encode it, as a use case does."""
    fields: dict[str, Any] = {"event": uuid4(), "time": AT, "action": "cli:group:change", "result": "done"}
    fields |= {"actor": "a" * 32, "role": "caseworker", "organisation": "b" * 32, "case": "c" * 32}
    return encode(Entry(**fields, groups=("legal", "shelter"), purpose="case_management", details="d" * 64), _WORDS)


def leaves(count: int) -> Iterator[tuple[UUID, bytes]]:
    """Yield `count` events with their entries: the same entry, with another event, case and digest each time."""
    pattern = new_entry().decode()
    event = pattern.split('"event":"')[1][:36]
    pattern = pattern.replace(event, "%s").replace("c" * 32, "%s").replace("d" * 64, "%s")
    for _ in range(count):
        one, random = uuid4(), urandom(48).hex()
        # In the order of the alphabet, as canonical JSON has its fields: case, details, event.
        yield one, (pattern % (random[:32], random[32:], one)).encode()


def build(directory: Path, count: int, say: Callable[[str], None]) -> Note:
    """Write a log of `count` entries without waiting for the disk, and publish its checkpoint."""
    growth = Growth(lambda tile, data: _write(directory, tile, data))
    for number, (_, leaf) in enumerate(leaves(count)):
        if number % _SAY_EACH == 0:
            say(f"writing a log: {number:,} of {count:,} entries")
        growth.append(leaf)
    growth.flush()
    note = signed(Checkpoint(SIGNER.name, growth.size, growth.root()), SIGNER)
    Publisher(directory).publish(note)
    return note


def wait_in(office: Office, count: int) -> None:
    """Put `count` entries into the store that wait for their places."""
    rows = [
        {"event_id": event, "at": AT, "turn": turn, "leaf": leaf} for turn, (event, leaf) in enumerate(leaves(count))
    ]
    with office.database.begin() as connection:
        connection.execute(insert(schema.waiting), rows)


def go_verifier(folder: Path) -> Path | None:
    """Build the verifier over golang.org/x/mod; None where Go or its module is not installed."""
    if shutil.which("go") is None or not (GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        return None
    where = {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    made = folder / "logcheck"
    command = ["go", "build", "-o", str(made), "."]  # the path is searched on purpose: any Go will do
    source = ROOT / "tests" / "conformance" / "go" / "logcheck"
    subprocess.run(command, cwd=source, env={**os.environ, **where}, check=True, timeout=300)  # noqa: S603
    return made


def verified_by_go(program: Path, log: Path, size: int) -> tuple[float, float]:
    """Return seconds of elapsed and of processor time in which Go verified a log; it must have accepted it."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    command = [str(program), "-log", str(log), "-vkey", SIGNER.vkey]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)  # noqa: S603 - ours
    waited, after = perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert answer.stdout == f"verified {size} entries\n", answer.stdout
    return waited, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _write(directory: Path, tile: Tile, data: bytes) -> bytes:
    path = directory / tile.path
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True)
    path.write_bytes(data)
    return data
