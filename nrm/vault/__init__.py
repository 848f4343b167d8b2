"""Bytes sealed so that only this keyring opens them, and only in the place they were sealed for.

The package knows bytes and not cases. `envelope` seals one group of one record with the record's data key; `keyring`
wraps data keys with a key-encryption key (KEK) that a provider holds: `keys_file` in a file opened by a passphrase,
`keys_pkcs11` in a hardware token. `bulk` opens many packed facts; `blind_index` finds equal identifiers unopened.

Not promised: Python cannot wipe memory. Whoever reads the memory of a running process reads its keys.
"""

from nrm.vault.blind_index import BlindIndex
from nrm.vault.bulk import open_many
from nrm.vault.envelope import DataKey, Place, new_data_key, open_sealed, seal
from nrm.vault.errors import VaultError
from nrm.vault.keyring import KeyProvider, Keyring

__all__ = [
    "BlindIndex",
    "DataKey",
    "KeyProvider",
    "Keyring",
    "Place",
    "VaultError",
    "new_data_key",
    "open_many",
    "open_sealed",
    "seal",
]
