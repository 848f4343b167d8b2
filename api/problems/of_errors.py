"""Which problem tells of which error of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.problems.problem import Fault, Told
from nrm.casework.accounts.errors import TooManyTriesError
from nrm.casework.asked import NotPermittedError
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
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.errors import CaseRefusedError, EngineError, FileRefusedError, NrmError, UnknownNameError
from nrm.vault.errors import KeyLostError, KeyStoreBusyError, KeyStoreRefusedError, VaultError

if TYPE_CHECKING:
    from nrm.errors import Problem

CODES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (ShreddedError, "case_shredded"),
    (NoSuchCaseError, "not_found"),
    (NoSuchReferralError, "not_found"),
    (NoSuchRecordError, "not_found"),
    (StaleVersionError, "stale"),
    (TakenError, "taken"),
    (NotReplayedError, "not_replayed"),
    (ClockError, "program_failed"),
    (DeniedError, "not_permitted"),
    (CaseworkError, "not_now"),
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
    (EngineError, "program_failed"),
)
"""The first that fits is told; what is not listed is a fault of the program."""

_HIDDEN: Final = frozenset(
    {"program_failed", "storage_failed", "storage_in_doubt", "integrity_failed", "key_unavailable"}
)
"""Problems whose faults are for whoever runs the service, and are not told to callers."""


_UNKNOWN_ASKER: Final = frozenset({"not_signed_in", "session_over", "wrong_credentials"})


def told(error: NrmError) -> Told:
    """Return the problem that tells of an error."""
    code: str = error.why if isinstance(error, NotPermittedError) else _code(error)
    return Told(code, () if code in _HIDDEN else tuple(map(fault, error.problems)), _headers(code, error))


def _headers(code: str, error: NrmError) -> dict[str, str]:
    if code in _UNKNOWN_ASKER:
        return {"WWW-Authenticate": 'Bearer realm="nrm"'}  # RFC 9110 §11.6.1
    if code == "storage_busy":
        return {"Retry-After": "1"}
    if isinstance(error, TooManyTriesError):
        return {"Retry-After": str(max(1, round(error.wait.total_seconds())))}
    return {}


def _code(error: NrmError) -> str:
    return next((code for kind, code in CODES if isinstance(error, kind)), "program_failed")


def fault(problem: Problem) -> Fault:
    """Return one problem of the library as a fault; what it says of commands and files means nothing to a caller."""
    at = problem.file.removeprefix("--")
    if problem.line:
        at = f"{at}:{problem.line}"
    todo = problem.todo if problem.todo and "`nrm " not in problem.todo else None
    return Fault(at=at, what=problem.what, todo=todo)
