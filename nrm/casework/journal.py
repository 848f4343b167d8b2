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
from nrm.casework.asked import CASE_MANAGEMENT, ROLES, NotPermittedError, OtherOrganisationError
from nrm.casework.attachment_errors import AttachmentTooLargeError, NoSuchAttachmentError, UploadOverError
from nrm.casework.errors import (
    ClockError,
    NoSuchCaseError,
    NoSuchRecordError,
    NotReplayedError,
    OtherRecordError,
    ShreddedError,
    StaleVersionError,
    StoreDoubtError,
    StoreError,
    TakenError,
)
from nrm.casework.office.announcing import announce
from nrm.casework.ports import EventRow
from nrm.casework.referral_errors import NoSuchReferralError, OtherReferralError
from nrm.errors import EngineError, NrmError
from nrm.publishing.errors import ChecksFailedError, NoRulebookError, NotSignedError, SameOfficerError
from nrm.rulebook.vocabulary import GROUPS
from nrm.vault.errors import KeyLostError, KeyStoreBusyError, KeyStoreRefusedError, UnknownSecretError, VaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase

T = TypeVar("T")

Basis = Literal["consent", "duty", "break_glass", "oversight"]
"""On what footing something was opened or told, where it is not that one keeps the case."""

DETAILS = "event"
"""The name under which salt and details of an entry are sealed, with its leaf hash: all are sealed for one place."""

_REASONS: tuple[tuple[type[Exception], str, str], ...] = (
    (ShreddedError, "denied", "case_shredded"),
    (OtherOrganisationError, "denied", "other_organisation"),
    (OtherReferralError, "denied", "other_organisation"),
    (NoSuchCaseError, "failed", "not_found"),
    (NoSuchReferralError, "failed", "not_found"),
    (NoSuchAttachmentError, "failed", "not_found"),
    (AttachmentTooLargeError, "failed", "too_large"),
    (UploadOverError, "failed", "timed_out"),
    (OtherRecordError, "denied", "other_organisation"),
    (NoSuchRecordError, "failed", "not_found"),
    (StaleVersionError, "failed", "conflict"),
    (TakenError, "failed", "conflict"),
    (StoreError, "failed", "storage_failed"),
    (KeyLostError, "failed", "key_destroyed"),
    (KeyStoreRefusedError, "failed", "key_unavailable"),
    (KeyStoreBusyError, "failed", "key_unavailable"),
    (UnknownSecretError, "failed", "key_unavailable"),
    (VaultError, "failed", "integrity_failed"),
    (NotReplayedError, "failed", "integrity_failed"),
    (SameOfficerError, "denied", "same_person"),
    (NotSignedError, "denied", "wrong_credentials"),
    (ChecksFailedError, "failed", "not_proved"),
    (NoRulebookError, "failed", "engine_failed"),
    (EngineError, "failed", "engine_failed"),
    (NrmError, "failed", "input_refused"),
)


class Journal:
    """Writes entries for one asker; `basis` is that of entries that name none themselves.

    `service` is the organisation of a service that knows of what the entries are about.
    """

    def __init__(self, desk: Desk, asked: Asked, basis: Basis | None = None, service: UUID | None = None) -> None:
        self._desk = desk
        self._asked = asked
        self._basis = basis
        self._service = service

    def known_to(self, service: UUID) -> Journal:
        """Return a journal for the same asker, of what a service knows too."""
        return Journal(self._desk, self._asked, self._basis, service)

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
        basis: Basis | None = None,
    ) -> UUID:
        """Put an entry into the unit of work and return its event; webhooks that are to hear of it are told.

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
            basis=basis or self._basis,
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
        if denied is None:
            announced = {**told, "rulebook": rulebook} if rulebook else told
            announce(self._desk, unit, verb, case, announced, self._service)
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
            self.failed(verb, error, groups)
            raise

    def failed(self, verb: str, error: Exception, groups: Iterable[str] = ()) -> None:
        """Put on the log that something was denied or failed; whoever calls this raises `error` afterwards.

        Raises `StoreError` in the place of a denial that could not be put on the log.
        """
        ended = _ended(error)
        try:
            self._desk.store.run(lambda unit: self.write(unit, verb, groups=groups, denied=ended))
        except NrmError as unwritten:
            # Nobody is told "denied, and it is on the log" when it is not; that the store is gone is what is told.
            if isinstance(unwritten, StoreError) and isinstance(error, NrmError) and not isinstance(error, StoreError):
                raise unwritten from None

    def _words(self) -> Words:
        return words(self._desk)


def words(desk: Desk) -> Words:
    """Return the words that entries may use."""
    vocabulary = desk.words()
    return _words(tuple(vocabulary.roles), tuple(vocabulary.purposes))


@lru_cache(maxsize=8)
def _words(roles: tuple[str, ...], purposes: tuple[str, ...]) -> Words:
    return Words(
        frozenset({*ROLES, *roles}), frozenset(GROUPS), frozenset({CASE_MANAGEMENT, *OVERSIGHT_REASONS, *purposes})
    )


def _ended(error: Exception) -> tuple[str, str]:
    if isinstance(error, NotPermittedError):
        return "denied", error.why
    return next(
        ((result, why) for kind, result, why in _REASONS if isinstance(error, kind)), ("failed", "program_failed")
    )
