"""What somebody did to the parts in the store is found: flipped, dropped, swapped, cut off, or taken from elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest
from attachment_desk import attach, content, fetched, rows
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from offices import BO, asked, new_office

from nrm.casework.attachment import KIND
from nrm.casework.cases import attachments
from nrm.casework.safe import OpenCase
from nrm.vault.errors import MisplacedError, VaultError
from nrm.vault.parts import PART

NUMBER = st.integers(0, 3)
ANY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


class World:
    """An office with two cases; the first has two attachments of four parts, the second has one like the first."""

    def __init__(self, folder):
        self.office = new_office(folder)
        first, second = self.office.open().case, self.office.open(BO).case
        self.whole = content(4 * PART)
        self.place = (first, attach(self.office, first, self.whole).id)
        self.other = (first, attach(self.office, first, content(4 * PART, b"another")).id)
        self.third = (second, attach(self.office, second, self.whole).id)

    def one(self):
        return attachments.read(self.office.desk, asked(), *self.place)[0]

    def key(self):
        row = self.office.store.run(lambda unit: unit.cases.get(self.place[0]))
        return OpenCase.of(row, self.office.keyring).parts_key(self.place[1])

    @contextmanager
    def altered(self):
        """The parts in the store, to be altered; as they were afterwards."""
        before = dict(rows(self.office))
        try:
            yield rows(self.office)
        finally:
            self.office.store.state.parts = before
            assert fetched(self.office, *self.place) == self.whole

    def assert_refused(self, at):
        """What is read up to the fault is genuine, and then there is an error in the place of an end."""
        _, parts = attachments.read(self.office.desk, asked(), *self.place)
        assert b"".join(next(parts) for _ in range(at)) == self.whole[: at * PART]
        with pytest.raises(VaultError):
            next(parts)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("office"))


@ANY
@given(number=NUMBER, bit=st.integers(0, 8 * PART))
def test_a_flipped_bit_is_refused(world, number, bit):
    with world.altered() as parts:
        sealed = bytearray(parts[*world.place, number])
        sealed[bit // 8 % len(sealed)] ^= 1 << bit % 8
        parts[*world.place, number] = bytes(sealed)
        world.assert_refused(number)


@ANY
@given(number=NUMBER, length=st.integers(0, PART))
def test_a_part_that_was_cut_short_is_refused(world, number, length):
    with world.altered() as parts:
        parts[*world.place, number] = parts[*world.place, number][:length]
        world.assert_refused(number)


@pytest.mark.parametrize("number", range(4))
def test_a_part_that_was_dropped_is_missed(world, number):
    with world.altered() as parts:
        del parts[*world.place, number]
        world.assert_refused(number)


@pytest.mark.parametrize("number", range(3))
def test_a_part_from_which_the_others_moved_up_is_missed(world, number):
    with world.altered() as parts:
        for at in range(number, 3):
            parts[*world.place, at] = parts[*world.place, at + 1]
        world.assert_refused(number)


@ANY
@given(one=NUMBER, other=NUMBER)
def test_parts_in_another_order_are_refused(world, one, other):
    assume(one != other)
    first, second = (*world.place, one), (*world.place, other)
    with world.altered() as parts:
        parts[first], parts[second] = parts[second], parts[first]
        world.assert_refused(min(one, other))


@ANY
@given(number=NUMBER, other=NUMBER, whose=st.sampled_from(["other", "third"]))
def test_a_part_of_another_attachment_or_case_is_refused(world, number, other, whose):
    with world.altered() as parts:
        parts[*world.place, number] = parts[*getattr(world, whose), other]
        world.assert_refused(number)


@pytest.mark.parametrize("whose", ["other", "third"])
def test_all_parts_of_another_attachment_or_case_are_refused(world, whose):
    with world.altered() as parts:
        for number in range(4):
            parts[*world.place, number] = parts[*getattr(world, whose), number]
        world.assert_refused(0)


def taken(world, **changes):
    """What the parts give under a list that says something else, which nobody without the key can write."""
    one = world.one().model_copy(update=changes)
    return list(attachments._verified(one, world.key(), lambda number: rows(world.office)[*world.place, number]))  # noqa: SLF001


def test_a_shorter_list_does_not_make_another_part_the_last(world):
    with pytest.raises(MisplacedError, match="part version 3"):
        taken(world, parts=3)


def test_parts_that_are_not_those_of_the_list_never_come_to_their_end(world):
    with pytest.raises(MisplacedError, match="not those that were written down"):
        taken(world, sha256="0" * 64)


def test_what_is_known_of_one_attachment_is_not_that_of_another(world):
    items = world.office.store.state.items
    (case, attachment), (_, other) = world.place, world.other
    mine = items[case, KIND, attachment]
    items[case, KIND, attachment] = replace(mine, sealed=items[case, KIND, other].sealed)
    with pytest.raises(MisplacedError, match="one thing of a case in the place of another"):
        world.one()
    world.office.store.state.items[case, KIND, attachment] = mine
    assert fetched(world.office, *world.place) == world.whole
