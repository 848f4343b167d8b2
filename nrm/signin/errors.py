"""What can be wrong with what somebody proves themselves by. None of these carries a name, an address or a secret."""

from __future__ import annotations

from nrm.errors import NrmError, Problem


class SignInError(NrmError):
    """The root of the errors of this package."""


class PasswordRefusedError(SignInError):
    """A new password is too easy to guess, or too long to be one."""


class NotProvedError(SignInError):
    """What was given proves nothing: a wrong code, a bad signature, an answer to another question."""


class ProviderError(SignInError):
    """A provider of identity cannot be reached, or says what it must not say."""


class KeysRefusedError(SignInError):
    """The public keys of a client cannot be used."""


def not_proved(what: str, todo: str = "begin again") -> NotProvedError:
    """Return the error that says why something proves nothing."""
    return NotProvedError(Problem("sign-in", 0, what, todo))
