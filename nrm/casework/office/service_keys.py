"""Keys that services sent by themselves: the coordinator telephones, compares them, and only then are they used.

INVARIANT (no key without confirmation): what is confirmed are exactly the keys that were read to the coordinator. One
that was sent meanwhile is not among them, and one of the record that nobody ever confirmed goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.access import Directory as WholeDirectory
from nrm.casework.errors import CaseworkError, NoSuchRecordError
from nrm.casework.office.directory_kept import changed, looked_at
from nrm.directory.sidecar import Confirmation, WaitingKeys
from nrm.errors import Problem

if TYPE_CHECKING:
    from typing import Literal

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.office.directory_sealed import Kept, Row
    from nrm.directory.service import Key
    from nrm.directory.sidecar import Sidecar
    from nrm.vault.envelope import DataKey


class NothingToSealToError(CaseworkError):
    """A signing key was to be confirmed of a service that has no receiving key that anybody confirmed."""


def waiting_keys(desk: Desk, asked: Asked, key: DataKey) -> list[Sidecar]:
    """Return the records of services whose keys wait; `key` is the secret `directory` of the installation.

    Raises:
        DeniedError: the role may not.
    """
    kept = looked_at(desk, asked, key, "directory:read", WholeDirectory())
    return [one for _, one in sorted(kept.sidecars.items()) if one.waiting is not None]


def confirm_keys(
    desk: Desk,
    asked: Asked,
    key: DataKey,
    service: Key,
    keys: tuple[str | None, str | None],
    how: Literal["in_person", "phone", "letter"],
) -> Sidecar:
    """Put keys of a service in force: `keys` are the receiving and the signing key that were compared with it.

    Raises:
        DeniedError: the role may not.
        NoSuchRecordError: not these keys wait.
        NothingToSealToError: it would have a signing key only.
        DirectoryBusyError: others changed the directory all the time.
    """

    def change(kept: Kept) -> tuple[Sidecar, tuple[Row, ...]]:
        record = kept.sidecars.get(service)
        waiting = record.waiting if record is not None else None
        if record is None or waiting is None or (waiting.receiving_key, waiting.signing_key) != keys:
            raise NoSuchRecordError
        by = Confirmation(by=str(asked.who), on=desk.counter.calendar.day_of(desk.clock()), how=how)
        after = _confirmed(record, waiting, by)
        return after, kept.with_sidecars({**kept.sidecars, service: after})

    return changed(desk, asked, key, "directory:change", WholeDirectory(), change)


def _confirmed(record: Sidecar, waiting: WaitingKeys, by: Confirmation) -> Sidecar:
    before = record.confirmed is not None
    receiving = waiting.receiving_key or (record.receiving_key if before else None)
    signing = waiting.signing_key or (record.signing_key if before else None)
    if receiving is None:
        what = "the service has no confirmed key to which packages could be sealed"
        raise NothingToSealToError(Problem("receiving_key", 0, what, "ask it for one, and confirm both"))
    keys = {"receiving_key": receiving, "signing_key": signing, "confirmed": by, "waiting": None}
    return record.model_copy(update=keys)
