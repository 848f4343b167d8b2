"""AES-256 keys that live in a hardware token and work there, through PKCS#11.

Mechanism: CKM_AES_GCM, PKCS#11 2.40 section 2.12
(https://docs.oasis-open.org/pkcs11/pkcs11-curr/v2.40/os/pkcs11-curr-v2.40-os.html). A token that insists on choosing
the nonce itself does not fit.

A process logs in once to a token: a second session shares the login, whatever PIN it gives, and the login ends when a
session that logged in is closed. Begin after `fork`, never before: most modules do not survive it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from os import urandom
from typing import TYPE_CHECKING, Any

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, MechanismFlag, ObjectClass

from nrm.errors import Problem
from nrm.vault.aead import AROUND, NONCE_BYTES
from nrm.vault.errors import (
    KeyLostError,
    KeyStoreRefusedError,
    TamperedError,
    TruncatedError,
    VaultError,
    WrongPassphraseError,
    of_vault,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Token:
    """Where a token is: the module of its maker, its label, and the PIN, which is shown nowhere."""

    module: str
    label: str
    pin: str = field(repr=False)


class TokenCipher:
    """A key that stays in the token; seals and opens as `Cipher` does, in the same form."""

    def __init__(self, key: Any) -> None:  # noqa: ANN401 - the library's key classes are composed at run time
        self._key = key

    def seal(self, plaintext: bytes, bound_to: bytes) -> bytes:
        """Return `plaintext` sealed and bound to clear bytes.

        Raises:
            KeyLostError: the key is no longer in the token.
            KeyStoreRefusedError: the token does not do it.
        """
        nonce = urandom(NONCE_BYTES)
        with _told():
            sealed: bytes = self._key.encrypt(
                plaintext, mechanism=Mechanism.AES_GCM, mechanism_param=GCMParams(nonce, bound_to)
            )
        return nonce + sealed

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Return the plaintext.

        Raises:
            TruncatedError: too short to be a sealed message.
            TamperedError: the tag does not verify.
            KeyLostError, KeyStoreRefusedError: as in `seal`.
        """
        if len(sealed) < AROUND:
            raise TruncatedError(of_vault("sealed bytes are missing", "restore them from a backup"))
        params = GCMParams(sealed[:NONCE_BYTES], bound_to)
        try:
            with _told():
                opened: bytes = self._key.decrypt(
                    sealed[NONCE_BYTES:], mechanism=Mechanism.AES_GCM, mechanism_param=params
                )
        # SoftHSM says "general error" for a tag that does not verify; others say what they mean.
        except _TAG_FAULTS:
            problem = of_vault("the token could not verify sealed bytes", "restore them from a backup")
            raise TamperedError(problem) from None
        return opened


class TokenSession:
    """A session with a token, in which its keys are made, found and destroyed by their label."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401 - as above
        self._session = session

    def generate(self, label: str) -> TokenCipher:
        """Make a key that can only seal and open, inside the token.

        Raises:
            KeyStoreRefusedError: the token does not do it.
        """
        with _told():
            return TokenCipher(
                self._session.generate_key(
                    KeyType.AES,
                    256,
                    label=label,
                    store=True,
                    capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                    template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True},
                )
            )

    def find(self, label: str) -> TokenCipher:
        """Return the key of that label.

        Raises:
            KeyLostError: there is none.
        """
        with _told():
            return TokenCipher(self._session.get_key(object_class=ObjectClass.SECRET_KEY, label=label))

    def destroy(self, label: str) -> None:
        """Destroy the key of that label; one that is gone already is no fault."""
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: label}
        with _told():
            for key in list(self._session.get_objects(wanted)):
                key.destroy()

    def close(self) -> None:
        """End the session."""
        with _told():
            self._session.close()


def log_in(token: Token) -> TokenSession:
    """Begin a session.

    Raises:
        WrongPassphraseError: the PIN is wrong.
        KeyStoreRefusedError: the module or the token is not there, or the token refuses.
    """
    try:
        found = pkcs11.lib(token.module).get_token(token_label=token.label)
    except (pkcs11.PKCS11Error, RuntimeError, OSError):
        what = "the token of this label was not found, or the module does not load"
        raise KeyStoreRefusedError(Problem("token", 0, what, "check --pkcs11 and --token")) from None
    try:
        return TokenSession(found.open(rw=True, user_pin=token.pin))
    except pkcs11.UserAlreadyLoggedIn:
        return TokenSession(found.open(rw=True))
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
        todo = "check it: a token locks itself after a few wrong ones"
        raise WrongPassphraseError(Problem("token", 0, "the PIN is wrong", todo)) from None
    except pkcs11.PKCS11Error as error:
        raise _refused(error) from None


_TAG_FAULTS = (pkcs11.GeneralError, pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange)
_KEY_GONE = (pkcs11.NoSuchKey, pkcs11.ObjectHandleInvalid, pkcs11.KeyHandleInvalid)


@contextmanager
def _told() -> Iterator[None]:
    """Tell faults of the token in our own errors; what may mean a broken tag passes through."""
    try:
        yield
    except _KEY_GONE:
        todo = "use the token that it was made in"
        raise KeyLostError(of_vault("the token no longer holds a key of this keyring", todo)) from None
    except _TAG_FAULTS:
        raise
    except pkcs11.PKCS11Error as error:
        raise _refused(error) from None


def _refused(error: Exception) -> VaultError:
    return KeyStoreRefusedError(Problem("token", 0, f"the token refused: `{type(error).__name__}`", "see its manual"))
