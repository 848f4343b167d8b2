"""Small logs in memory, for whoever has to sign, prove, fork or witness one."""

from nrm.audit.checkpoint import Checkpoint, signed
from nrm.audit.cosignature import Cosigner
from nrm.audit.merkle_proof import consistency_proof
from nrm.audit.note import Signer, Verifier
from nrm.audit.tree import leaf_hash, root_of
from nrm.audit.witness import request_body

ORIGIN = "example.org/log"
WITNESS = "rapporteur.example/w1"


def cosigner(name=WITNESS, seed=7):
    return Cosigner(name, bytes([seed]) * 32)


class SmallLog:
    """A log that can sign a checkpoint of any of its sizes, and prove growth between any two."""

    def __init__(self, entries=(), origin=ORIGIN, seed=1):
        self.entries = list(entries)
        self.origin = origin
        self.seed = seed
        self.signer = Signer(origin, bytes([seed]) * 32)
        self.verifier = Verifier(self.signer.vkey)

    def forked(self, size, *entries):
        """The same log with the same key, but another history from entry `size` on."""
        return SmallLog([*self.entries[:size], *entries], self.origin, self.seed)

    def root(self, size):
        return root_of([leaf_hash(entry) for entry in self.entries[:size]])

    def note(self, size):
        assert size <= len(self.entries)
        return signed(Checkpoint(self.origin, size, self.root(size)), self.signer)

    def proof(self, old, size):
        return consistency_proof(old, size, self._subtree)

    def request(self, old, size):
        """The honest request to cosign the first `size` entries, for a witness that knows `old`."""
        return request_body(old, self.proof(old, size), self.note(size))

    def _subtree(self, level, index):
        return root_of([leaf_hash(entry) for entry in self.entries[index << level : (index + 1) << level]])


def counted(count, mark=b"entry"):
    return SmallLog([mark + str(number).encode() for number in range(count)])
