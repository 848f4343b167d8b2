"""Examples printed in the C2SP pages, and the key pair of golang.org/x/mod/sumdb/note."""

from __future__ import annotations

from base64 import b64decode

import pytest

from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.errors import NoteRefusedError
from nrm.audit.note import Note, Signer, Verifier, parse_note
from nrm.audit.proof import parse_proof
from nrm.audit.tiles import ENTRIES, WIDTH, Tile, grown, parse_path

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

C2SP_NOTE = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore \
NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""
C2SP_COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 \
jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
# The page's example with its abridged signatures left out: its checkpoint is the one above.
C2SP_PROOF = """c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

"""


def test_the_known_key_signs_the_known_note_byte_for_byte():
    signer = Signer("PeterNeumann", SEED)
    assert signer.vkey == VKEY
    assert bytes(Note(TEXT, (signer.sign(TEXT),))) == NOTE


def test_the_known_note_is_verified():
    Verifier(VKEY).check(parse_note(NOTE))


@pytest.mark.parametrize("at", range(len(VKEY)))
def test_a_mangled_key_is_refused(at):
    with pytest.raises(NoteRefusedError):
        Verifier(VKEY[:at] + chr(ord(VKEY[at]) + 1) + VKEY[at + 1 :])


@pytest.mark.parametrize("at", range(len(VKEY)))
def test_a_cut_key_is_refused(at):
    with pytest.raises(NoteRefusedError):
        Verifier(VKEY[:at])


@pytest.mark.parametrize("at", range(len(NOTE)))
def test_the_known_note_with_one_bit_flipped_is_refused(at):
    data = bytearray(NOTE)
    data[at] ^= 1
    with pytest.raises(NoteRefusedError):
        Verifier(VKEY).check(parse_note(bytes(data)))


def test_the_example_note_is_read_with_its_empty_line_in_the_text():
    note = parse_note(C2SP_NOTE.encode())
    assert note.text.endswith("sole:\n\ned è subito sera.\n")
    assert bytes(note) == C2SP_NOTE.encode()


def test_the_example_checkpoint_is_read():
    note = parse_note(C2SP_COSIGNED.encode())
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root[:2].hex()) == (
        "example.com/behind-the-sofa",
        20_852_163,
        "0ac5",
    )
    assert checkpoint.text() == note.text


def test_the_example_cosignature_holds_the_time_that_the_page_names():
    witness = parse_note(C2SP_COSIGNED.encode()).signatures[1]
    assert (int.from_bytes(witness.body[:8], "big"), len(witness.body)) == (1_679_315_147, 72)


def test_the_example_proof_is_read_and_written_back():
    data = (C2SP_PROOF + C2SP_COSIGNED).encode()
    proof = parse_proof(data)
    assert (proof.index, len(proof.hashes), proof.extra) == (
        73_894,
        5,
        b64decode("YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ"),
    )
    assert bytes(proof) == data


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(3, 0), "tile/3/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(63, 1_000, 1), "tile/63/x001/000.p/1"),
        (Tile(ENTRIES, 999_999, 255), "tile/entries/x999/999.p/255"),
    ],
)
def test_a_tile_stands_where_the_page_says(tile, path):
    assert (tile.path, parse_path(path)) == (path, tile)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/x000/001",
        "tile/00/001",
        "tile/64/001",
        "tile/0/1",
        "tile/0/001/002",
        "tile/0/001.p/256",
        "tile/0/001.p/0",
        "tile/0/001.p/01",
        "tile/entries/x01/001",
        "/tile/0/001",
        "tile/0/../001",
        "tile/data/001",
        "checkpoint",
    ],
)
def test_another_spelling_is_no_tile(path):
    assert parse_path(path) is None


def test_a_log_of_70000_entries_has_the_tiles_that_the_page_counts():
    hashes = [tile for tile in grown(0, 70_000) if tile.level != ENTRIES]
    counted = {level: sum(tile.level == level and tile.width == WIDTH for tile in hashes) for level in (0, 1, 2)}
    assert counted == {0: 273, 1: 1, 2: 0}
    assert [tile for tile in hashes if tile.width < WIDTH] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]


def test_a_log_of_256_entries_has_a_full_tile_and_one_hash_above_it():
    assert list(grown(0, 256)) == [Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)]
