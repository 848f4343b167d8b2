from __future__ import annotations

import pytest
from audit_logs import MemorySource, entry
from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.audit.errors import EntryRefusedError
from nrm.audit.growth import Growth
from nrm.audit.source import read_tile
from nrm.audit.tiles import MOST_ENTRY_BYTES, grown
from nrm.audit.tree import Frontier, leaf_hash

sizes = st.integers(0, 700)


def grow(growth, first, last):
    for at in range(first, last):
        growth.append(entry(at))
    growth.flush()


@given(sizes)
def test_growth_has_the_root_of_the_tree(size):
    growth, frontier = Growth(MemorySource().take), Frontier()
    for at in range(size):
        assert growth.append(entry(at)) == leaf_hash(entry(at))
        frontier.append(leaf_hash(entry(at)))
    assert (growth.size, growth.root()) == (size, frontier.root())


@given(sizes)
def test_growth_gives_exactly_the_tiles_of_the_log(size):
    source = MemorySource()
    grow(Growth(source.take), 0, size)
    assert set(source.files) == {tile.path for tile in grown(0, size)}


@given(sizes, sizes)
def test_a_log_that_is_carried_on_is_the_log_that_never_stopped(one, other):
    old, new = sorted((one, other))
    whole, stages = MemorySource(), MemorySource()
    grow(Growth(whole.take), 0, new)
    grow(Growth(stages.take), 0, old)
    resumed = Growth.resumed(stages.take, old, lambda tile: read_tile(stages, tile))
    grow(resumed, old, new)
    assert {path: stages.files[path] for path in whole.files} == whole.files


def test_a_log_that_is_flushed_after_each_entry_has_the_same_full_tiles():
    source, whole = MemorySource(), MemorySource()
    growth = Growth(source.take)
    for at in range(300):
        growth.append(entry(at))
        growth.flush()
    grow(Growth(whole.take), 0, 300)
    assert {path: source.files[path] for path in whole.files} == whole.files


@settings(max_examples=5)
@given(st.integers(65_530, 66_100))
def test_a_log_reaches_the_third_level(size):
    source, frontier = MemorySource(), Frontier()
    growth = Growth(source.take)
    for at in range(size):
        frontier.append(growth.append(entry(at)))
    growth.flush()
    assert growth.root() == frontier.root()
    assert set(source.files) == {tile.path for tile in grown(0, size)}


def test_an_entry_that_is_too_long_leaves_the_log_as_it_was():
    source = MemorySource()
    growth = Growth(source.take)
    grow(growth, 0, 3)
    before = (growth.size, growth.root())
    with pytest.raises(EntryRefusedError, match="log a digest of the long part instead"):
        growth.append(bytes(MOST_ENTRY_BYTES + 1))
    assert (growth.size, growth.root()) == before
