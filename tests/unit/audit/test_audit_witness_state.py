"""What a witness remembers outlives any crash, and is on the disk before a cosignature leaves."""

import errno
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_logs import ORIGIN, SmallLog, cosigner, counted

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.note import parse_note
from nrm.audit.witness import Known, Witness
from nrm.audit.witness_state import StandingWitness, StateRefusedError

LOG = counted(12)
NOW = 1_800_000_000


def standing(folder, *logs, key=None):
    return StandingWitness(Witness(key or cosigner(), [log.verifier for log in logs or (LOG,)]), folder)


def state_file(folder):
    (path,) = folder.glob("*.checkpoint")
    return path


class PowerCutError(BaseException):
    """The machine stops: no handler of ours may run any further."""


@pytest.fixture
def power(monkeypatch):
    """Cut the power at the n-th step of a write, before or after that step was done."""

    def cut_at(step, *, after):
        left = [step]
        for module, name in ((os, "fsync"), (Path, "replace"), (tempfile, "mkstemp")):
            real = getattr(module, name)

            def failing(*arguments, real=real, **more):
                left[0] -= 1
                if left[0] == 0 and not after:
                    raise PowerCutError
                done = real(*arguments, **more)
                if left[0] == 0:
                    raise PowerCutError
                return done

            monkeypatch.setattr(module, name, failing)

    yield cut_at
    monkeypatch.undo()


def test_a_witness_remembers_over_a_restart(tmp_path):
    with standing(tmp_path) as witness:
        assert witness.known(ORIGIN) == Known()
        assert witness.answer(LOG.request(0, 5), NOW).status == 200
    with standing(tmp_path) as witness:
        assert witness.known(ORIGIN) == Known(5, LOG.root(5), NOW)
        assert witness.answer(LOG.request(0, 5), NOW).body == b"5\n"
        assert witness.answer(LOG.request(5, 9), NOW).status == 200


def test_each_log_has_a_memory_of_its_own(tmp_path):
    other = SmallLog([b"a", b"b"], "../other.example/log")
    with standing(tmp_path, LOG, other) as witness:
        assert witness.answer(LOG.request(0, 5), NOW).status == 200
        assert witness.answer(other.request(0, 2), NOW).status == 200
        assert (witness.known(ORIGIN).size, witness.known(other.origin).size) == (5, 2)
    assert {path.parent for path in tmp_path.rglob("*.checkpoint")} == {tmp_path}


def test_the_proof_of_two_histories_is_kept_and_the_first_one_stays(tmp_path):
    with standing(tmp_path) as witness:
        witness.answer(LOG.request(0, 7), NOW)
        for entry in (b"first", b"second"):
            assert witness.answer(LOG.forked(6, entry).request(0, 7), NOW).status == 409
    (path,) = tmp_path.glob("*.fork")
    assert parse_note(path.read_bytes()) == LOG.forked(6, b"first").note(7)
    assert parse_checkpoint(parse_note(state_file(tmp_path).read_bytes()).text).root == LOG.root(7)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_power_cut_between_write_and_answer_leaves_the_old_state_or_the_new_and_no_cosignature(
    tmp_path, power, monkeypatch, step, after
):
    with standing(tmp_path) as witness:
        assert witness.answer(LOG.request(0, 5), NOW).status == 200
    witness = standing(tmp_path)
    power(step, after=after)
    with pytest.raises(PowerCutError):
        witness.answer(LOG.request(5, 7), NOW)
    monkeypatch.undo()
    witness.close()
    with standing(tmp_path) as witness:
        known = witness.known(ORIGIN)
        assert known.size in (5, 7)
        assert known.root == LOG.root(known.size)
        assert witness.answer(LOG.forked(4, b"x", b"y", b"z").request(5, 7), NOW).status in (409, 422)
        assert witness.answer(LOG.request(known.size, 7), NOW).status == 200


def test_a_write_takes_exactly_the_four_steps_at_which_the_power_was_cut(tmp_path, power):
    with standing(tmp_path) as witness:
        power(5, after=False)
        assert witness.answer(LOG.request(0, 5), NOW).status == 200


