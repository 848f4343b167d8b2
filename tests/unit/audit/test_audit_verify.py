from __future__ import annotations

import pytest
from audit_logs import ORIGIN, SIGNER, MemorySource, entry
from hypothesis import example, given
from hypothesis import strategies as st

from nrm.audit.checkpoint import Checkpoint, parse_checkpoint, signed
from nrm.audit.cosignature import CosignatureVerifier, Cosigner
from nrm.audit.errors import CheckpointRefusedError, LogError, LogRefusedError, TileMissingError
from nrm.audit.note import Note, Signer, Verifier, parse_note
from nrm.audit.policy import Policy, TrustedLog, TrustedWitness
from nrm.audit.tiles import pack_bundle, split_bundle
from nrm.audit.tree import EMPTY_ROOT
from nrm.audit.verify import MOST_FAULTS, verify

VERIFIER = Verifier(SIGNER.vkey)
LOG = MemorySource.of(map(entry, range(700)))
SIZES = (0, 1, 255, 256, 257, 511, 512, 700)
LOGS = {size: MemorySource.of(map(entry, range(size))) for size in SIZES}


def head(log):
    return parse_checkpoint(parse_note(log.read("checkpoint")).text)


def faults(log, **options):
    with pytest.raises(LogRefusedError) as refused:
        verify(log, VERIFIER, **options)
    return [str(problem) for problem in refused.value.problems]


def changed(**files):
    return MemorySource({**LOG.files, **files})


