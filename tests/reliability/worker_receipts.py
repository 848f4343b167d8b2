"""What the receiver of `test_reliability_worker.py` answers: a reply, signed by the service that the package is for.

It runs in the receiver's process, which is started often: so it imports little. The file with the keys is named by the
environment (`NRM_TEST_KEYS`).
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from nrm.referral.package import read_package
from nrm.referral.package_errors import PackageError
from nrm.referral.reply import Reply, sign_reply
from nrm.referral.sshsig import SshSigner

KEYS_FILE = "NRM_TEST_KEYS"


def receipt(message, body):
    """Say that the package is there, signed; of a revocation nothing is said."""
    signers, keys = _keys()
    for identity, seed in keys:
        try:
            header = read_package(body, identity, signers).header
        except PackageError:
            continue
        if header.kind != "referral":
            return b""
        reply = Reply(referral=header.referral, message=UUID(message), verb="receive", at=header.sent_at, nonce=uuid4())
        return sign_reply(reply, SshSigner(seed))
    raise AssertionError("a package came that no service here can open")


@cache
def _keys():
    said = json.loads(Path(os.environ[KEYS_FILE]).read_text())
    return [said["mechanism"]], [(identity, bytes.fromhex(seed)) for identity, seed in said["keys"]]
