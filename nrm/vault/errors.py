"""What can go wrong with sealed bytes and keys.

INVARIANT (nothing half-decrypted): every one of these means that no plaintext left the vault. None of them carries
plaintext, a key, a passphrase or a case id: a case id is a pseudonym, and errors end in logs.
"""

from __future__ import annotations

from nrm.errors import NrmError, Problem

VAULT = "vault"
"""What a problem names as its file when no file is at fault."""


class VaultError(NrmError):
    """The root of the errors of this package."""


class TruncatedError(VaultError):
    """Bytes are missing at the end."""


class TamperedError(VaultError):
    """The bytes are not those that were sealed: damaged, altered, or with something added."""


class MisplacedError(VaultError):
    """Whole sealed bytes, but those of another record, group or version."""


class WrongKeyringError(VaultError):
    """The key was wrapped by another keyring."""


class KeyLostError(VaultError):
    """The epoch that wrapped the key was destroyed, or never was in this keyring; says which epoch."""


class KeyWornOutError(VaultError):
    """The key has sealed as many messages as is safe."""


class WrongPassphraseError(VaultError):
    """The passphrase does not open the key file."""


class KeyStoreRefusedError(VaultError):
    """A key file or token cannot be used as it is: missing, open to others, not ours, or asked for what it forbids."""


class KeyStoreBusyError(VaultError):
    """Another process is changing the key file; nothing was changed."""


class UnknownSecretError(VaultError):
    """The key store holds no secret of that name."""


class NotIndexedError(VaultError):
    """The value must not, or cannot, have a blind index. Never holds the value."""


def of_vault(what: str, todo: str = "") -> Problem:
    """Make a problem of the vault as a whole."""
    return Problem(VAULT, 0, what, todo)
