from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit.errors import NoteRefusedError
from nrm.audit.note import MOST_NOTE_BYTES, Note, Signature, Signer, Verifier, parse_note, vkey_of

SIGNER = Signer("example.org/log", bytes(32))
OTHER = Signer("example.org/log", bytes([1]) * 32)
VERIFIER = Verifier(SIGNER.vkey)
TEXT = "example.org/log\n3\n\nlast\n"
GOOD = bytes(Note(TEXT, (SIGNER.sign(TEXT),)))
LINE = SIGNER.sign(TEXT).line()

texts = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=40).map(lambda text: text + "\n")


@given(texts)
def test_a_signed_note_is_read_back_and_verified(text):
    note = Note(text, (SIGNER.sign(text), OTHER.sign(text)))
    assert parse_note(bytes(note)) == note
    VERIFIER.check(note)


@given(st.data())
def test_a_note_with_one_bit_flipped_is_refused(data):
    at, bit = data.draw(st.integers(0, len(GOOD) - 1)), data.draw(st.integers(0, 7))
    changed = bytearray(GOOD)
    changed[at] ^= 1 << bit
    with pytest.raises(NoteRefusedError):
        VERIFIER.check(parse_note(bytes(changed)))


@given(st.binary(max_size=200) | st.text("\n—+ a/=A", max_size=60).map(str.encode))
def test_whatever_is_read_is_written_back_as_it_was(data):
    try:
        note = parse_note(data)
    except NoteRefusedError:
        return
    assert bytes(note) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no blank line"),
        (b"text\n", "no blank line"),
        (b"text\n\n", "no blank line"),
        (GOOD[:-1], "no blank line"),
        (b"\xff" + GOOD, "not UTF-8"),
        (b"a\tb\n\n" + LINE.encode(), "control character"),
        (GOOD.replace(b"\n", b"\r\n"), "control character"),
        (b"text\n\n" + LINE.replace("\u2014", "-").encode(), "note:3: the line is not a signature"),
        (b"text\n\n\xe2\x80\x94 name\n", "note:3: the line is not a signature"),
        (b"text\n\n\xe2\x80\x94 name AAAAAA\n", "note:3: the line is not a signature"),
        (b"text\n\n\xe2\x80\x94 name AAAAAB==\n", "note:3: the line is not a signature"),
        (b"text\n\n\xe2\x80\x94 name AAAA\n", "note:3: the line is not a signature"),
        (b"text\n\n\xe2\x80\x94  AAAAAAAA\n", "note:3: the signature line has no valid key name"),
        (b"text\n\n\xe2\x80\x94 a+b AAAAAAAA\n", "note:3: the signature line has no valid key name"),
        (b"text\n\n\xe2\x80\x94 a\xe2\x80\x89b AAAAAAAA\n", "note:3: the signature line has no valid key name"),
        (b"text\n\n" + LINE.encode() * 101, "more than 100 signatures"),
        (b"x" * (MOST_NOTE_BYTES + 1), "longer than"),
    ],
)
def test_a_malformed_note_is_refused_with_its_reason(data, reason):
    with pytest.raises(NoteRefusedError) as refused:
        parse_note(data)
    assert reason in str(refused.value)


def test_the_file_that_the_caller_names_stands_in_the_error():
    with pytest.raises(NoteRefusedError, match=r"^seen/checkpoint: the note has no blank line"):
        parse_note(b"", "seen/checkpoint")


def test_sixteen_signatures_of_unknown_keys_do_no_harm():
    others = tuple(Signature(f"other{at}", bytes(4), b"?") for at in range(16))
    VERIFIER.check(parse_note(bytes(Note(TEXT, (*others, SIGNER.sign(TEXT))))))


@pytest.mark.parametrize(
    "stranger",
    [OTHER.sign(TEXT), Signature("other.example/log", SIGNER.key_id, bytes(64))],
    ids=["the same name", "the same key id"],
)
def test_a_key_that_shares_name_or_id_only_is_a_stranger(stranger):
    with pytest.raises(NoteRefusedError, match="no signature of the key"):
        VERIFIER.check(Note(TEXT, (stranger,)))
    VERIFIER.check(Note(TEXT, (stranger, SIGNER.sign(TEXT))))


def test_one_false_signature_in_our_name_spoils_the_note():
    false = Signature(SIGNER.name, SIGNER.key_id, bytes(64))
    with pytest.raises(NoteRefusedError, match=r"the signature of `example\.org/log` is false"):
        VERIFIER.check(Note(TEXT, (SIGNER.sign(TEXT), false)))


def test_a_signature_of_the_wrong_length_is_false():
    with pytest.raises(NoteRefusedError, match="is false"):
        VERIFIER.check(Note(TEXT, (Signature(SIGNER.name, SIGNER.key_id, b"short"),)))


def test_a_signature_that_stands_already_is_not_repeated():
    note = Note(TEXT, (SIGNER.sign(TEXT),))
    assert note.with_signatures(SIGNER.sign(TEXT), OTHER.sign(TEXT)).signatures == (SIGNER.sign(TEXT), OTHER.sign(TEXT))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2009b", "a\nb", "a\x00b"])
def test_a_name_that_no_key_may_bear_is_refused(name):
    with pytest.raises(NoteRefusedError, match="a key name must not be empty"):
        Signer(name, bytes(32))


def test_a_private_key_of_the_wrong_length_is_refused():
    with pytest.raises(NoteRefusedError, match="a private key is 32 bytes long"):
        Signer("example.org/log", bytes(33))


def test_a_key_of_an_unknown_signature_type_is_refused():
    with pytest.raises(NoteRefusedError, match="signature type 0x05 and not 0x01"):
        Verifier(vkey_of("example.org/log", 5, bytes(32)))


@pytest.mark.parametrize("shown", [repr, str])
def test_a_signer_does_not_show_its_private_key(shown):
    assert "0000000000" not in shown(SIGNER)
