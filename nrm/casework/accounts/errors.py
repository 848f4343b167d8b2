"""Why somebody is not signed in. All that is wrong with what was typed is told alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import CaseworkError, DeniedError
from nrm.errors import Problem

if TYPE_CHECKING:
    from datetime import timedelta

    from nrm.casework.asked import Why

Denial = Literal[
    "wrong_credentials", "too_many_tries", "session_over", "not_signed_in", "same_person", "not_permitted",
    "too_new", "sign_in_again",
]  # fmt: skip

_PLACE = "sign-in"


class SignInDeniedError(NotPermittedError):
    """Somebody is not let in; `why` is the word that the log has for it."""

    def __init__(self, why: Denial, what: str, todo: str) -> None:
        self.why = cast("Why", why)
        DeniedError.__init__(self, Problem(_PLACE, 0, what, todo))


class TooManyTriesError(SignInDeniedError):
    """Too many tries did not succeed; `wait` says how long nothing is tried."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__("too_many_tries", "there were too many tries that did not succeed", "wait, then try again")


class PasswordNeededError(CaseworkError):
    """The password that somebody was given must be replaced by one of their own before they are let in."""

    def __init__(self) -> None:
        what = "the password that you were given is only for the first time"
        super().__init__(Problem(_PLACE, 0, what, "choose one of your own"))


def wrong() -> SignInDeniedError:
    """Return what is said of a wrong name, password, code, key or step: always the same."""
    return SignInDeniedError("wrong_credentials", "the sign-in is not right", "check what you typed and begin again")


def nobody() -> SignInDeniedError:
    """Return what is said of a token that is none of ours."""
    return SignInDeniedError("not_signed_in", "nobody is signed in", "sign in")


def over() -> SignInDeniedError:
    """Return what is said of a session that is over."""
    return SignInDeniedError("session_over", "the session is over", "sign in again")


def same_person() -> SignInDeniedError:
    """Return what is said to whoever would do for themselves what takes another."""
    return SignInDeniedError("same_person", "this takes somebody else", "ask another administrator")


def too_new() -> SignInDeniedError:
    """Return what is said to whoever has not been an administrator for long enough to give others new credentials."""
    what = "new credentials take two administrators who both have had their rights and their sign-in for three days"
    return SignInDeniedError("too_new", what, "ask one who has, or whoever opens the keys on the machine itself")


def sign_in_again() -> SignInDeniedError:
    """Return what is said to whoever signed in too long ago for what they ask."""
    return SignInDeniedError("sign_in_again", "the sign-in is too long ago for this", "sign in again, then do it")
