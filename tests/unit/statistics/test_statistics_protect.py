"""Counts of people are protected against somebody who knows all that is shown and how it was chosen."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.statistics.protect import FEW, HIDDEN, ProtectedTable, protect, protect_count, protect_shares

cells = st.one_of(st.integers(0, 9), st.integers(10, 40), st.integers(10, 100_000))
tables = st.lists(cells, min_size=1, max_size=8)
"""Mostly of counts near the limit and near each other, where it is hard to hide one behind another."""


def named(counts):
    return {f"c{place}": count for place, count in enumerate(counts)}


def shown(*counts):
    table = protect(named(counts))
    return table.total, *table.cells.values()


def is_split(counts):
    return sum(counts) >= 10 * len(counts)


def feasible(table):
    """Return the feasibility interval of each cell, as the marks, the total and the order of hiding give it."""
    numbers = [cell for cell in table.cells.values() if isinstance(cell, int)]
    bounds = {FEW: (0, 9), HIDDEN: (10, min(numbers, default=inf))}
    inside = {name: bounds.get(cell, (cell, cell)) for name, cell in table.cells.items()}
    intervals = {}
    for name, (low, high) in inside.items():
        others = [one for other, one in inside.items() if other != name]
        least, most = (sum(bound) for bound in zip(*others, strict=True)) if others else (0, 0)
        intervals[name] = max(low, table.total - most), min(high, table.total - least)
    return intervals


@given(tables)
def test_what_is_shown_is_true_and_every_small_cell_is_primary_when_a_total_is_split(counts):
    table = protect(named(counts))
    assert table.total == protect_count(sum(counts))
    assert list(table.cells) == list(named(counts))
    for count, cell in zip(counts, table.cells.values(), strict=True):
        if isinstance(cell, int):
            assert cell == count >= 10
        elif is_split(counts):
            assert (cell == FEW) == (count < 10)


@given(tables)
def test_no_primary_cell_is_narrowed_and_no_hidden_cell_is_certain(counts):
    table = protect(named(counts))
    if not is_split(counts):
        assert set(table.cells.values()) == {FEW if sum(counts) < 10 else HIDDEN}
        return
    for name, (low, high) in feasible(table).items():
        if table.cells[name] == FEW:
            assert (low, high) == (0, 9)
        elif table.cells[name] == HIDDEN:
            assert high - low >= 9


@given(tables, st.data())
def test_other_counts_in_all_primary_cells_give_the_same_table(counts, data):
    """Move people between primary and hidden cells as the module says, and see that the code does the same."""
    before = named(counts)
    table = protect(before)
    hidden = [name for name, cell in table.cells.items() if cell == HIDDEN]
    primary = [name for name, cell in table.cells.items() if cell == FEW]
    if not is_split(counts) or not hidden:
        assert not is_split(counts) or not primary
        return
    after = {**before, **dict.fromkeys(hidden, 10), **{name: data.draw(st.integers(0, 9)) for name in primary}}
    takes_the_rest = data.draw(st.sampled_from(hidden))
    after[takes_the_rest] += sum(before.values()) - sum(after.values())
    assert protect(after) == table


@pytest.mark.parametrize(("categories", "totals"), [(2, range(10, 60)), (3, range(10, 60)), (4, (39, 40, 44, 50))])
def test_whoever_tries_all_counts_that_give_a_table_learns_nothing_about_its_small_cells(categories, totals):
    for total in totals:
        behind = defaultdict(list)
        for counts in product(range(total + 1), repeat=categories - 1):
            if (last := total - sum(counts)) >= 0:
                behind[shown(*counts, last)].append((*counts, last))
        for (_, *marks), worlds in behind.items():
            few = [place for place, mark in enumerate(marks) if mark == FEW]
            assert len({tuple(world[place] for place in few) for world in worlds}) == 10 ** len(few)
            for place, mark in enumerate(marks):
                assert mark != HIDDEN or len({world[place] for world in worlds}) >= 10


def test_whether_a_total_is_split_depends_on_nothing_but_the_total():
    assert {shown(count, 19 - count) for count in range(20)} == {(19, HIDDEN, HIDDEN)}
    assert shown(10, 10) == (20, 10, 10)
    assert all(FEW in shown(count, 20 - count) for count in range(21) if count != 10)


def test_a_total_under_ten_hides_everything_and_so_does_none():
    assert {shown(count, 9 - count) for count in range(10)} == {(FEW, FEW, FEW)} == {shown(0, 0)}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((10, 20, 30), (60, 10, 20, 30)),  # nobody has to be protected
        ((3, 50, 40), (93, FEW, 50, HIDDEN)),  # the smallest of the others hides it
        ((0, 50, 40), (90, FEW, 50, HIDDEN)),  # nobody is somebody too
        ((9, 30, 30, 500), (569, FEW, HIDDEN, HIDDEN, 500)),  # 9 + 30 > 30: the smaller one could not be so large
        ((0, 10, 60, 500), (570, FEW, HIDDEN, HIDDEN, 500)),  # 0 + 10: one of ten leaves no room for a nine
        ((9, 10, 51, 500), (570, FEW, HIDDEN, HIDDEN, 500)),  # and so the same is shown if it is a nine
        ((2, 7, 60, 500), (569, FEW, FEW, HIDDEN, 500)),  # two small ones are no protection of each other
        ((5, 1000), (1005, FEW, HIDDEN)),
        ((1000,), (1000, 1000)),
    ],
)
def test_secondary_cells_are_the_smallest_that_suffice(counts, expected):
    assert shown(*counts) == expected


def test_equal_cells_are_not_told_apart():
    assert shown(0, 30, 30, 500) == (560, FEW, HIDDEN, HIDDEN, 500)


def test_shares_hide_a_category_in_which_few_are_and_one_in_which_almost_all_are():
    table = protect_shares(100, {"labour": 91, "sexual": 90, "begging": 10, "organs": 9, "crime": 0, "other": 100})
    assert table == ProtectedTable(
        100, {"labour": HIDDEN, "sexual": 90, "begging": 10, "organs": FEW, "crime": FEW, "other": HIDDEN}
    )


@given(st.integers(0, 200), st.data())
def test_each_share_is_protected_as_a_table_of_those_in_it_and_those_not(total, data):
    counts = named(data.draw(st.lists(st.integers(0, total), max_size=4)))
    table = protect_shares(total, counts)
    assert table.total == protect_count(total)
    for name, count in counts.items():
        alone = protect({"has": count, "has_not": total - count})
        assert (table.total, table.cells[name]) == (alone.total, alone.cells["has"])


def test_counts_that_cannot_be_are_noticed():
    with pytest.raises(AssertionError, match="fewer than no people"):
        protect({"a": -1})
    with pytest.raises(AssertionError, match="more people are in a category"):
        protect_shares(5, {"a": 6})
