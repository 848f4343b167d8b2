"""Keep the directory and the mechanism's own records in the store, sealed, with an entry for every look and change.

INVARIANT (nobody waits for an import): reading, merging and sealing thousands of services takes seconds, and no unit of
work is open meanwhile. Whoever was overtaken by another begins again with what that one kept, so that nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from nrm.access import Directory as WholeDirectory
from nrm.casework.asked import permit
from nrm.casework.errors import CaseworkError, StaleVersionError
from nrm.casework.journal import Journal
from nrm.casework.office.directory_sealed import Kept, taken
from nrm.directory.merge import Changes, merge
from nrm.directory.sidecar import without_service
from nrm.errors import NrmError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nrm.access import Resource
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
    return looked_at(desk, asked, key, "directory:read", WholeDirectory())


def looked_at(desk: Desk, asked: Asked, key: DataKey, verb: str, about: Resource) -> Kept:
    """Return what is kept, for a look at `about` that is an entry of its own. Raises `DeniedError`."""
    return _looked_at(Journal(desk, asked), asked, key, verb, about, said=True)


def import_directory(desk: Desk, asked: Asked, key: DataKey, imported: Directory, source: str) -> Changes:
    """Put all that `imported` says of `source` in the place of what is kept of it; other sources stay as they are.

    Raises:
        DeniedError: the role may not.
        DirectoryBusyError: others changed it all the time.
    """

    def change(kept: Kept) -> tuple[Changes, tuple[Row, ...]]:
        changes = merge(kept.directory, imported, source)
        return changes, kept.with_directory(changes.directory)

    return changed(desk, asked, key, "directory:import", WholeDirectory(), change)


def keep_sidecars(
    desk: Desk, asked: Asked, key: DataKey, sidecars: Mapping[Key, Sidecar], *, uncover: bool = False
) -> RecordChanges:
    """Keep these records, and no others.

    What a service said of itself stays where a record says nothing of it: its places by the day, and keys that wait.

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
        after = {name: _with_what_it_said(before.get(name), one) for name, one in sidecars.items()}
        both = sorted(before.keys() & after.keys())
        changes = RecordChanges(
            added=tuple(sorted(after.keys() - before.keys())),
            changed=tuple(name for name in both if before[name] != after[name]),
            unchanged=tuple(name for name in both if before[name] == after[name]),
            gone=tuple(sorted(before.keys() - after.keys())),
            nowhere=without_service(after.values(), kept.directory.service),
        )
        return changes, kept.with_sidecars(after)

    return changed(desk, asked, key, "directory:change", WholeDirectory(), change)


def _with_what_it_said(before: Sidecar | None, given: Sidecar) -> Sidecar:
    """Return a record that is given, with what the service itself said and the record does not speak of."""
    if before is None:
        return given
    waits = given.waiting
    if waits is None and before.waiting is not None and before.waiting.receiving_key != given.receiving_key:
        waits = before.waiting
    told = "capacity" in given.model_fields_set  # `capacity: []` says that nobody knows any more
    return given.model_copy(update={"capacity": given.capacity if told else before.capacity, "waiting": waits})


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


def _looked_at(
    journal: Journal, asked: Asked, key: DataKey, verb: str, about: Resource | type[Resource], *, said: bool = False
) -> Kept:
    def work(unit: UnitOfWork) -> Taken:
        permit(asked, verb, about)
        if said:
            journal.write(unit, verb)
        return taken(unit.shelf)

    return Kept(key, journal.attempt(verb, work))


def changed(
    desk: Desk,
    asked: Asked,
    key: DataKey,
    verb: str,
    about: Resource | type[Resource],
    change: Callable[[Kept], tuple[T, tuple[Row, ...]]],
) -> T:
    """Let `change` make new things for the shelf of what is kept, and put them there, again when others were first.

    The policies are asked about `about`; where that is only a kind of record, `change` asks about the one in hand.

    Raises:
        DeniedError: the role may not.
        DirectoryBusyError: others changed it all the time.
        and what `change` raises, which is an entry.
    """
    journal = Journal(desk, asked)
    looking = Journal(replace(desk, after=_nothing), asked)  # what happened has not happened yet
    for _ in range(MOST_TRIES):
        kept = _looked_at(looking, asked, key, verb, about)
        try:
            result, rows = change(kept)
        except NrmError as refused:
            journal.attempt(verb, _failing(refused))
            raise
        try:
            return journal.attempt(verb, _keeping(journal, verb, rows, result))
        except StaleVersionError:
            continue
    what = "others changed the directory again and again, so nothing of this was kept"
    raise DirectoryBusyError(Problem("directory", 0, what, "try again when they have done"))


def _keeping(journal: Journal, verb: str, rows: tuple[Row, ...], result: T) -> Callable[[UnitOfWork], T]:
    def work(unit: UnitOfWork) -> T:
        for row in rows:
            unit.shelf.put(*row)
        journal.write(unit, verb)
        return result

    return work


def _nothing(_unit: UnitOfWork, _result: object) -> None:
    """Keep nothing besides."""


def _failing(error: NrmError) -> Callable[[UnitOfWork], None]:
    """Return work that fails as the work before it did, so that an entry says so."""

    def work(_unit: UnitOfWork) -> None:
        raise error

    return work
