"""Who asks, in which role, and what for; and which roles may do what (deny by default).

INVARIANT (role alone never suffices): whoever opens a case belongs to the organisation that holds it, names a purpose,
and gets only the groups that some disclosure carries for that purpose; `case_management` is the purpose of those who
keep the case. Cedar policies will take the place of this table when the API comes (DESIGN §11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nrm.casework.errors import DeniedError, NoSuchCaseError
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from nrm.casework.ports import CaseRow
    from nrm.rulebook.vocabulary import Vocabulary

Why = Literal["not_permitted", "not_disclosable", "no_consent", "consent_over", "barred", "not_assigned"]

CASE_MANAGEMENT = "case_management"
"""The purpose of those who keep the case; it opens every group."""

KEEPERS = frozenset({"case:open", "case:list", "group:read", "group:change", "decision:make", "decision:replay"}) | {
    *("case:read", "case:change", "case:assign"),
    *("consent:read", "consent:give", "consent:refuse", "consent:withdraw", "feedback:give", "feedback:read"),
    *("referral:draft", "referral:send", "referral:read", "referral:revoke", "match:make"),
    *("referral:receive", "referral:accept", "referral:decline", "referral:start", "referral:complete"),
    *("duty:read", "duty:done", "directory:read"),
}
"""What those who keep a case may do with it and for it."""

ANSWERS = frozenset(
    {"referral:read", "referral:receive", "referral:accept", "referral:decline", "referral:start", "referral:complete"}
)
"""What a service may do, with referrals to itself."""

DIRECTORY = frozenset({"directory:read", "directory:import", "directory:change"})
"""What those do who keep the directory."""

MAY: dict[str, frozenset[str]] = {
    "first_responder": frozenset({"case:open", "group:read", "group:change", "decision:make"}),
    "caseworker": KEEPERS,
    "supervisor": KEEPERS | {"case:shred"},
    "coordinator": frozenset({"case:list", "duty:read", "duty:done"}) | DIRECTORY,
    "provider": ANSWERS,
    "worker": frozenset(),
    "overseer": frozenset({"log:read", "log:prove"}),
    "administrator": frozenset(
        {"keys:rotate", "keys:rewrap", "keys:destroy", "database:backup", "database:restore", "log:publish"}
    )
    | DIRECTORY,
}
"""What each role may do. An administrator opens no case.

`worker` is the program itself, which asks nobody: whoever calls themselves so from outside may do nothing.
"""


@dataclass(frozen=True)
class Asked:
    """Who asks: two random identifiers and two codes, none of them a name; and from where, such as `cli`."""

    who: UUID
    organisation: UUID
    role: str
    purpose: str = CASE_MANAGEMENT
    source: str = "cli"


def check_words(asked: Asked, words: Vocabulary) -> None:
    """Refuse a role or a purpose that there is not.

    Raises:
        UnknownNameError: with the nearest word.
    """
    purposes = {CASE_MANAGEMENT, *words.purposes}
    if asked.role not in MAY:
        raise UnknownNameError(Problem("--role", 0, f"there is no role `{asked.role}`", nearest(asked.role, MAY)))
    if asked.purpose not in purposes:
        todo = nearest(asked.purpose, purposes)
        raise UnknownNameError(Problem("--purpose", 0, f"there is no purpose `{asked.purpose}`", todo))


def permit(asked: Asked, verb: str) -> None:
    """Let pass who may do `verb`; asked before any case is looked for, so that a denial says nothing of one.

    Raises:
        NotPermittedError: the role may not.
    """
    if verb not in MAY.get(asked.role, frozenset()):
        raise NotPermittedError("not_permitted", f"the role `{asked.role}` may not do this (`{verb}`)")


def own(asked: Asked, row: CaseRow) -> CaseRow:
    """Return the case to whoever belongs to the organisation that keeps it.

    Raises:
        OtherOrganisationError: to all others.
    """
    if row.organisation != asked.organisation:
        raise OtherOrganisationError
    return row


def permit_groups(asked: Asked, groups: Iterable[str], words: Vocabulary) -> None:
    """Let pass who asks for groups that the purpose needs.

    Raises:
        NotPermittedError: for the groups that no disclosure carries for this purpose.
    """
    if asked.purpose == CASE_MANAGEMENT:
        return
    carried = {group for one in words.disclosures.values() if one.purpose == asked.purpose for group in one.groups}
    beyond = [group for group in groups if group not in carried]
    if beyond:
        named = ", ".join(f"`{group}`" for group in beyond)
        raise NotPermittedError("not_disclosable", f"the purpose `{asked.purpose}` needs no {named}")


class NotPermittedError(DeniedError):
    """The asker may not do this; `why` is the word that the log has for the reason."""

    def __init__(self, why: Why, what: str) -> None:
        self.why = why
        super().__init__(Problem("case", 0, what, "the denial is on the log; ask whoever keeps the case"))


class OtherOrganisationError(NoSuchCaseError):
    """The case is kept by another organisation: the log says so, the asker hears what is said where there is none."""
