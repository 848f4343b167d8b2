"""Keep the directory and the mechanism's own records in the store, sealed, with an entry for every look and change.

INVARIANT (nobody waits for an import): reading, merging and sealing thousands of services takes seconds, and no unit of
work is open meanwhile. Whoever was overtaken by another begins again with what that one kept, so that nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from nrm.casework.asked import permit
from nrm.casework.errors import CaseworkError, StaleVersionError
from nrm.casework.journal import Journal
from nrm.casework.office.directory_sealed import Kept, taken
from nrm.directory.merge import Changes, merge
from nrm.directory.sidecar import without_service
from nrm.errors import NrmError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.office.directory_sealed import Row, Taken
    from nrm.casework.ports import UnitOfWork
    from nrm.directory.service import Directory, Key
    from nrm.directory.sidecar import Sidecar
    from nrm.vault.envelope import DataKey

T = TypeVar("T")

MOST_TRIES: Final = 5


class DirectoryBusyError(CaseworkError):
    """Others changed the directory again and again; nothing of this change was kept."""


class UncoveredError(CaseworkError):
    """The new records would show what the old ones hid; nothing was changed. Names services, never a place."""


@dataclass(frozen=True)
class RecordChanges:
    """The services whose records are new, changed, as they were, or gone; and records that speak of no service."""

    added: tuple[Key, ...]
    changed: tuple[Key, ...]
    unchanged: tuple[Key, ...]
    gone: tuple[Key, ...]
    nowhere: tuple[Key, ...]


def read(desk: Desk, asked: Asked, key: DataKey) -> Kept:
    """Return what is kept of the directory; `key` is the secret `directory` of the installation.

    Raises:
        DeniedError: the role may not.
    """
    return _looked_at(Journal(desk, asked), asked, key, "directory:read", said=True)


def import_directory(desk: Desk, asked: Asked, key: DataKey, imported: Directory, source: str) -> Changes:
    """Put all that `imported` says of `source` in the place of what is kept of it; other sources stay as they are.

    Raises:
        DeniedError: the role may not.
        DirectoryBusyError: others changed it all the time.
    """

    def change(kept: Kept) -> tuple[Changes, tuple[Row, ...]]:
        changes = merge(kept.directory, imported, source)
        return changes, kept.with_directory(changes.directory)

    return _changed(desk, asked, key, "directory:import", change)


def keep_sidecars(
    desk: Desk, asked: Asked, key: DataKey, sidecars: Mapping[Key, Sidecar], *, uncover: bool = False
) -> RecordChanges:
    """Keep these records, and no others.

    INVARIANT (nothing is uncovered by a slip): a place that was hidden stays so, unless `uncover` says that it may be
    shown now. A folder with too few files in it shows nobody's place.

    Raises:
        DeniedError: the role may not.
        UncoveredError: a place would be shown.
        DirectoryBusyError: others changed it all the time.
    """

    def change(kept: Kept) -> tuple[RecordChanges, tuple[Row, ...]]:
        before = kept.sidecars
        if not uncover:
            _refuse_uncovering(before, sidecars)
        both = sorted(before.keys() & sidecars.keys())
        changes = RecordChanges(
            added=tuple(sorted(sidecars.keys() - before.keys())),
            changed=tuple(name for name in both if before[name] != sidecars[name]),
            unchanged=tuple(name for name in both if before[name] == sidecars[name]),
            gone=tuple(sorted(before.keys() - sidecars.keys())),
            nowhere=without_service(sidecars.values(), kept.directory.service),
        )
        return changes, kept.with_sidecars(sidecars)

    return _changed(desk, asked, key, "directory:change", change)


def _refuse_uncovering(before: Mapping[Key, Sidecar], after: Mapping[Key, Sidecar]) -> None:
    shown = [name for name, one in sorted(before.items()) if _hides_more(one, after.get(name))]
    if shown:
        todo = "give these records too, or say `--uncover` when their places may be shown to everybody now"
        raise UncoveredError([Problem("sidecars", 0, f"`{' '.join(name)}` would not be hidden any more", todo)
                              for name in shown])  # fmt: skip


def _hides_more(old: Sidecar, new: Sidecar | None) -> bool:
    if new is None:
        return old.confidential_address is not None or bool(old.hidden_locations)
    uncovered = old.confidential_address is not None and new.confidential_address is None
    return uncovered or not set(old.hidden_locations) <= set(new.hidden_locations)


def _looked_at(journal: Journal, asked: Asked, key: DataKey, verb: str, *, said: bool = False) -> Kept:
    def work(unit: UnitOfWork) -> Taken:
        permit(asked, verb)
        if said:
            journal.write(unit, verb)
        return taken(unit.shelf)

    return Kept(key, journal.attempt(verb, work))


def _changed(
    desk: Desk, asked: Asked, key: DataKey, verb: str, change: Callable[[Kept], tuple[T, tuple[Row, ...]]]
) -> T:
    journal = Journal(desk, asked)
    for _ in range(MOST_TRIES):
        kept = _looked_at(journal, asked, key, verb)
        try:
            result, rows = change(kept)
        except NrmError as refused:
            journal.attempt(verb, _failing(refused))
            raise
        try:
            journal.attempt(verb, _keeping(journal, verb, rows))
        except StaleVersionError:
            continue
        return result
    what = "others changed the directory again and again, so nothing of this was kept"
    raise DirectoryBusyError(Problem("directory", 0, what, "try again when they have done"))


def _keeping(journal: Journal, verb: str, rows: tuple[Row, ...]) -> Callable[[UnitOfWork], None]:
    def work(unit: UnitOfWork) -> None:
        for row in rows:
            unit.shelf.put(*row)
        journal.write(unit, verb)

    return work


def _failing(error: NrmError) -> Callable[[UnitOfWork], None]:
    """Return work that fails as the work before it did, so that an entry says so."""

    def work(_unit: UnitOfWork) -> None:
        raise error

    return work
