"""A new epoch of keys, an old one destroyed once nothing needs it, another passphrase for all of them (DESIGN §7).

INVARIANT (no epoch is destroyed that a case needs): an epoch goes only when no wrapped key of the store is in it.
INVARIANT (said before it is done): the keys are no part of the store's transaction, so the entry is written first. An
entry without its change is a question that somebody asks; a change without its entry would be a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.access import Installation
from nrm.casework.asked import permit
from nrm.casework.errors import CaseworkError
from nrm.casework.journal import Journal
from nrm.errors import Problem
from nrm.vault.errors import KeyStoreRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import CaseRow, UnitOfWork
    from nrm.vault.keyring import EpochId

AT_ONCE = 1_000
"""Cases that are rewrapped in one unit of work."""


class EpochInUseError(CaseworkError):
    """Keys of cases are still wrapped in the epoch; it was not destroyed."""


def rotate(desk: Desk, asked: Asked, seen: Callable[[int], object] = lambda _done: None) -> tuple[EpochId, int]:
    """Begin a new epoch and rewrap every case; return the epoch and how many cases were rewrapped.

    Raises:
        DeniedError: the role may not.
        VaultError, StoreError: it can be repeated; what was rewrapped stays so.
    """
    _allowed(desk, asked, "keys:rotate")
    epoch = desk.keyring.rotate(desk.clock())
    return epoch, rewrap_all(desk, asked, seen)


def rewrap_all(desk: Desk, asked: Asked, seen: Callable[[int], object] = lambda _done: None) -> int:
    """Rewrap the key of every case that is not in the current epoch; `seen` hears how many were looked at.

    A case that somebody changes meanwhile keeps its key, so that only the wrapping is replaced. A key that cannot be
    unwrapped stops the run, with its error.

    Raises:
        DeniedError, VaultError, StoreError: as in `rotate`.
    """
    _allowed(desk, asked, "keys:rewrap")
    done = looked = 0
    after: UUID | None = None
    while rows := _page(desk, after):
        after = rows[-1].case
        done += desk.store.run(_rewrapping(desk, rows))
        looked += len(rows)
        seen(looked)
    desk.store.scrub()  # the old wrappings would lie in free pages
    return done


def cases_in(desk: Desk, number: int) -> int:
    """Return how many cases have their key wrapped in the epoch."""
    return desk.store.run(lambda unit: _counted(desk, unit, number))


def destroy(desk: Desk, asked: Asked, number: int) -> EpochId:
    """Destroy an old epoch, so that backups whose keys were wrapped in it are unreadable for ever.

    Raises:
        EpochInUseError: cases are still wrapped in it.
        KeyStoreRefusedError: it is the current one, unknown, or destroyed already.
        DeniedError, VaultError, StoreError: nothing was destroyed.
    """
    _allowed(desk, asked, "keys:destroy", lambda unit: _refuse_if_needed(desk, unit, number))
    return desk.keyring.destroy_epoch(number, desk.clock())


def destructible(desk: Desk, asked: Asked, number: int) -> EpochId:
    """Return the epoch that `destroy` would destroy, or refuse as it would; that it was looked at is an entry."""
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> EpochId:
        permit(asked, "keys:destroy", Installation())
        found = _refuse_if_needed(desk, unit, number)
        journal.write(unit, "keys:list")
        return found

    return journal.attempt("keys:destroy", work)


def relock(desk: Desk, asked: Asked, refuse: Callable[[], object], change: Callable[[], object]) -> None:
    """Have another passphrase open the keys: `change` does it, and `refuse` raises beforehand what it would raise.

    Passphrases stay with whoever calls, so that none can reach the desk or an entry.

    Raises:
        DeniedError, VaultError, StoreError: what opened the keys still does.
    """
    _allowed(desk, asked, "keys:relock", lambda _unit: refuse())
    change()


def _allowed(desk: Desk, asked: Asked, verb: str, check: Callable[[UnitOfWork], object] = lambda _unit: None) -> None:
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> None:
        permit(asked, verb, Installation())
        check(unit)
        journal.write(unit, verb)

    journal.attempt(verb, work)


def _refuse_if_needed(desk: Desk, unit: UnitOfWork, number: int) -> EpochId:
    epoch = _old(desk, number)
    left = _counted(desk, unit, number)
    if left:
        cases = "the key of 1 case is" if left == 1 else f"the keys of {left} cases are"
        what = f"{cases} still wrapped in epoch {number}"
        raise EpochInUseError(Problem("keys", 0, what, "run `nrm keys rewrap` first"))
    return epoch


def _old(desk: Desk, number: int) -> EpochId:
    """Say why an epoch cannot be destroyed. It only looks: what is not old now may be in a moment, and in use."""
    found = next((one for one in desk.keyring.status() if one.epoch.number == number), None)
    if found is not None and not found.current and found.destroyed is None:
        return found.epoch
    if found is None:
        what, todo = f"there is no epoch `{number}`", "`nrm keys status` lists them"
    elif found.current:
        what, todo = f"epoch {found.epoch} is the current one", "run `nrm keys rotate` first"
    else:
        what, todo = f"epoch {found.epoch} is destroyed already", "there is nothing to do"
    raise KeyStoreRefusedError(Problem("keys", 0, what, todo))


def _counted(desk: Desk, unit: UnitOfWork, number: int) -> int:
    found = 0
    after: UUID | None = None
    while rows := unit.cases.listed(None, after, AT_ONCE):
        after = rows[-1].case
        keys = [row.wrapped_key for row in rows if row.wrapped_key is not None]
        found += sum(desk.keyring.epoch_of(key).number == number for key in keys)
    return found


def _page(desk: Desk, after: UUID | None) -> Sequence[CaseRow]:
    return desk.store.run(lambda unit: unit.cases.listed(None, after, AT_ONCE))


def _rewrapping(desk: Desk, rows: Sequence[CaseRow]) -> Callable[[UnitOfWork], int]:
    def work(unit: UnitOfWork) -> int:
        done = 0
        for row in rows:
            if row.wrapped_key is not None and desk.keyring.needs_rewrap(row.wrapped_key):
                new = desk.keyring.rewrap(row.case, row.wrapped_key)
                done += unit.cases.rewrap(row.case, row.wrapped_key, new)
        return done

    return work
