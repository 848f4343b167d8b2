"""Who asks, in which role, and what for; and the one place where use cases ask the policies (deny by default).

INVARIANT (role alone never suffices): whoever opens a case belongs to the organisation that holds it, names a purpose,
and gets only the groups that some disclosure carries for that purpose; `case_management` is the purpose of those who
keep the case. What each role may do stands in `nrm/access/policies/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from nrm.access import ROLES, Context, Principal, Referral, Request, shipped
from nrm.access.request import CASE_MANAGEMENT
from nrm.casework.errors import DeniedError, NoSuchCaseError
from nrm.casework.referral_errors import OtherReferralError
from nrm.errors import NrmError, Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from nrm.access import Glass, Resource
    from nrm.rulebook.vocabulary import Vocabulary

__all__ = ["CASE_MANAGEMENT", "ROLES", "Asked", "NotPermittedError", "OtherOrganisationError", "Why", "permit"]

Why = Literal[
    "not_permitted", "not_disclosable", "no_consent", "consent_over", "barred", "not_assigned",
    "same_person", "glass_over", "session_over", "wrong_credentials", "policy_failed",
]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Who asks: two random identifiers and two codes, none of them a name; and from where, such as `cli`.

    `who` of a person who came by a link is the identifier of their case; `unit` is where a policy officer sits.
    """

    who: UUID
    organisation: UUID
    role: str
    purpose: str = CASE_MANAGEMENT
    source: str = "cli"
    unit: str | None = None


def check_words(asked: Asked, words: Vocabulary) -> None:
    """Refuse a role or a purpose that there is not.

    Raises:
        UnknownNameError: with the nearest word.
    """
    purposes = {CASE_MANAGEMENT, *words.purposes}
    if asked.role not in ROLES:
        raise UnknownNameError(Problem("--role", 0, f"there is no role `{asked.role}`", nearest(asked.role, ROLES)))
    if asked.purpose not in purposes:
        todo = nearest(asked.purpose, purposes)
        raise UnknownNameError(Problem("--purpose", 0, f"there is no purpose `{asked.purpose}`", todo))


def permit(
    asked: Asked,
    verb: str,
    about: Resource | type[Resource] | None = None,
    *,
    groups: Iterable[str] = (),
    words: Vocabulary | None = None,
    glass: Glass = "none",
) -> None:
    """Let pass who may do `verb`.

    INVARIANT (a denial says nothing of a record): every use case asks twice. First, before anything is looked for,
    whether the role may ever do this, to any record, or to any of the kind `about`. Then with the record in hand
    (`about`) and the groups that would be opened; the purposes of `words` say which may be.

    Raises:
        NotPermittedError: the role may not, or not for this purpose, or not to what is its own.
        OtherOrganisationError, OtherReferralError: the record is another's; the asker hears that there is none.
    """
    if about is None or isinstance(about, type):
        if not shipped().ever(asked.role, verb, about):
            said = _SAID["not_permitted"].format(role=asked.role, verb=verb)
            raise NotPermittedError("not_permitted", said, subject_of(verb))
        return
    wanted = frozenset(groups)
    carried = groups_for(asked.purpose, words) if wanted and words is not None else frozenset()
    who = Principal(asked.who, asked.organisation, asked.role, asked.unit)
    verdict = shipped().decide(Request(who, verb, about, Context(asked.purpose, wanted, carried, glass)))
    if not verdict.allowed:
        beyond = ", ".join(f"`{group}`" for group in groups if group not in carried)
        raise _denial(verdict.why, about, role=asked.role, verb=verb, purpose=asked.purpose, groups=beyond)


def groups_for(purpose: str, words: Vocabulary) -> frozenset[str]:
    """Return the groups that some disclosure carries for a purpose."""
    return frozenset(group for one in words.disclosures.values() if one.purpose == purpose for group in one.groups)


_SAID: Final[dict[Why, str]] = {
    "not_permitted": "the role `{role}` may not do this (`{verb}`)",
    "not_disclosable": "the purpose `{purpose}` needs no {groups}",
    "same_person": "somebody else, of another unit, must do this (`{verb}`)",
    "glass_over": "the time for which you broke the glass is over",
    "policy_failed": "the policies could not be decided, so this is denied (`{verb}`)",
}


_KEEPER: Final = "whoever keeps the case"

WHOM: Final[dict[str, str]] = {
    **dict.fromkeys(("user", "credential", "session", "webhook", "policy"), "an administrator"),
    **dict.fromkeys(("database", "keys", "log"), "whoever runs the installation"),
    "rulebook": "the policy officers",
    "directory": "whoever keeps the directory",
    "statistics": "a statistician",
    "event": "the oversight body",
}
"""Whom to ask about a denial, by the subject of the verb; what is not named here belongs to a case."""


def subject_of(verb: str) -> str:
    """Return what a verb is about.

    >>> subject_of("webhook:create")
    'webhook'
    """
    return verb.partition(":")[0]


def _denial(why: str | None, about: Resource, *, verb: str, **said: str) -> NrmError:
    if why == "other_organisation":
        return OtherReferralError() if isinstance(about, Referral) else OtherOrganisationError()
    known: Why = next((one for one in _SAID if one == why), "policy_failed")
    return NotPermittedError(known, _SAID[known].format(verb=verb, **said), subject_of(verb))


class NotPermittedError(DeniedError):
    """The asker may not do this; `why` is the word that the log has for the reason, `subject` what it is about."""

    def __init__(self, why: Why, what: str, subject: str = "case") -> None:
        self.why = why
        todo = f"the denial is on the log; ask {WHOM.get(subject, _KEEPER)}"
        super().__init__(Problem(subject, 0, what, todo))


class OtherOrganisationError(NoSuchCaseError):
    """The case is kept by another organisation: the log says so, the asker hears what is said where there is none."""
