"""Which problem tells of which error of the library."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from api.problems.fault import Fault
from api.problems.problem import Told
from nrm.audit.errors import LogError
from nrm.casework.accounts.errors import PasswordNeededError, TooManyTriesError
from nrm.casework.accounts.people import AccountRefusedError
from nrm.casework.accounts.tokens import TokenRefusedError
from nrm.casework.asked import NotPermittedError
from nrm.casework.attachment_errors import (
    AttachmentTooLargeError,
    MediaRefusedError,
    NoSuchAttachmentError,
    UploadOverError,
)
from nrm.casework.errors import (
    CaseworkError,
    ClockError,
    DeniedError,
    NoSuchCaseError,
    NoSuchRecordError,
    NotReplayedError,
    ShreddedError,
    StaleVersionError,
    StoreBusyError,
    StoreDoubtError,
    StoreError,
    TakenError,
)
from nrm.casework.referral_errors import NoSuchReferralError, NoSuchServiceError
from nrm.errors import CaseRefusedError, EngineError, FileRefusedError, NrmError, UnknownNameError
from nrm.publishing.errors import ChecksFailedError, NoRulebookError, PublishingError, SameOfficerError
from nrm.publishing.lifecycle import StepRefusedError
from nrm.referral.lifecycle import TransitionRefusedError
from nrm.referral.package_errors import PackageError
from nrm.signin.errors import KeysRefusedError, NotProvedError, PasswordRefusedError, ProviderError
from nrm.vault.errors import KeyLostError, KeyStoreBusyError, KeyStoreRefusedError, VaultError

if TYPE_CHECKING:
    from nrm.errors import Problem

CODES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ShreddedError, "case_shredded"),
    (NoSuchCaseError, "not_found"),
    (NoSuchReferralError, "not_found"),
    (NoSuchServiceError, "input_refused"),
    (NoSuchAttachmentError, "not_found"),
    (MediaRefusedError, "wrong_media_type"),
    (AttachmentTooLargeError, "too_large"),
    (UploadOverError, "timed_out"),
    (NoSuchRecordError, "not_found"),
    (StaleVersionError, "stale"),
    (TakenError, "taken"),
    (NotReplayedError, "not_replayed"),
    (ClockError, "program_failed"),
    (DeniedError, "not_permitted"),
    (PasswordNeededError, "password_needed"),
    (AccountRefusedError, "input_refused"),
    (TokenRefusedError, "input_refused"),
    (CaseworkError, "not_now"),
    (PasswordRefusedError, "password_refused"),
    (KeysRefusedError, "input_refused"),
    (ProviderError, "provider_failed"),
    (NotProvedError, "not_now"),
    (StoreDoubtError, "storage_in_doubt"),
    (StoreBusyError, "storage_busy"),
    (StoreError, "storage_failed"),
    (KeyLostError, "key_destroyed"),
    (KeyStoreRefusedError, "key_unavailable"),
    (KeyStoreBusyError, "key_unavailable"),
    (VaultError, "integrity_failed"),
    (CaseRefusedError, "input_refused"),
    (FileRefusedError, "input_refused"),
    (UnknownNameError, "input_refused"),
    (PackageError, "input_refused"),
    (NoRulebookError, "no_rulebook"),
    (SameOfficerError, "same_person"),
    (StepRefusedError, "not_now"),
    (ChecksFailedError, "not_now"),
    (PublishingError, "input_refused"),
    (LogError, "integrity_failed"),
    (EngineError, "program_failed"),
)
"""The first that fits is told; what is not listed is a fault of the program."""

_HIDDEN: Final = frozenset(
    {"program_failed", "storage_failed", "storage_in_doubt", "integrity_failed", "key_unavailable", "no_rulebook"}
)
"""Problems whose faults are for whoever runs the service, and are not told to callers."""


_STEPS: Final = {"who": "not_permitted", "state": "not_now", "reason": "input_refused"}
"""What is told of a step that a referral does not take, by what stands against it."""

_UNKNOWN_ASKER: Final = frozenset({"not_signed_in", "session_over", "wrong_credentials"})


def told(error: NrmError) -> Told:
    """Return the problem that tells of an error."""
    code = _code(error)
    faults = tuple(map(fault, error.problems))
    if isinstance(error, UnknownNameError):
        faults = tuple(map(_unquoted, faults))
    return Told(code, () if code in _HIDDEN else faults, _headers(code, error))


def _headers(code: str, error: NrmError) -> dict[str, str]:
    if code in _UNKNOWN_ASKER:
        return {"WWW-Authenticate": 'Bearer realm="nrm"'}  # RFC 9110 §11.6.1
    if isinstance(error, AttachmentTooLargeError | UploadOverError):
        return {"Connection": "close"}  # what is left of the body is not waited for
    if code == "storage_busy":
        return {"Retry-After": "1"}
    if isinstance(error, TooManyTriesError):
        return {"Retry-After": str(max(1, ceil(error.wait.total_seconds())))}
    return {}


def _unquoted(one: Fault) -> Fault:
    """Return a fault without the word that nobody knows: on a command line it is shown, here it may be anything."""
    return one.model_copy(update={"what": "is not known here"}) if "`" in one.what else one


def _code(error: NrmError) -> str:
    if isinstance(error, NotPermittedError):
        return error.why
    if isinstance(error, TransitionRefusedError):
        return _STEPS[error.why]
    return next((code for kind, code in CODES if isinstance(error, kind)), "program_failed")


def fault(problem: Problem) -> Fault:
    """Return one problem of the library as a fault; what it says of commands and files means nothing to a caller."""
    at = problem.file.removeprefix("--")
    if problem.line:
        at = f"{at}:{problem.line}"
    todo = problem.todo if problem.todo and "`nrm " not in problem.todo else None
    return Fault(at=at, what=problem.what, todo=todo)
