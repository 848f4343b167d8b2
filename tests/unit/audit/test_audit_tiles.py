from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit.errors import EntryRefusedError
from nrm.audit.tiles import ENTRIES, MOST_ENTRY_BYTES, Tile, grown, pack_bundle, parse_path, split_bundle

tiles = st.builds(Tile, st.integers(ENTRIES, 63), st.integers(0, 10**15), st.integers(1, 256))
bundles = st.lists(st.binary(max_size=30), max_size=20)


@given(tiles)
def test_a_tile_is_found_again_by_its_path(tile):
    assert parse_path(tile.path) == tile


@given(st.text("0123456789/x.ptileens", max_size=30) | tiles.map(lambda tile: tile.path + "/000"))
def test_a_path_is_a_tile_only_in_the_one_right_spelling(path):
    tile = parse_path(path)
    assert tile is None or tile.path == path


@given(bundles)
def test_a_bundle_gives_its_entries_back(entries):
    assert split_bundle(pack_bundle(entries)) == entries


@given(bundles.filter(bool), st.data())
def test_a_bundle_that_is_cut_inside_an_entry_is_refused(entries, data):
    whole = pack_bundle(entries)
    ends = {len(pack_bundle(entries[:count])) for count in range(len(entries) + 1)}
    cut = data.draw(st.integers(1, len(whole) - 1).filter(lambda at: at not in ends)) if len(whole) > 1 else 1
    with pytest.raises(EntryRefusedError, match="tile: the last entry of the bundle is cut off"):
        split_bundle(whole[:cut], "tile")


def test_the_longest_entry_is_taken_and_a_longer_one_refused():
    longest = bytes(MOST_ENTRY_BYTES)
    assert split_bundle(pack_bundle([longest])) == [longest]
    with pytest.raises(EntryRefusedError, match="an entry of 65536 bytes is longer than the 65535"):
        pack_bundle([longest + b"x"])


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_growing_in_two_steps_makes_every_tile_that_one_step_makes(one, other):
    old, new = sorted((one, other))
    assert set(grown(0, new)) <= set(grown(0, old)) | set(grown(old, new))


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_growing_makes_no_tile_that_was_there(one, other):
    old, new = sorted((one, other))
    assert set(grown(0, old)).isdisjoint(grown(old, new))


@given(st.integers(0, 200_000))
def test_each_level_ends_in_the_partial_tile_that_the_size_demands(size):
    partial = {tile.level: tile.width for tile in grown(0, size) if tile.width < 256}
    demanded = {level: (size >> 8 * level) % 256 for level in range(8)}
    assert {level: width for level, width in partial.items() if level >= 0} == {
        level: width for level, width in demanded.items() if width
    }
    assert partial.get(ENTRIES) == partial.get(0)


def test_the_first_entry_under_a_tile_is_known():
    assert [Tile(ENTRIES, 2).start, Tile(0, 2).start, Tile(1, 2).start] == [512, 512, 131_072]
