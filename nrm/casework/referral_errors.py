"""Errors of the use cases of referral. None names a person, a case or a service."""

from __future__ import annotations

from typing import Literal

from nrm.casework.errors import CaseworkError
from nrm.errors import Problem


class NoSuchReferralError(CaseworkError):
    """There is no such referral; the same is said of one that the asker may not know of."""

    def __init__(self) -> None:
        super().__init__(Problem("referral", 0, "there is no such referral", "check the identifier"))


class OtherReferralError(NoSuchReferralError):
    """It is another service's or organisation's: the log says so, the asker hears what is said where there is none."""


class NotOfferedError(CaseworkError):
    """The plan does not offer that, so nobody can be asked for it."""

    def __init__(self, code: str) -> None:
        what = f"the plan of today does not give `{code}`"
        super().__init__(Problem("referral", 0, what, "`nrm case decide` shows what it gives"))


class AlreadyReferredError(CaseworkError):
    """Another referral for the same offer is under way: there are never two at once."""

    def __init__(self, offer: str) -> None:
        what = f"a referral for `{offer}` is under way"
        super().__init__(Problem("referral", 0, what, "wait for its answer, or revoke it first"))


class NotFittingError(CaseworkError):
    """The service that was named cannot be asked: requirements that it is known not to meet."""

    def __init__(self, criteria: tuple[str, ...]) -> None:
        named = ", ".join(f"`{one}`" for one in criteria)
        what = f"the service is known not to fit: {named}"
        super().__init__(Problem("referral", 0, what, "`nrm match` shows those that do"))


class NoSuchServiceError(CaseworkError):
    """The directory has no such service, or it is no recipient of that kind."""

    def __init__(self, what: str = "the directory has no such service") -> None:
        super().__init__(Problem("--to", 0, what, "`nrm directory list` shows the services"))


class RefusedByPersonError(CaseworkError):
    """This help is not wanted; nobody is asked for it until the person says otherwise.

    `by` is whose word it was (`nrm.referral.voice.standing_word`).
    """

    def __init__(self, offer: str, by: Literal["self", "guardian"] = "self") -> None:
        what = f"the person said that they do not want `{offer}`"
        todo = "ask them again; `nrm consent want` notes a change of mind"
        if by == "guardian":
            what = f"a guardian said that `{offer}` is not wanted"
            todo = "ask the child alone, whose own word counts; `nrm consent want` notes it"
        super().__init__(Problem("referral", 0, what, todo))
