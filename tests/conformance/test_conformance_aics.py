"""The Python package `aics-tlog`, written by others, judges our logs; it needs Python 3.12."""

from __future__ import annotations

import importlib.util

import pytest
from audit_logs import FAULTS, ORIGIN, SIGNER

PRESENT = importlib.util.find_spec("aics_tlog") is not None

pytestmark = pytest.mark.skipif(
    not PRESENT, reason="NOT CHECKED BY aics-tlog: the package is not installed (it needs Python 3.12)"
)


def judge(log, seen=None):
    import aics_tlog as aics  # noqa: PLC0415 - absent on Python 3.11

    def head(path):
        note = aics.parse_note(path.read_bytes())
        result = aics.verify_checkpoint(note, aics.parse_vkey(SIGNER.vkey), expected_origin=ORIGIN)
        if not result.ok:
            raise ValueError(result.error)
        return aics.parse_checkpoint(note.text)

    reader = aics.FileSystemTileReader(log)
    now = head(log / "checkpoint")
    report = aics.audit_tiles(reader, now.size, now.root)
    if seen:
        old = head(seen)
        proof = aics.consistency_proof_from_tiles(reader, old.size, now.size)
        if not aics.verify_consistency(old.size, now.size, old.root, now.root, proof):
            raise ValueError("inconsistent")
    return report


def test_aics_tlog_verifies_our_log(histories):
    assert judge(histories.sound, histories.shortened / "checkpoint").size == 100_000


@pytest.mark.parametrize("name", FAULTS)
def test_aics_tlog_refuses_a_false_log(name, histories, tmp_path):
    false = FAULTS[name](histories, tmp_path / "log")
    with pytest.raises((ValueError, OSError)):
        judge(false.directory, false.seen)
