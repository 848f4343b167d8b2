"""The pages of an encrypted database file and of its write-ahead log in the clear, free pages too.

SQLCipher 4: AES-256-CBC with the raw key, the IV in the first 16 of the 80 reserved bytes of each page; the first 16
bytes of the first page are the salt (https://www.zetetic.net/sqlcipher/design/).
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

PAGE, RESERVED, FRAME, WAL_HEADER = 4096, 80, 24, 32


def pages(path, key):
    """Return the content of all pages of the file and of its write-ahead log, one behind the other."""
    content = path.read_bytes()
    clear = [_decrypted(content[at : at + PAGE], key, first=at == 0) for at in range(0, len(content), PAGE)]
    wal = path.with_name(path.name + "-wal")
    content = wal.read_bytes() if wal.exists() else b""
    # Which page a frame holds stands in its header; only page 1 begins with the salt.
    for at in range(WAL_HEADER, len(content), FRAME + PAGE):
        first = content[at : at + 4] == b"\0\0\0\1"
        clear.append(_decrypted(content[at + FRAME : at + FRAME + PAGE], key, first=first))
    return b"".join(clear)


def _decrypted(page, key, *, first):
    start, end = 16 if first else 0, PAGE - RESERVED
    decryptor = Cipher(AES(key), CBC(page[end : end + 16])).decryptor()
    return decryptor.update(page[start:end]) + decryptor.finalize()
