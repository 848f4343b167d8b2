"""Packages for tests: one mechanism, one service, one referral."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import SimpleNamespace
from uuid import UUID, uuid4

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nrm.referral.archive import write_tar
from nrm.referral.document import referral_json
from nrm.referral.header import Attached, Header, Recipient
from nrm.referral.package import NAMESPACE, open_package, seal_package
from nrm.referral.seen import SeenMessages
from nrm.referral.sshsig import SshSigner

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENDER = "nrm.example.org/log"
SEED = bytes(range(32))
MECHANISM = SshSigner(SEED)
STRANGER = SshSigner(bytes(32))
KNOWN = (f"{SENDER} {MECHANISM.public}",)
RECORD = {
    "contact": {"channels": [{"kind": "own_phone", "address": "+44 20 7946 0000"}]},
    "health": {"pregnant": "yes"},
}


def new_identity():
    """A secret key of age and its recipient, as texts."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


IDENTITY, RECIPIENT = new_identity()
OTHER_IDENTITY, OTHER_RECIPIENT = new_identity()


def header(now=NOW, age=RECIPIENT, **changes):
    return Header(
        **{
            "sender": SENDER,
            "referral": UUID(int=7),
            "message": uuid4(),
            "recipient": Recipient(source="hsds", id="shelter-1", kind="shelter", age=age),
            "offer": "safe_shelter",
            "disclosure": "shelter_needs",
            "purpose": "shelter",
            "basis": "consent",
            "groups": ("contact", "health"),
            "language": "fr",
            "sent_at": now,
            "expires_at": now + timedelta(days=14),
            **changes,
        }
    )


def naming(head, files):
    """Return the head with every attachment among the files named in it, as their sender would."""
    named = [
        Attached(file=name, media="text/plain", size=len(data), sha256=sha256(data).hexdigest(), group=head.groups[0])
        for name, data in files.items()
        if name.startswith("attachments/")
    ]
    return head.model_copy(update={"attachments": tuple(named)}) if named and not head.attachments else head


def package_files(head=None, record=None, **more):
    head = naming(head or header(), more)
    content = (RECORD if head.kind == "referral" else {}) if record is None else record
    return {"referral.json": referral_json(head, content), "plan.txt": "Vous n’êtes pas seule.\n".encode(), **more}


def sealed_package(head=None, signer=MECHANISM, **more):
    head = head or header()
    return seal_package(package_files(head, **more), head.recipient.age, signer)


def sealed_by_hand(inner, signature=None, recipient=RECIPIENT, signer=MECHANISM):
    """A package that our own sealing would refuse to make; `inner` are files, or the bytes of the inner tar."""
    tar = inner if isinstance(inner, bytes) else write_tar(inner)
    armored = signer.sign(tar, NAMESPACE).encode() if signature is None else signature
    return age_sealed(write_tar({"package.tar": tar, "package.tar.sig": armored}), recipient)


def age_sealed(plaintext, recipient=RECIPIENT):
    return pyrage.encrypt(plaintext, [pyrage.x25519.Recipient.from_str(recipient)])


def opened(sealed, identity=IDENTITY, signers=KNOWN, now=NOW, seen=None):
    return open_package(sealed, identity, signers, now, SeenMessages({}) if seen is None else seen)


def write_ssh_key(path, seed=SEED):
    """A private key of OpenSSH, as `ssh-keygen` keeps it."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    return path


def write_age_key(path, identity=IDENTITY):
    path.write_text(f"# a comment, as age-keygen writes them\n{identity}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def stock_tools():
    """Run `age`, `age-keygen`, `ssh-keygen` and `tar` as they are on this machine."""
    missing = [name for name in ("age", "age-keygen", "ssh-keygen", "tar") if shutil.which(name) is None]
    if missing:
        pytest.skip(
            f"PACKAGES WERE NOT TRIED WITH STOCK TOOLS: {', '.join(missing)} (Debian age, openssh-client) missing"
        )

    def run(command, cwd, stdin=b""):
        environment = {"PATH": os.environ["PATH"], "HOME": str(cwd)}
        done = subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, check=False)
        return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr.decode())

    return run
