"""Key stores for tests: a passphrase that costs nothing to guess, which the program itself refuses."""

import json
from datetime import UTC, datetime
from hashlib import sha256

from nrm.vault.keys_file import create_keys, open_keys
from nrm.vault.passphrase import Cost, Passphrase

FAST = Cost(passes=1, memory_kib=8, lanes=1)
WORDS = "a passphrase of the tests"
PASSPHRASE = Passphrase(WORDS)
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def made_keys(path):
    """Make a key file and return its provider."""
    return create_keys(path, PASSPHRASE, AT, FAST)


def opened_keys(path, passphrase=PASSPHRASE):
    """Open a key file that `made_keys` made."""
    return open_keys(path, passphrase, FAST)


def rewritten(path, change):
    """Alter a key file as somebody would who knows the format, digest and all, but not the passphrase."""
    document = json.loads(path.read_text())
    document.pop("digest")
    change(document)
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    path.write_text(json.dumps({**document, "digest": sha256(canonical).hexdigest()}))
