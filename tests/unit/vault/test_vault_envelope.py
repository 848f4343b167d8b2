"""Sealed groups: they open where they were sealed for, and nowhere else."""

import pickle
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from nrm.vault import aead, envelope
from nrm.vault.envelope import DataKey, Place, new_data_key, open_once, open_sealed, seal
from nrm.vault.errors import KeyWornOutError, MisplacedError, TamperedError, TruncatedError, VaultError

CASE = UUID("6f1d3a52-9d5c-4c4e-8a54-0f5b2d9f7c11")
KEY = DataKey(bytes(range(32)))
HERE = Place(CASE, "identity", 7)
CANARY = b"canary Marisol Quesada 1987"
SEALED = seal(KEY, HERE, CANARY)

groups = st.from_regex("[a-z][a-z0-9_]{0,19}", fullmatch=True)
places = st.builds(Place, st.uuids(), groups, st.integers(1, envelope.LAST_VERSION))
ways = pytest.mark.parametrize(
    "opened", [open_sealed, lambda key, place, sealed: open_once(key.expose(), place, sealed)], ids=["one", "bulk"]
)


@ways
@given(place=places, plaintext=st.binary(max_size=3000))
def test_what_was_sealed_for_a_place_opens_there(opened, place, plaintext):
    key = new_data_key()
    sealed = seal(key, place, plaintext)
    assert opened(key, place, sealed) == plaintext
    assert len(sealed) == len(plaintext) + envelope.OVERHEAD


@ways
def test_every_flipped_bit_is_called_tampering(opened):
    for position in range(len(SEALED) * 8):
        flipped = bytearray(SEALED)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(TamperedError):
            opened(KEY, HERE, bytes(flipped))


@ways
@pytest.mark.parametrize("plaintext", [CANARY, b""])
def test_every_cut_is_called_a_truncation(opened, plaintext):
    sealed = seal(KEY, HERE, plaintext)
    for length in range(len(sealed)):
        with pytest.raises(TruncatedError):
            opened(KEY, HERE, sealed[:length])


@ways
@given(more=st.binary(min_size=1, max_size=50))
def test_bytes_after_the_end_are_called_tampering(opened, more):
    with pytest.raises(TamperedError, match="after the end"):
        opened(KEY, HERE, SEALED + more)


@ways
@given(other=places)
def test_bytes_of_another_place_are_misplaced_even_under_the_same_key(opened, other):
    if other != HERE:
        with pytest.raises(MisplacedError):
            opened(KEY, other, SEALED)


@ways
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Place(uuid4(), "identity", 7), "identity version 7: the bytes belong to another record"),
        (Place(CASE, "legal", 7), "legal version 7 was asked for, and these are the bytes of identity version 7"),
        (Place(CASE, "identity", 8), "identity version 8 was asked for, and these are the bytes of identity version 7"),
    ],
)
def test_a_swap_says_what_was_asked_for_and_what_was_found(opened, asked, said):
    with pytest.raises(MisplacedError, match=said):
        opened(KEY, asked, SEALED)


@ways
def test_bytes_of_another_record_with_its_own_key_are_misplaced(opened):
    other = uuid4()
    with pytest.raises(MisplacedError, match="another record"):
        opened(new_data_key(), Place(other, *HERE[1:]), SEALED)
    with pytest.raises(MisplacedError, match="another record"):
        opened(new_data_key(), HERE, SEALED)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise_anything_but_an_error_of_the_vault(content):
    with pytest.raises(VaultError):
        open_sealed(KEY, HERE, content)
    with pytest.raises(VaultError):
        open_once(KEY.expose(), HERE, SEALED[:42] + content)


@pytest.mark.parametrize("field", [slice(0, 2), slice(2, 22), slice(30, 38)])
def test_a_header_that_was_forged_with_its_checksum_does_not_open(field):
    """The CRC protects nothing: whoever forges it meets the tag."""
    forged = bytearray(SEALED)
    forged[field] = b"Z" * (field.stop - field.start)
    forged[38:42] = envelope.crc32(bytes(forged[:38])).to_bytes(4, "big")
    with pytest.raises(VaultError) as refused:
        open_sealed(KEY, HERE, bytes(forged))
    assert "ZZ" not in str(refused.value)


def test_the_tag_covers_what_the_header_says_and_not_only_its_checksum():
    """A whole header of another place in front of our ciphertext: everything fits but the tag."""
    elsewhere = seal(KEY, Place(CASE, "legal", 7), CANARY)
    with pytest.raises(TamperedError, match="the tag does not verify"):
        open_sealed(KEY, Place(CASE, "legal", 7), elsewhere[:42] + SEALED[42:])


