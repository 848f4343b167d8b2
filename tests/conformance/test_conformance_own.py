"""Our own verifier on the logs that the programs of others are given too: the same verdicts, with the reason."""

from __future__ import annotations

import pytest
from audit_logs import FAULTS, ORIGIN, SIGNER

from nrm.audit.errors import LogError
from nrm.audit.note import Verifier
from nrm.audit.seen import read_seen
from nrm.audit.source import open_source
from nrm.audit.verify import verify

REASONS = {
    "a flipped bit in an entry": "is not the hash of entry",
    "a flipped bit in the length of an entry": "tile/entries/000",
    "a flipped bit in a tile of leaf hashes": "hash 24 (byte 768) is not the hash of entry 280",
    "a flipped bit in the topmost tile": "hash 0 (byte 0) is not the root of `tile/1/000`",
    "a flipped bit in the checkpoint": "the signature of `example.org/log` is false",
    "an altered signature": "the signature of `example.org/log` is false",
    "a dropped entry": "the bundle holds 255 entries and not 256, from entry 512 on",
    "two swapped entries": "hash 0 (byte 0) is not the hash of entry 512, and 1 more behind it",
    "a dropped entry in tiles that fit each other": "lead to another root",
    "a missing tile": "tile/0/000: the file cannot be had",
    "a rewritten history": "history was rewritten: the log does not begin with the 100000 entries",
    "a second history of the same size": "this is a second history: the log signed another root for the same 100000",
    "entries taken back": "the log has 99990 entries, and 100000 were seen before",
}


def verified(log, seen=None):
    verifier = Verifier(SIGNER.vkey)
    last_seen = read_seen(seen, verifier, ORIGIN).checkpoint if seen else None
    with open_source(str(log)) as source:
        return verify(source, verifier, last_seen=last_seen)


def test_the_sound_log_is_verified(histories):
    assert verified(histories.sound).checkpoint.size == 100_000


def test_the_sound_log_is_verified_against_an_earlier_checkpoint(histories):
    assert verified(histories.sound, histories.shortened / "checkpoint").seen_size == 99_990


@pytest.mark.parametrize("name", FAULTS)
def test_a_false_log_is_refused_with_its_reason(name, histories, tmp_path):
    false = FAULTS[name](histories, tmp_path / "log")
    with pytest.raises(LogError) as refused:
        verified(false.directory, false.seen)
    assert REASONS[name] in str(refused.value)
