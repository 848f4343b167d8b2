"""The audit log: an append-only Merkle tree that anybody with the log's public key can check.

Knows bytes and not cases. Formats are public: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and
tlog-proof (https://c2sp.org) over the Merkle tree of RFC 6962 §2.1.
"""
