"""Witnesses see a log now and then while it grows: what they saw counts, for a day, and only where the log holds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from audit_logs import ORIGIN, SIGNER, MemorySource, entry
from hypothesis import given
from hypothesis import strategies as st
from small_logs import cosigner

from nrm.audit.checkpoint import Checkpoint, signed
from nrm.audit.errors import LogRefusedError, NoteRefusedError
from nrm.audit.note import Signer, Verifier, parse_note
from nrm.audit.policy_file import parse_policy
from nrm.audit.verify import verify
from nrm.audit.witnessed import LONGEST_WAIT

VERIFIER = Verifier(SIGNER.vkey)
OTHER = Signer("example.org/other", bytes(32))
ONE, TWO = cosigner("one.example/w", 21), cosigner("two.example/w", 22)
AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NOW = AT + timedelta(hours=1)
LOGS = {size: MemorySource.of(map(entry, range(size))) for size in (0, 1, 255, 256, 257, 300, 600)}
MET = ("`one` has cosigned", "the quorum `one` is met")


def policy(quorum="one", logs=(VERIFIER.vkey, OTHER.vkey)):
    lines = [*(f"log {log}" for log in logs), f"witness one {ONE.vkey}", f"witness two {TWO.vkey}"]
    return parse_policy("\n".join([*lines, "group both all one two", f"quorum {quorum}", ""]).encode())


def cosigned(note, *keys, at=AT):
    return bytes(note.with_signatures(*(key.cosign(note.text, int(at.timestamp())) for key in keys)))


def log(size, kept, *keys, at=AT):
    """The log of `size` entries, of which `keys` have cosigned the first `kept`."""
    note = parse_note(LOGS[kept].read("checkpoint"))
    return MemorySource({**LOGS[size].files, "checkpoint.cosigned": cosigned(note, *keys, at=at)})


def seen(source, trusted=None, **options):
    return verify(source, VERIFIER, policy=trusted or policy(), now=NOW, **options)


def faults(source, trusted=None, **options):
    with pytest.raises(LogRefusedError) as refused:
        seen(source, trusted, **options)
    return [problem.what for problem in refused.value.problems]


@given(st.sampled_from(sorted(LOGS)), st.sampled_from(sorted(LOGS)))
def test_what_witnesses_cosigned_counts_as_far_as_they_saw_it(size, kept):
    if kept > size:
        assert faults(log(size, kept, ONE)) == [f"witnesses have cosigned {kept} entries, and the log has {size}"]
        return
    found = seen(log(size, kept, ONE))
    assert (found.checkpoint.size, found.witnessed.checkpoint.size) == (size, kept)
    assert found.witnessed.since == AT
    assert {*MET} < {*found.witnessed.verdict.reasons}


def test_the_newest_checkpoint_counts_when_enough_have_cosigned_it():
    note = parse_note(LOGS[600].read("checkpoint"))
    late = datetime(2020, 1, 1, tzinfo=UTC)
    source = MemorySource({**log(600, 300, ONE).files, "checkpoint": cosigned(note, ONE, at=late)})
    found = seen(source)
    assert (found.witnessed.checkpoint.size, found.witnessed.since) == (600, late), "nothing newer waits for anybody"


@pytest.mark.parametrize("keys", [(), (TWO,)])
def test_too_few_are_too_few_in_both_places(keys):
    (fault,) = faults(log(600, 300, *keys))
    assert fault.startswith("too few witnesses have cosigned this checkpoint: `one` has not cosigned")
    (fault,) = faults(log(600, 300, ONE), policy("both"))
    assert "1 of 2 have cosigned, 2 must" not in fault, "the newest is what is told of, which nobody has cosigned"


def test_two_halves_of_a_quorum_on_two_checkpoints_are_none():
    note = parse_note(LOGS[600].read("checkpoint"))
    source = MemorySource({**log(600, 300, ONE).files, "checkpoint": cosigned(note, TWO)})
    assert "too few witnesses" in faults(source, policy("both"))[0]


@pytest.mark.parametrize(("beyond", "sound"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_new_entries_wait_for_witnesses_no_longer_than_a_day(beyond, sound):
    when = NOW - LONGEST_WAIT - beyond
    if sound:
        assert seen(log(600, 300, ONE, at=when)).witnessed.since == when
    else:
        assert faults(log(600, 300, ONE, at=when)) == [
            f"300 newer entries wait for the witnesses, who cosigned last at {when}"
        ]
    assert seen(log(300, 300, ONE, at=when)).witnessed.since == when, "a log that stands still waits for nobody"


def test_a_quorum_is_as_old_as_the_oldest_signature_that_it_takes():
    note = parse_note(LOGS[300].read("checkpoint"))
    old = NOW - LONGEST_WAIT - timedelta(hours=1)
    both = parse_note(cosigned(note, ONE, at=old))
    source = MemorySource({**LOGS[600].files, "checkpoint.cosigned": cosigned(both, TWO, at=NOW)})
    assert "300 newer entries wait" in faults(source, policy("both"))[0]
    assert seen(source, policy("two")).witnessed.since == NOW


@pytest.mark.parametrize("time", [(1 << 63) - 1, 1 << 60, int((NOW + LONGEST_WAIT).timestamp()) + 1])
def test_a_time_that_no_clock_shows_yet_does_not_make_a_cosignature_young(time):
    note = parse_note(LOGS[300].read("checkpoint"))
    ahead = bytes(note.with_signatures(ONE.cosign(note.text, time)))
    (fault,) = faults(MemorySource({**LOGS[600].files, "checkpoint.cosigned": ahead}))
    assert fault.startswith("300 newer entries wait for the witnesses")


@pytest.mark.parametrize("size", [300, 600])
def test_a_log_that_does_not_begin_with_what_was_cosigned_is_evidence(size):
    forked = signed(Checkpoint(ORIGIN, 300, bytes(32)), SIGNER)
    source = MemorySource({**LOGS[size].files, "checkpoint.cosigned": cosigned(forked, ONE)})
    assert faults(source) == ["the log does not begin with the 300 entries that witnesses have cosigned"]


def test_an_altered_entry_is_told_as_that_and_not_as_a_second_history():
    whole = log(600, 300, ONE)
    bundle = whole.files["tile/entries/000"].replace(b"opened", b"closed", 1)
    found = faults(MemorySource({**whole.files, "tile/entries/000": bundle}))
    assert any("is not the hash of entry 0" in fault for fault in found)
    assert not any("do not begin" in fault or "does not begin" in fault for fault in found)


def test_what_witnesses_said_of_another_log_does_not_count():
    note = signed(Checkpoint(OTHER.name, 300, parse_root(300)), OTHER)
    source = MemorySource({**LOGS[600].files, "checkpoint.cosigned": cosigned(note, ONE)})
    assert faults(source) == [f"witnesses cosigned the log `{OTHER.name}`, and this is `{ORIGIN}`"]


def parse_root(size):
    return verify(LOGS[size], VERIFIER).checkpoint.root


@pytest.mark.parametrize("alter", [lambda data: data[:-3] + b"A=\n", lambda data: data.replace(b"\n300\n", b"\n299\n")])
def test_what_is_said_to_be_cosigned_and_is_not_is_refused(alter):
    whole = log(600, 300, ONE)
    kept = alter(whole.files["checkpoint.cosigned"])
    with pytest.raises(NoteRefusedError):
        seen(MemorySource({**whole.files, "checkpoint.cosigned": kept}))


def test_who_asks_for_no_witness_is_told_nothing_of_them():
    whole = log(600, 300, ONE)
    assert verify(MemorySource({**whole.files, "checkpoint.cosigned": b"?"}), VERIFIER).witnessed is None
    found = seen(whole, policy("none"))
    assert (found.witnessed.checkpoint.size, found.witnessed.since) == (600, None)


def test_both_what_was_seen_and_what_was_cosigned_are_compared():
    last = verify(LOGS[257], VERIFIER).checkpoint
    assert seen(log(600, 300, ONE), last_seen=last).seen_size == 257
    (fault,) = faults(log(600, 300, ONE), last_seen=Checkpoint(ORIGIN, 257, bytes(32)))
    assert fault.startswith("history was rewritten")
