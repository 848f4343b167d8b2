"""A witness cosigns what only grew, says why not otherwise, and never cosigns two histories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from small_logs import ORIGIN, SmallLog, cosigner, counted

from nrm.audit.checkpoint import Checkpoint, parse_checkpoint, signed
from nrm.audit.cosignature import CosignatureVerifier
from nrm.audit.errors import LogError
from nrm.audit.note import Note, Signer, parse_note
from nrm.audit.tree import EMPTY_ROOT
from nrm.audit.witness import (
    LARGEST_REQUEST,
    MOST_HASHES,
    SIZE_TYPE,
    TEXT_TYPE,
    Known,
    Witness,
    parse_request,
    request_body,
)

LOG = counted(12)
WITNESS = Witness(cosigner(), [LOG.verifier])
NOW = 1_800_000_000


def knowing(log=LOG, size=0, timestamp=0):
    return lambda _origin: Known(size, log.root(size), timestamp)


def ask(body, known=None, now=NOW, witness=WITNESS):
    return witness.answer(body, known or knowing(), now)


def cosigned(answer, text, witness=WITNESS):
    """What the answer vouches for, verified the way a log does it."""
    note = parse_note(text.encode() + b"\n" + answer.body)
    return CosignatureVerifier(witness.cosigner.vkey).check(note)


@given(st.integers(0, 12), st.integers(0, 12))
def test_any_growth_is_cosigned_once_it_is_proved(one, other):
    old, size = sorted([one, other])
    answer = ask(LOG.request(old, size), knowing(size=old))
    assert answer.status == 200
    assert cosigned(answer, LOG.note(size).text).timestamp == NOW
    assert parse_checkpoint(answer.keep.text) == Checkpoint(ORIGIN, size, LOG.root(size))
    assert answer.fork is None


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_whoever_begins_from_another_size_is_told_ours(known, old, size):
    answer = ask(LOG.request(min(old, size), size), knowing(size=known))
    expected = 200 if min(old, size) == known else 409
    assert answer.status == expected
    if expected == 409:
        assert (answer.body, answer.content_type) == (f"{known}\n".encode(), SIZE_TYPE)
        assert (answer.keep, answer.fork) == (None, None)


@given(st.integers(1, 11), st.data())
def test_a_history_that_was_changed_is_never_cosigned(known, data):
    at = data.draw(st.integers(0, known - 1))
    size = data.draw(st.integers(known, 12))
    fork = LOG.forked(at, *[b"other"] * (12 - at))
    answer = ask(fork.request(known, size), knowing(size=known))
    assert answer.status == (409 if size == known else 422)
    assert answer.keep is None


def test_two_roots_for_one_size_are_kept_as_proof_whatever_size_the_request_begins_from():
    fork = LOG.forked(5, b"other", b"other")
    for old in (0, 3, 7):
        answer = ask(fork.request(old, 7), knowing(size=7))
        assert (answer.status, answer.body, answer.content_type) == (409, b"7\n", SIZE_TYPE)
        assert answer.fork == fork.note(7)


def test_nobody_but_the_log_can_make_us_keep_a_proof_of_two_histories():
    forger = SmallLog([b"other"] * 7, ORIGIN, seed=66)
    answer = ask(forger.request(0, 7), knowing(size=7))
    assert (answer.status, answer.fork) == (403, None)


def test_an_empty_log_has_one_root_only():
    assert ask(LOG.request(0, 0)).status == 200
    false = signed(Checkpoint(ORIGIN, 0, b"\1" * 32), LOG.signer)
    assert EMPTY_ROOT != b"\1" * 32
    assert ask(request_body(0, (), false)).status == 409


def test_a_proof_is_empty_when_there_is_nothing_to_prove():
    for old, size in ((0, 5), (5, 5)):
        body = request_body(old, [b"\1" * 32], LOG.note(size))
        assert ask(body, knowing(size=old)).status == 422


def test_an_old_size_above_the_new_one_is_malformed():
    answer = ask(request_body(9, (), LOG.note(5)), knowing(size=9))
    assert (answer.status, answer.body) == (400, b"the old size is larger than the checkpoint's\n")


def test_a_log_that_is_not_watched_is_not_known():
    answer = ask(SmallLog([b"a"], "other.example/log").request(0, 1))
    assert (answer.status, answer.content_type) == (404, TEXT_TYPE)


@pytest.mark.parametrize("stranger", [Signer(ORIGIN, b"\x66" * 32), Signer("other.example/log", b"\1" * 32)])
def test_a_checkpoint_that_no_known_key_signed_is_forbidden(stranger):
    text = LOG.note(5).text
    assert ask(request_body(0, (), Note(text, (stranger.sign(text),)))).status == 403


def test_a_false_signature_in_the_name_of_the_log_is_forbidden():
    note = Note(LOG.note(5).text, (LOG.signer.sign("something else\n"),))
    assert ask(request_body(0, (), note)).status == 403


def test_signatures_of_others_are_ignored_and_not_kept():
    note = LOG.note(5)
    others = [Signer(f"s{number}.example", bytes([number]) * 32).sign(note.text) for number in range(15)]
    answer = ask(request_body(0, (), note.with_signatures(*others)))
    assert answer.status == 200
    assert [one.name for one in answer.keep.signatures] == [ORIGIN, WITNESS.cosigner.name]


def test_a_log_may_change_its_key_and_be_known_by_both():
    newer = SmallLog(LOG.entries, seed=2)
    both = Witness(cosigner(), [LOG.verifier, newer.verifier])
    assert ask(newer.request(3, 5), knowing(size=3), witness=both).status == 200
    assert ask(LOG.request(3, 5), knowing(size=3), witness=both).status == 200
    assert ask(newer.request(3, 5), knowing(size=3)).status == 403


def test_a_clock_that_was_set_back_does_not_unsay_an_earlier_cosignature():
    answer = ask(LOG.request(3, 5), knowing(size=3, timestamp=NOW + 50), now=NOW)
    assert cosigned(answer, LOG.note(5).text).timestamp == NOW + 50


def test_extension_lines_are_part_of_what_is_cosigned():
    extended = signed(Checkpoint(ORIGIN, 5, LOG.root(5), ("more", "lines")), LOG.signer)
    answer = ask(request_body(0, (), extended))
    assert cosigned(answer, extended.text).timestamp == NOW


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda body: body[:0], b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3", b"old 03"), b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3", b"old +3"), b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3", b"old -3"), b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3", b"old  3"), b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3", b"OLD 3"), b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3", b"old 3\r"), b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3", "old ٣".encode()), b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3", b"old 9223372036854775808"), b"does not begin with `old <size>`"),
        (lambda body: body.replace(b"old 3\n", b"old 3\nAAAA\n"), b"is not the base64 of 32 bytes"),
        (lambda body: body.replace(b"old 3\n", b"old 3\n" + b"!" * 44 + b"\n"), b"is not the base64 of 32 bytes"),
        (lambda body: body.replace(b"=\n", b"= \n", 1), b"is not the base64 of 32 bytes"),
        (lambda body: body.replace(b"\n\n", b"\n", 1), b"is not"),
        (lambda body: body[:-1], b"no blank line with signature lines"),
        (lambda body: body.replace(b"old 3\n", b"old 3\n" + (b"A" * 43 + b"=\n") * 64), b"more than 63 hashes"),
        (lambda body: body + b"\n" * LARGEST_REQUEST, b"the request is too long"),
    ],
)
def test_what_is_no_request_is_malformed_and_said_to_be(change, fault):
    answer = ask(change(LOG.request(3, 5)), knowing(size=3))
    assert (answer.status, answer.keep) == (400, None)
    assert fault in answer.body


@given(st.binary(max_size=400), st.integers(0, 300), st.integers(0, 20))
def test_bytes_that_were_altered_on_the_way_are_never_cosigned(noise, at, cut):
    body = LOG.request(3, 5)
    altered = body[:at] + noise + body[at + cut :]
    answer = ask(altered, knowing(size=3))
    if altered != body:
        same_text = answer.keep is not None and answer.keep.text == LOG.note(5).text
        assert answer.keep is None or same_text


@given(st.integers(0, 12), st.integers(0, 12))
def test_a_request_is_read_as_it_was_written(one, other):
    old, size = sorted([one, other])
    body = LOG.request(old, size)
    request = parse_request(body)
    assert bytes(request) == body
    assert (request.old, request.checkpoint.size, len(request.proof) <= MOST_HASHES) == (old, size, True)


@given(st.binary(max_size=300))
def test_whatever_arrives_is_answered(body):
    assert ask(body).status == 400
    with pytest.raises(LogError):
        parse_request(body)


class OneHistory(RuleBasedStateMachine):
    """Any number of histories of one log, all signed with its key, and a witness that remembers only what it kept."""

    @initialize()
    def begin(self):
        self.histories = [counted(1)]
        self.known = Known()
        self.vouched = {}
        self.now = NOW

    @rule(which=st.integers(0, 9), entry=st.sampled_from([b"a", b"b"]))
    def grow(self, which, entry):
        self.histories[which % len(self.histories)].entries.append(entry)

    @rule(which=st.integers(0, 9), at=st.integers(0, 20))
    def fork(self, which, at):
        log = self.histories[which % len(self.histories)]
        self.histories.append(log.forked(at % (len(log.entries) + 1), b"fork"))

    @rule(which=st.integers(0, 9), old=st.integers(0, 20), size=st.integers(0, 20), step=st.integers(-100, 100))
    def request(self, which, old, size, step):
        log = self.histories[which % len(self.histories)]
        size %= len(log.entries) + 1
        self.now += step
        self._ask(log, self.known.size if old > size else old, size)

    @rule(which=st.integers(0, 9), size=st.integers(0, 20))
    def request_from_what_the_witness_knows(self, which, size):
        log = self.histories[which % len(self.histories)]
        self._ask(log, self.known.size, size % (len(log.entries) + 1))

    def _ask(self, log, old, size):
        proof = log.proof(old, size) if old <= size else ()
        answer = WITNESS.answer(request_body(old, proof, log.note(size)), lambda _: self.known, self.now)
        if answer.status != 200:
            assert answer.keep is None
            return
        head = parse_checkpoint(answer.keep.text)
        when = cosigned(answer, answer.keep.text).timestamp
        assert head.size >= self.known.size
        assert when >= self.known.timestamp
        assert self.vouched.setdefault(head.size, head.root) == head.root
        self.known = Known(head.size, head.root, when)

    @invariant()
    def everything_that_was_vouched_for_is_one_history(self):
        grown = [log for log in self.histories if len(log.entries) >= self.known.size]
        fits = [log for log in grown if all(log.root(size) == root for size, root in self.vouched.items())]
        assert fits or not self.vouched


TestOneHistory = OneHistory.TestCase