@pytest.mark.parametrize("module", [os])
def test_a_disk_that_is_full_means_no_cosignature_and_the_old_state(tmp_path, monkeypatch, module):
    with standing(tmp_path) as witness:
        witness.answer(LOG.request(0, 5), NOW)

        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(module, "fsync", full)
        with pytest.raises(StateRefusedError, match="cannot be written: no space left on device; mend that"):
            witness.answer(LOG.request(5, 7), NOW)
        monkeypatch.undo()
        assert witness.known(ORIGIN).size == 5
    assert list(tmp_path.glob(".new-*")) == []


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), max_size=12))
def test_over_any_restarts_no_two_roots_of_one_size_are_cosigned(asked):
    fork = LOG.forked(3, *[b"other"] * 9)
    vouched = {}
    with tempfile.TemporaryDirectory() as folder:
        for one, other, forked in asked:
            old, size = sorted([one, other])
            with standing(Path(folder)) as witness:
                log = fork if forked else LOG
                for begin in (old, witness.known(ORIGIN).size):
                    if begin <= size and witness.answer(log.request(begin, size), NOW).status == 200:
                        assert vouched.setdefault(size, log.root(size)) == log.root(size)
                        assert size == max(vouched)


def test_of_many_requests_at_once_one_history_is_cosigned(tmp_path):
    logs = [LOG.forked(2, *[bytes([number])] * 6) for number in range(8)]
    with standing(tmp_path) as witness, ThreadPoolExecutor(8) as pool:
        witness.answer(LOG.request(0, 2), NOW)
        answers = list(pool.map(lambda log: witness.answer(log.request(2, 8), NOW).status, logs))
        assert sorted(answers) == [200] + [409] * 7
        winner = logs[answers.index(200)]
        assert witness.known(ORIGIN) == Known(8, winner.root(8), NOW)


def test_a_second_witness_cannot_work_in_the_same_folder(tmp_path):
    with standing(tmp_path), pytest.raises(StateRefusedError, match="another witness works in this folder"):
        standing(tmp_path)
    standing(tmp_path).close()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda data: data[:0], "no blank line with signature lines"),
        (lambda data: data[: len(data) // 2], "no blank line with signature lines"),
        (lambda data: data.replace(b"\n5\n", b"\n4\n"), "is false"),
        (lambda data: b"\n".join(data.split(b"\n")[:-2]) + b"\n", "does not bear our cosignature"),
    ],
)
def test_a_memory_that_was_altered_is_not_believed_and_nothing_starts(tmp_path, change, fault):
    with standing(tmp_path) as witness:
        witness.answer(LOG.request(0, 5), NOW)
    path = state_file(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(StateRefusedError, match=fault) as caught:
        standing(tmp_path)
    assert all(problem.todo for problem in caught.value.problems)
    path.unlink()
    standing(tmp_path).close()  # the lock was given back


def test_the_memory_of_another_key_is_not_believed(tmp_path):
    with standing(tmp_path) as witness:
        witness.answer(LOG.request(0, 5), NOW)
    with pytest.raises(StateRefusedError, match="does not bear our cosignature"):
        standing(tmp_path, key=cosigner(seed=8))


def test_the_file_of_one_log_does_not_pass_for_that_of_another(tmp_path):
    other = SmallLog([b"a", b"b"], "other.example/log")
    with standing(tmp_path, other) as witness:
        witness.answer(other.request(0, 2), NOW)
    misplaced = state_file(tmp_path).read_bytes()
    state_file(tmp_path).unlink()
    with standing(tmp_path) as witness:
        witness.answer(LOG.request(0, 5), NOW)
    state_file(tmp_path).write_bytes(misplaced)
    with pytest.raises(StateRefusedError, match="the file is of another log than its name says"):
        standing(tmp_path)


def test_a_memory_that_is_spoiled_while_the_witness_runs_stops_it_from_cosigning(tmp_path):
    with standing(tmp_path) as witness:
        witness.answer(LOG.request(0, 5), NOW)
        state_file(tmp_path).write_bytes(b"")
        with pytest.raises(StateRefusedError):
            witness.answer(LOG.request(0, 5), NOW)


def test_a_folder_that_cannot_be_used_is_said_to_be_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StateRefusedError, match="the witness's memory cannot be used: "):
        standing(tmp_path / "file" / "state")
