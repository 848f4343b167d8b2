"""What an overseer needs to verify the log from afar: checkpoint, tiles, proofs, the key, and who may do what.

All of it names nobody. A checkpoint, a proof and the policies leave an entry when they are asked for; a tile, what was
cosigned and the key leave one only when they are denied, or whoever verifies the log would make it grow with every file
of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from nrm.access import Log, shipped
from nrm.access.shipped import texts
from nrm.access.table import allowed_roles, table
from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.errors import LogRefusedError, TileMissingError
from nrm.audit.note import parse_note
from nrm.audit.policy_file import LARGEST_POLICY
from nrm.audit.proof import make_proof, read_entry
from nrm.audit.source import CHECKPOINT, COSIGNED
from nrm.audit.tiles import parse_path
from nrm.casework.asked import permit
from nrm.casework.errors import NoSuchRecordError
from nrm.casework.journal import Journal
from nrm.errors import Problem, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from uuid import UUID

    from nrm.access.table import Standing
    from nrm.audit.source import Source
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True)
class AccessPolicies:
    """Who may do what: the schema and policies as files by name, and what comes out for each role.

    `roles` has, for each kind of record and action, the roles that may, by how the record stands to them. `witnesses`
    is the witness policy of the installation (C2SP tlog-policy), None where there is none.
    """

    schema: str
    files: Mapping[str, str]
    roles: Mapping[tuple[str, str], Mapping[Standing, list[str]]]
    witnesses: str | None


def checkpoint(desk: Desk, asked: Asked, log: Source) -> bytes:
    """Return the signed note that says how far the published log goes.

    Raises:
        DeniedError: the role may not.
        LogError: the published files cannot be read.
    """
    return _looked(desk, asked, "log:read", lambda _: log.read(CHECKPOINT))


def cosigned(desk: Desk, asked: Asked, log: Source) -> bytes:
    """Return the newest checkpoint that enough witnesses cosigned; the log may have grown since.

    Raises:
        DeniedError: the role may not.
        NoSuchRecordError: none was cosigned yet.
    """
    return _looked(desk, asked, "log:read", lambda _: _published(log, COSIGNED), told=False)


def tile(desk: Desk, asked: Asked, log: Source, path: str) -> bytes:
    """Return a file of the published log, by its path below `tile/`.

    INVARIANT (only tiles): nothing is read whose path is not, letter by letter, that of a tile (C2SP tlog-tiles).

    Raises:
        DeniedError: the role may not.
        NoSuchRecordError: no tile has that path, or the log has not this one.
    """

    def read(_unit: UnitOfWork) -> bytes:
        found = parse_path(f"tile/{path}")
        if found is None:
            raise NoSuchRecordError
        return _published(log, found.path)

    return _looked(desk, asked, "log:read", read, told=False)


def proof(desk: Desk, asked: Asked, log: Source, event: UUID) -> bytes:
    """Return the proof that an event is in the published log, with its entry as `extra` (C2SP tlog-proof).

    Raises:
        DeniedError: the role may not.
        NoSuchRecordError: there is no such event, or it waits to be published.
        LogError: the published files do not hold the entry, or cannot be read.
    """

    def prove(unit: UnitOfWork) -> bytes:
        place = unit.log.position(event)
        note = parse_note(log.read(CHECKPOINT), f"{log.name}/{CHECKPOINT}")
        size = parse_checkpoint(note.text).size
        if place is None or place >= size:
            raise NoSuchRecordError
        return bytes(make_proof(log, note, place, read_entry(log, size, place)))

    return _looked(desk, asked, "log:prove", prove)


def vkey(desk: Desk, asked: Asked) -> str:
    """Return the public key of the log, as C2SP signed-note writes it. Raises `DeniedError`."""
    _looked(desk, asked, "log:verify", lambda _: None, told=False)
    return desk.store.installation().vkey


def policies(desk: Desk, asked: Asked, witnesses: Path | None = None) -> AccessPolicies:
    """Return who may do what, as this program decides it, and the witness policy that stands in `witnesses`.

    Raises:
        DeniedError: the role may not.
        LogRefusedError: the witness policy cannot be read.
    """
    _looked(desk, asked, "policy:read", lambda _: None)
    # Outside of the unit of work: every question that there is takes the policies seconds, the first time.
    schema, files = texts()
    roles = {about: dict(found) for about, found in allowed_roles(table(shipped())).items() if found}
    return AccessPolicies(schema, files, roles, None if witnesses is None else _text(witnesses))


def _published(log: Source, path: str) -> bytes:
    try:
        return log.read(path)
    except TileMissingError:
        raise NoSuchRecordError from None


def _looked(desk: Desk, asked: Asked, verb: str, look: Callable[[UnitOfWork], T], *, told: bool = True) -> T:
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> T:
        permit(asked, verb, Log())
        found = look(unit)
        if told:
            journal.write(unit, verb, basis="oversight")
        return found

    return journal.attempt(verb, work)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST_POLICY).decode("utf-8", "replace")
    except OSError as fault:
        what = f"the witness policy cannot be read: {reason_of(fault)}"
        raise LogRefusedError(Problem(str(file), 0, what, "check `witnesses` in `home.toml`")) from None