def flipped(data, bit):
    altered = bytearray(data)
    altered[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(altered)


@pytest.mark.parametrize("size", SIZES)
def test_a_sound_log_is_verified(size):
    assert verify(LOGS[size], VERIFIER).checkpoint == head(LOGS[size])


@given(st.integers(0, 600))
def test_a_log_of_any_size_is_verified(size):
    assert verify(MemorySource.of(map(entry, range(size))), VERIFIER).checkpoint.size == size


@pytest.mark.parametrize("new", SIZES)
@pytest.mark.parametrize("old", SIZES)
def test_a_log_is_verified_against_any_earlier_size_and_refused_against_any_later(old, new):
    if old <= new:
        assert verify(LOGS[new], VERIFIER, last_seen=head(LOGS[old])).seen_size == old
    else:
        (fault,) = faults(LOGS[new], last_seen=head(LOGS[old]))
        assert f"memory/checkpoint:2: the log has {new} entries, and {old} were seen before" in fault


@given(st.sampled_from(sorted(LOG.files)), st.integers(min_value=0))
def test_one_flipped_bit_anywhere_is_refused(path, bit):
    with pytest.raises(LogError):
        verify(changed(**{path: flipped(LOG.files[path], bit)}), VERIFIER)


@given(st.sampled_from(sorted(LOG.files)), st.integers(1, 60))
def test_a_file_that_is_cut_or_longer_is_refused(path, count):
    for data in (LOG.files[path][:-count], LOG.files[path] + bytes(count)):
        with pytest.raises(LogError):
            verify(changed(**{path: data}), VERIFIER)


@given(st.sampled_from(sorted(LOG.files)))
def test_a_missing_file_is_refused_and_named(path):
    with pytest.raises(LogError, match=path.replace(".", r"\.")):
        verify(MemorySource({other: data for other, data in LOG.files.items() if other != path}), VERIFIER)


@given(st.integers(1, 700), st.integers(min_value=0))
@example(700, 5)
@example(1, 0)
def test_a_history_with_one_entry_changed_is_refused_by_whoever_saw_the_first(seen_size, at):
    seen = head(MemorySource.of(map(entry, range(seen_size))))
    other = MemorySource.of(entry(-1) if index == at % seen_size else entry(index) for index in range(700))
    told = "this is a second history" if seen_size == 700 else "history was rewritten"
    (fault,) = faults(other, last_seen=seen)
    assert f"memory/checkpoint:3: {told}" in fault


def test_the_log_key_alone_cannot_make_a_false_root_pass():
    note = signed(Checkpoint(ORIGIN, 700, bytes(32)), SIGNER)
    (fault,) = faults(changed(checkpoint=bytes(note)))
    assert "entries and tiles lead to another root than the checkpoint of 700 entries names" in fault


def test_an_empty_log_has_the_one_empty_root():
    (fault,) = faults(MemorySource({"checkpoint": bytes(signed(Checkpoint(ORIGIN, 0, bytes(32)), SIGNER))}))
    assert "lead to another root" in fault
    assert verify(LOGS[0], VERIFIER, last_seen=Checkpoint(ORIGIN, 0, EMPTY_ROOT)).checkpoint.size == 0


def test_an_altered_entry_is_named_once():
    entries = split_bundle(LOG.files["tile/entries/001"])
    bundle = pack_bundle([*entries[:44], b"altered", *entries[45:]])
    (fault,) = faults(changed(**{"tile/entries/001": bundle}))
    assert fault.startswith("memory/tile/0/001: hash 44 (byte 1408) is not the hash of entry 300; fetch the file again")


def test_all_faults_are_named_and_not_only_the_first():
    files = {path: flipped(LOG.files[path], 9000) for path in ("tile/0/000", "tile/0/001")}
    named = faults(changed(**files, **{"tile/entries/002.p/188": b""}))
    assert [fault.split(":")[0] for fault in named] == [
        "memory/tile/0/000",
        "memory/tile/0/001",
        "memory/tile/1/000.p/2",
        "memory/tile/entries/002.p/188",
    ]
    assert "hash 0 (byte 0) is not the root of `tile/0/000`, and 1 more behind it" in named[2]
    assert "the bundle holds 0 entries and not 188, from entry 512 on" in named[3]


def test_a_log_that_is_false_everywhere_is_not_read_to_its_end():
    count = 256 * (MOST_FAULTS + 5)
    log = MemorySource.of(map(entry, range(count)))
    log.files.update({path: flipped(data, 0) for path, data in log.files.items() if path.startswith("tile/0/")})
    done = []
    assert len(faults(log, progress=done.append)) == MOST_FAULTS
    assert done[-1] < count


def test_what_was_found_before_the_walk_ended_is_not_lost():
    log = changed(**{"tile/0/000": flipped(LOG.files["tile/0/000"], 0)})
    del log.files["tile/entries/001"], log.files["tile/0/001"]
    assert [fault.split(": ")[0] for fault in faults(log)] == [
        "memory/tile/0/000",
        "tile/0/001",
        "tile/entries/001",
    ]


@given(st.integers(100, 700), st.sampled_from(["tile/entries/000", "tile/0/000", "tile/1/000.p/2"]))
def test_a_fault_in_a_file_is_never_told_as_a_rewritten_history(seen_size, path):
    seen = head(MemorySource.of(map(entry, range(seen_size))))
    named = faults(changed(**{path: flipped(LOG.files[path], 99)}), last_seen=seen)
    assert any(fault.startswith(("memory/tile/0/000: ", "memory/tile/1/000.p/2: ")) for fault in named)
    assert not any("rewritten" in fault for fault in named)


def test_a_log_that_has_faults_is_not_said_to_be_the_one_that_was_seen():
    log = changed(**{"tile/entries/000": flipped(LOG.files["tile/entries/000"], 99)})
    named = faults(log, last_seen=head(MemorySource.of(map(entry, range(100)))))
    assert "because of its other faults the log cannot be compared with the 100 entries seen before" in named[0]


def test_a_last_seen_checkpoint_of_another_log_is_refused():
    named = faults(LOG, last_seen=Checkpoint("other.example/log", 0, EMPTY_ROOT))
    assert "memory/checkpoint:1: what was seen last is of the log `other.example/log`" in named[0]


def test_a_log_under_another_name_than_its_key_is_verified_only_when_we_expect_it():
    text = Checkpoint("renamed.example/log", 700, head(LOG).root).text()
    log = changed(checkpoint=bytes(Note(text, (SIGNER.sign(text),))))
    with pytest.raises(CheckpointRefusedError, match=r"a checkpoint of `renamed\.example/log` and not of"):
        verify(log, VERIFIER)
    assert verify(log, VERIFIER, origin="renamed.example/log").checkpoint.size == 700


def test_a_log_that_another_key_signed_is_refused():
    with pytest.raises(LogError, match="no signature of the key"):
        verify(LOG, Verifier(Signer(ORIGIN, bytes(32)).vkey))


def test_a_log_without_checkpoint_is_refused():
    with pytest.raises(TileMissingError, match="checkpoint"):
        verify(MemorySource(), VERIFIER)


def test_progress_is_told_up_to_the_last_entry():
    done = []
    verify(LOG, VERIFIER, progress=done.append)
    assert done == [256, 512, 700]


def test_the_witnesses_that_the_policy_demands_must_have_cosigned():
    cosigner = Cosigner("witness.example/w1", bytes(32))
    witness = TrustedWitness("w1", CosignatureVerifier(cosigner.vkey))
    policy = Policy((TrustedLog(VERIFIER),), (witness,), (), "w1")
    (fault,) = faults(LOG, policy=policy)
    assert "too few witnesses have cosigned this checkpoint: `w1` has not cosigned" in fault
    note = parse_note(LOG.read("checkpoint"))
    cosigned = note.with_signatures(cosigner.cosign(note.text, 1_700_000_000))
    verified = verify(changed(checkpoint=bytes(cosigned)), VERIFIER, policy=policy)
    assert verified.witnessed.verdict.reasons[0] == "`w1` has cosigned"
    assert verified.witnessed.checkpoint.size == 700
