"""Data keys wrapped in epochs: rotated, rewrapped, destroyed, and never opened as somebody else's."""

from datetime import UTC, datetime
from hashlib import blake2s
from uuid import UUID, uuid4
from zlib import crc32

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fast_keys import AT, made_keys
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nrm.vault import DataKey, Keyring, Place, aead, keyring, new_data_key, open_many, open_sealed, seal
from nrm.vault.aead import Cipher
from nrm.vault.errors import (
    KeyLostError,
    KeyStoreRefusedError,
    MisplacedError,
    TamperedError,
    TruncatedError,
    VaultError,
    WrongKeyringError,
)
from nrm.vault.keyring import EpochId, EpochStatus

CASE = UUID("6f1d3a52-9d5c-4c4e-8a54-0f5b2d9f7c11")


class MemoryKeys:
    """A provider in memory: all that the port asks of a key management service."""

    wrapped_bytes = 60

    def __init__(self, keyring_id=b"memory keyring 1"):
        self.keyring_id = keyring_id
        self.epochs = []
        self.ciphers = {}
        self.new_epoch(AT)

    def current(self):
        return self.epochs[-1]

    def wrap(self, epoch, key, bound_to):
        return self.ciphers[epoch].seal(key, bound_to)

    def unwrap(self, epoch, wrapped, bound_to):
        if epoch not in self.ciphers:
            raise KeyLostError(keyring.of_vault(f"epoch {epoch} is gone"))
        return self.ciphers[epoch].open(wrapped, bound_to)

    def new_epoch(self, at):  # noqa: ARG002 - the port
        epoch = EpochId(len(self.epochs) + 1, len(self.epochs).to_bytes(8, "big"))
        self.epochs.append(epoch)
        self.ciphers[epoch] = Cipher(bytes([len(self.epochs)]) * 32)
        return epoch

    def destroy_epoch(self, number, at):  # noqa: ARG002 - the port
        del self.ciphers[self.epochs[number - 1]]
        return self.epochs[number - 1]

    def status(self):
        return tuple(EpochStatus(epoch, AT, None, epoch == self.current()) for epoch in self.epochs)


@pytest.fixture(scope="module")
def memory():
    return Keyring(MemoryKeys())


def test_any_provider_of_the_port_will_do(memory):
    key = new_data_key()
    assert memory.unwrap(CASE, memory.wrap(CASE, key)).expose() == key.expose()
    assert [one.current for one in memory.status()] == [True]