def test_format_1_never_changes(monkeypatch):
    """Fixed key and nonce give fixed bytes, so that what is sealed today opens in twenty years."""
    monkeypatch.setattr(aead.os, "urandom", lambda count: bytes(range(count)))
    sealed = seal(DataKey(bytes(range(32))), HERE, b"format v1 never changes")
    assert sealed.hex() == FORMAT_1
    assert open_sealed(KEY, HERE, sealed) == b"format v1 never changes"


FORMAT_1 = (
    "5331" + b"identity".hex() + "00" * 12 + "00000007" + "00000017"  # format, group, version, length
    "59d1bdeaf4bc551d"
    "5f68531d"
    "000102030405060708090a0b"  # case marker, CRC-32, nonce
    "216da476a491e26dbc61f9eec78c0a4de0bee65a971e2c7a11fedf0d3bb6d917019e89d9184bb0"
)


def test_format_1_opens_with_nothing_but_the_cipher():
    header, nonce, text = (bytes.fromhex(FORMAT_1[part]) for part in (slice(84), slice(84, 108), slice(108, None)))
    assert AESGCM(bytes(range(32))).decrypt(nonce, text, header + CASE.bytes) == b"format v1 never changes"


def test_the_cipher_is_the_one_of_mcgrew_and_viega():
    """Test case 16 of "The Galois/Counter Mode of Operation", appendix B: AES-256 with additional data."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plaintext = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    sealed = bytes.fromhex(
        "cafebabefacedbaddecaf888"
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    assert aead.Cipher(key).open(sealed, aad) == plaintext


@pytest.mark.parametrize("group", ["", "Identity", "a" * 21, "1st", "facts ", "façade", "a\n"])
def test_a_group_that_is_no_code_is_refused_and_not_shown(group):
    with pytest.raises(MisplacedError, match="the name of a group is not a code"):
        seal(KEY, Place(CASE, group, 1), b"")
    with pytest.raises(MisplacedError, match="the name of a group is not a code"):
        open_sealed(KEY, Place(CASE, group, 1), b"")


@pytest.mark.parametrize("version", [0, -1, envelope.LAST_VERSION + 1])
def test_a_version_beyond_the_safe_count_is_refused(version):
    with pytest.raises(MisplacedError, match="versions are 1 to 268435456"):
        seal(KEY, Place(CASE, "facts", version), b"")


def test_a_key_that_has_sealed_as_much_as_is_safe_seals_no_more(monkeypatch):
    monkeypatch.setattr(aead, "MOST_MESSAGES", 3)
    key = new_data_key()
    sealed = [seal(key, HERE, CANARY) for _ in range(3)]
    with pytest.raises(KeyWornOutError):
        seal(key, HERE, CANARY)
    assert open_sealed(key, HERE, sealed[0]) == CANARY


def test_what_is_too_large_for_one_message_is_refused(monkeypatch):
    monkeypatch.setattr(envelope, "LARGEST", 3)
    with pytest.raises(TamperedError, match="too large"):
        seal(KEY, HERE, CANARY)


def test_the_same_plaintext_is_never_sealed_to_the_same_bytes():
    assert len({seal(KEY, HERE, CANARY) for _ in range(200)}) == 200
    assert new_data_key().expose() != new_data_key().expose()


def test_keys_places_and_errors_show_no_secret_and_no_case_id():
    shown = [repr(KEY), str(KEY), f"{KEY!r:>40}", repr(HERE), str(HERE), repr([KEY, HERE])]
    for asked, sealed in ((Place(CASE, "legal", 7), SEALED), (HERE, SEALED[:-1]), (HERE, SEALED[:-1] + b"x")):
        with pytest.raises(VaultError) as refused:
            open_sealed(KEY, asked, sealed)
        shown += [str(refused.value), repr(refused.value), repr(refused.value.problems)]
        assert refused.value.__cause__ is None
    text = " ".join(shown)
    for secret in (str(CASE), CASE.hex, KEY.expose().hex(), repr(KEY.expose()), CANARY.decode(), "Marisol"):
        assert secret not in text


def test_a_key_is_never_pickled():
    with pytest.raises(TypeError):
        pickle.dumps(KEY)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_data_key_has_256_bits(length):
    with pytest.raises(TamperedError, match="32 bytes"):
        DataKey(bytes(length))
