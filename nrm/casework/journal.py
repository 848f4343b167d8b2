"""Every attempt leaves an entry: what was done with the change itself, what was denied or failed by itself.

INVARIANT (nothing without its entry): a change, or the reading of a group, and its entry are in one unit of work.
"""

from __future__ import annotations

from functools import lru_cache
from os import urandom
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from uuid import UUID, uuid4

from nrm.audit.actions import OVERSIGHT_REASONS
from nrm.audit.entry import SECRET_BYTES, Entry, Words, actor_pseudonym, case_pseudonym, details_digest, encode
from nrm.audit.entry_fields import BEGINNING
from nrm.audit.tree import leaf_hash
from nrm.casework.asked import CASE_MANAGEMENT, MAY, NotPermittedError, OtherOrganisationError
from nrm.casework.errors import (
    ClockError,
    NoSuchCaseError,
    NotReplayedError,
    ShreddedError,
    StaleVersionError,
    StoreDoubtError,
    StoreError,
)
from nrm.casework.ports import EventRow
from nrm.casework.referral_errors import NoSuchReferralError, OtherReferralError
from nrm.errors import EngineError, NrmError
from nrm.rulebook.vocabulary import GROUPS
from nrm.vault.errors import KeyLostError, KeyStoreBusyError, KeyStoreRefusedError, UnknownSecretError, VaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase

T = TypeVar("T")

DETAILS = "event"
"""The name under which salt and details of an entry are sealed, with its leaf hash: all are sealed for one place."""

_REASONS: tuple[tuple[type[Exception], str, str], ...] = (
    (ShreddedError, "denied", "case_shredded"),
    (OtherOrganisationError, "denied", "other_organisation"),
    (OtherReferralError, "denied", "other_organisation"),
    (NoSuchCaseError, "failed", "not_found"),
    (NoSuchReferralError, "failed", "not_found"),
    (StaleVersionError, "failed", "conflict"),
    (StoreError, "failed", "storage_failed"),
    (KeyLostError, "failed", "key_destroyed"),
    (KeyStoreRefusedError, "failed", "key_unavailable"),
    (KeyStoreBusyError, "failed", "key_unavailable"),
    (UnknownSecretError, "failed", "key_unavailable"),
    (VaultError, "failed", "integrity_failed"),
    (NotReplayedError, "failed", "integrity_failed"),
    (EngineError, "failed", "engine_failed"),
    (NrmError, "failed", "input_refused"),
)


class Journal:
    """Writes entries for one asker."""

    def __init__(self, desk: Desk, asked: Asked) -> None:
        self._desk = desk
        self._asked = asked

    def write(
        self,
        unit: UnitOfWork,
        verb: str,
        *,
        case: OpenCase | None = None,
        groups: Iterable[str] = (),
        details: dict[str, Any] | None = None,
        rulebook: str | None = None,
        decision: str | None = None,
        denied: tuple[str, str] | None = None,
        purpose: str | None = None,
        basis: Literal["consent", "duty"] | None = None,
    ) -> UUID:
        """Put an entry into the unit of work and return its event.

        `denied` is (result, why); `purpose` and `basis` are those of a referral, where the asker's own are others.
        Where none of the groups is one, as when only the envelope of a record is read, it is the case that is read.
        """
        event = uuid4()
        salt = urandom(SECRET_BYTES)
        told = {"event": str(event), **(details or {})}
        secret = case.log_secret(unit) if case is not None else None
        now = self._desk.clock()
        if now < BEGINNING:
            raise ClockError(f"{now:%Y-%m-%d}")
        asked = self._asked
        named = tuple(sorted(set(groups) & set(GROUPS)))
        verb = verb if named else verb.replace("group:", "case:")
        own = asked.role == "person"  # a pseudonym would name the person for ever; `case` says who it is
        entry = Entry(
            event=event,
            time=now,
            action=f"{asked.source}:{verb}",
            result=denied[0] if denied else "done",
            why=denied[1] if denied else None,
            actor=None if own else actor_pseudonym(self._desk.actor_key, "actor", asked.who),
            role=asked.role,
            organisation=None if own else actor_pseudonym(self._desk.actor_key, "organisation", asked.organisation),
            case=case_pseudonym(secret, event) if secret is not None else None,
            groups=named,
            purpose=purpose or asked.purpose,
            basis=basis,
            rulebook=rulebook,
            # Salted, because equal facts give equal plans: bare, it could be guessed, and would link two entries.
            decision=details_digest(salt, {"plan": decision}) if decision is not None else None,
            details=details_digest(salt, told) if case is not None else None,
        )
        leaf = encode(entry, self._words())
        kept = None
        if case is not None:
            kept = case.seal_json(DETAILS, 1, {"salt": salt.hex(), "details": told, "leaf": leaf_hash(leaf).hex()})
        unit.events.add(EventRow(event, case.case if case else None, now, leaf, kept))
        return event

    def attempt(self, verb: str, work: Callable[[UnitOfWork], T], groups: Iterable[str] = ()) -> T:
        """Do `work` as one unit; when it is denied or fails, that is an entry of its own, and the error goes on.

        Raises `StoreError` in the place of a denial that could not be put on the log.
        """

        def whole(unit: UnitOfWork) -> T:
            result = work(unit)
            self._desk.after(unit, result)
            return result

        try:
            return self._desk.store.run(whole)
        except StoreDoubtError:
            raise  # If it did happen its own entry is there, and one that says that it failed would be false.
        except Exception as error:
            ended = _ended(error)
            try:
                self._desk.store.run(lambda unit: self.write(unit, verb, groups=groups, denied=ended))
            except NrmError as unwritten:
                # Nobody is told "denied, and it is on the log" when it is not; that the store is gone is what is told.
                if (
                    isinstance(unwritten, StoreError)
                    and isinstance(error, NrmError)
                    and not isinstance(error, StoreError)
                ):
                    raise unwritten from None
            raise

    def _words(self) -> Words:
        return words(self._desk)


def words(desk: Desk) -> Words:
    """Return the words that entries may use."""
    vocabulary = desk.books.words()
    return _words(tuple(vocabulary.roles), tuple(vocabulary.purposes))


@lru_cache(maxsize=8)
def _words(roles: tuple[str, ...], purposes: tuple[str, ...]) -> Words:
    return Words(
        frozenset({*MAY, *roles}), frozenset(GROUPS), frozenset({CASE_MANAGEMENT, *OVERSIGHT_REASONS, *purposes})
    )


def _ended(error: Exception) -> tuple[str, str]:
    if isinstance(error, NotPermittedError):
        return "denied", error.why
    return next(
        ((result, why) for kind, result, why in _REASONS if isinstance(error, kind)), ("failed", "program_failed")
    )