def test_every_flipped_bit_of_a_wrapped_key_is_called_tampering(memory):
    wrapped = memory.wrap(CASE, new_data_key())
    for position in range(len(wrapped) * 8):
        flipped = bytearray(wrapped)
        flipped[position // 8] ^= 1 << position % 8
        for use in (memory.unwrap, memory.rewrap):
            with pytest.raises(TamperedError):
                use(CASE, bytes(flipped))


def test_every_cut_of_a_wrapped_key_is_called_a_truncation(memory):
    wrapped = memory.wrap(CASE, new_data_key())
    for length in range(len(wrapped)):
        with pytest.raises(TruncatedError):
            memory.unwrap(CASE, wrapped[:length])
        with pytest.raises(TruncatedError):
            memory.needs_rewrap(wrapped[:length])
    with pytest.raises(TamperedError, match="after a wrapped key"):
        memory.unwrap(CASE, wrapped + b"x")


def test_where_wrapped_keys_vary_in_length_a_cut_one_is_still_refused():
    provider = MemoryKeys()
    provider.wrapped_bytes = None
    varying = Keyring(provider)
    wrapped = varying.wrap(CASE, new_data_key())
    for length in range(len(wrapped)):
        with pytest.raises(VaultError):
            varying.unwrap(CASE, wrapped[:length])


@given(st.uuids())
def test_the_key_of_another_case_is_misplaced(other):
    ring = Keyring(MemoryKeys())
    if other != CASE:
        with pytest.raises(MisplacedError, match="another record"):
            ring.unwrap(other, ring.wrap(CASE, new_data_key()))


def test_a_key_of_another_keyring_is_refused_as_such(memory):
    wrapped = Keyring(MemoryKeys(b"memory keyring 2")).wrap(CASE, new_data_key())
    for use in (memory.unwrap, memory.rewrap):
        with pytest.raises(WrongKeyringError):
            use(CASE, wrapped)
    with pytest.raises(WrongKeyringError):
        memory.needs_rewrap(wrapped)


def test_a_key_of_a_destroyed_epoch_is_lost_and_the_error_names_the_epoch(keyring, keys):
    wrapped = keyring.wrap(CASE, new_data_key())
    first = keys.current()
    keyring.rotate(AT)
    keyring.destroy_epoch(1, datetime(2026, 5, 6, tzinfo=UTC))
    assert first.number == 1
    with pytest.raises(KeyLostError, match=f"epoch {first}, which was destroyed on 2026-05-06") as lost:
        keyring.unwrap(CASE, wrapped)
    assert str(CASE) not in str(lost.value)
    with pytest.raises(KeyLostError):
        keyring.rewrap(CASE, wrapped)
    assert keyring.needs_rewrap(wrapped)


def test_damage_in_the_name_of_the_epoch_is_not_taken_for_a_lost_key(keyring):
    wrapped = bytearray(keyring.wrap(CASE, new_data_key()))
    wrapped[25] ^= 1
    with pytest.raises(TamperedError, match="header"):
        keyring.unwrap(CASE, bytes(wrapped))


def test_format_1_of_a_wrapped_key_never_changes(monkeypatch):
    """Built here by hand; a later format is told from damage by its checksum."""
    monkeypatch.setattr(aead.os, "urandom", lambda count: bytes(range(count)))
    ring = Keyring(MemoryKeys())
    start = b"W1" + b"memory keyring 1" + bytes.fromhex("00000001" + "00" * 8)
    marked = start + blake2s(CASE.bytes, key=b"memory keyring 1", digest_size=8, person=b"nrm.case").digest()
    header = marked + crc32(marked).to_bytes(4, "big")
    nonce, key = bytes(range(12)), bytes(range(32))
    wrapped = header + nonce + AESGCM(b"\1" * 32).encrypt(nonce, key, header + CASE.bytes)
    assert ring.wrap(CASE, DataKey(key)) == wrapped
    later = b"W2" + marked[2:]
    with pytest.raises(TamperedError, match="the format of a wrapped key is not known"):
        ring.unwrap(CASE, later + crc32(later).to_bytes(4, "big") + wrapped[42:])


def test_epoch_1_of_one_file_is_not_epoch_1_of_another(tmp_path):
    """A file that was made anew has a keyring id of its own, and its epochs have marks of their own."""
    one, two = made_keys(tmp_path / "one"), made_keys(tmp_path / "two")
    assert one.keyring_id != two.keyring_id
    assert one.current().number == two.current().number == 1
    assert one.current() != two.current()


def test_ten_thousand_keys_are_rewrapped_and_all_cases_still_open(keyring):
    cases = [(uuid4(), new_data_key()) for _ in range(10_000)]
    wrapped = [keyring.wrap(case, key) for case, key in cases]
    keyring.rotate(AT)
    again = [keyring.rewrap(case, one) for (case, _), one in zip(cases, wrapped, strict=True)]
    keyring.destroy_epoch(1, AT)
    assert not any(keyring.needs_rewrap(one) for one in again)
    assert all(keyring.unwrap(c, one).expose() == key.expose() for (c, key), one in zip(cases, again, strict=True))


def test_bulk_work_yields_each_plaintext_in_order_and_an_error_where_one_cannot_be_opened(keyring):
    rows = []
    for number in range(20):
        key, place = new_data_key(), Place(uuid4(), "facts", 1)
        rows.append((place.case.bytes, 1, keyring.wrap(place.case, key), seal(key, place, b"facts %d" % number)))
        if number % 4 == 0:
            keyring.rotate(AT)
    other = Keyring(MemoryKeys(b"another keyring!"))
    cases, _, keys, seals = zip(*rows, strict=True)
    damaged = {
        3: (cases[3], 1, keys[3], seals[4]),
        5: (cases[5], 1, keys[6], seals[5]),
        7: (cases[7], 1, keys[7], seals[7][:-1]),
        8: (cases[8], 1, keys[8], b""),
        9: (cases[9], 1, b"", seals[9]),
        11: (cases[11], 2, keys[11], seals[11]),
        12: (cases[12], 0, keys[12], seals[12]),
        13: (cases[13], 1, keys[13], seals[13][:-1] + bytes([seals[13][-1] ^ 1])),
        15: (cases[15], 1, other.wrap(UUID(bytes=cases[15]), new_data_key()), seals[15]),
    }
    opened = list(open_many(keyring, "facts", [damaged.get(at, row) for at, row in enumerate(rows)]))
    kinds = dict.fromkeys((3, 5, 11, 12), MisplacedError) | dict.fromkeys((7, 8, 9), TruncatedError)
    kinds |= {13: TamperedError, 15: WrongKeyringError}
    assert {at: type(one) for at, one in enumerate(opened) if not isinstance(one, bytes)} == kinds
    assert all(one == b"facts %d" % at for at, one in enumerate(opened) if at not in damaged)


def test_bulk_work_names_the_epoch_that_is_gone_and_opens_the_others(keyring):
    place, key = Place(uuid4(), "facts", 1), new_data_key()
    old = (place.case.bytes, 1, keyring.wrap(place.case, key), seal(key, place, b""))
    keyring.rotate(AT)
    rows = [old, (place.case.bytes, 1, keyring.wrap(place.case, key), old[3])]
    assert list(open_many(keyring, "facts", rows)) == [b"", b""]
    keyring.destroy_epoch(1, AT)
    lost, whole = open_many(keyring, "facts", rows)
    assert type(lost) is KeyLostError
    assert whole == b""


def test_a_keyring_shows_no_key(keyring, keys):
    key = new_data_key()
    keyring.unwrap(CASE, keyring.wrap(CASE, key))
    shown = f"{keyring!r} {keys!r} {keys.status()!r} {keyring!s} {vars(keys)!r}"
    for name in ("blind-index", "database", "log-signing"):
        assert keys.secret(name).hex() not in shown
        assert repr(keys.secret(name)) not in shown
    assert repr(key.expose()) not in shown


class Life(RuleBasedStateMachine):
    """Cases come, epochs turn and go: a case opens unless its own epoch was destroyed."""

    @initialize()
    def begin(self):
        self.ring = Keyring(MemoryKeys())
        self.cases = []
        self.dead = set()

    @rule(text=st.binary(max_size=20))
    def add(self, text):
        case, key = uuid4(), new_data_key()
        sealed = seal(key, Place(case, "facts", 1), text)
        self.cases.append([case, self.ring.wrap(case, key), sealed, text])

    @rule()
    def rotate(self):
        self.ring.rotate(AT)

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def rewrap(self, data):
        case = data.draw(st.sampled_from(self.cases))
        if self.ring.epoch_of(case[1]).number not in self.dead:
            case[1] = self.ring.rewrap(case[0], case[1])
            assert not self.ring.needs_rewrap(case[1])

    @rule(data=st.data())
    def destroy(self, data):
        old = [one.epoch.number for one in self.ring.status()[:-1] if one.epoch.number not in self.dead]
        if old:
            number = data.draw(st.sampled_from(old))
            self.ring.destroy_epoch(number, AT)
            self.dead.add(number)

    @invariant()
    def all_others_open(self):
        for case, wrapped, sealed, text in getattr(self, "cases", []):
            if self.ring.epoch_of(wrapped).number in self.dead:
                with pytest.raises(KeyLostError):
                    self.ring.unwrap(case, wrapped)
            else:
                assert open_sealed(self.ring.unwrap(case, wrapped), Place(case, "facts", 1), sealed) == text


TestLife = Life.TestCase


@pytest.mark.parametrize(
    ("number", "said"),
    [(2, "is the current one"), (3, "there is no epoch `3`; there are 1, 2"), (0, "there is no epoch `0`")],
)
def test_what_may_not_be_destroyed_stays(keyring, number, said):
    keyring.rotate(AT)
    with pytest.raises(KeyStoreRefusedError, match=said):
        keyring.destroy_epoch(number, AT)
    assert [one.destroyed for one in keyring.status()] == [None, None]


def test_an_epoch_is_destroyed_once(keyring):
    keyring.rotate(AT)
    keyring.destroy_epoch(1, AT)
    with pytest.raises(KeyStoreRefusedError, match="destroyed already"):
        keyring.destroy_epoch(1, AT)


def test_a_time_without_a_zone_is_refused(keyring):
    with pytest.raises(KeyStoreRefusedError, match="zone"):
        keyring.rotate(datetime(2026, 3, 1))  # noqa: DTZ001 - the fault that is tested
    assert len(keyring.status()) == 1
