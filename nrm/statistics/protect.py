"""Counts of people, protected by cell suppression before anybody sees them.

A cell under 10 is a primary cell and is shown as `<10`, a zero too, because it tells as much about those who are not
there. Secondary suppression then hides larger cells, the smallest first, until nobody can subtract the shown ones from
the total. The attacker we defend against knows the total, everything shown, and this code.

INVARIANT (no primary cell is narrowed): to this attacker every combination of 0 to 9 in all primary cells of a table
stays possible, so the feasibility interval of each is 0..9; under a total that is itself `<10` it is so for each cell.
INVARIANT (no exact guess): of no hidden cell is the count certain. Why, with p primary cells, h hidden ones, and R for
what is left of the total without the shown cells:

- Whether a total is split at all depends on the total and on the number of categories only, both of which are public.
- The first h with `10 h + 9 p < R < next + 10 (h - 1)` is taken; `next` is the smallest cell still shown. Put any 0 to
  9 in each primary cell, 10 in each hidden cell but one, and the rest of R in that one: it is more than 10 and less
  than `next`, so the same cells are the smallest. Every smaller h fails for these counts, as it failed for the true
  ones, because its own R is at most `10 h + 9 p`. Hence the same table is shown, whatever the primary cells hold.
- Without a cell left to show there is no `next`, and `10 h + 9 p < R` always holds, because the total is at least ten
  for each category. So a total that is split never has to be hidden itself.
- Tables of one total agree about it, and any counts in one can go with any counts in another.

Not protected: what two tables tell by their difference (two dates, two rulebooks, a group and a part of it, tables
that are crossed); what people in a cell learn when they subtract themselves; that a group is small. Whoever publishes
several such tables has to look at them together.

Terms: A. Hundepool et al., Statistical Disclosure Control, Wiley 2012, chapter 4. That a rule which hides as little as
it can tells by what it hides: R. C. Wong et al., Minimality Attack in Privacy Preserving Data Publishing, VLDB 2007.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST: Final = 10
"""The smallest count that is shown."""

FEW: Final = "<10"
"""In place of a primary cell, or of a total: from 0 to 9 people."""

HIDDEN: Final = "*"
"""In place of a count that is not told, to protect others or because the total is too small to be split."""

Shown = int | Literal["<10", "*"]
"""What may be seen of a count."""


@dataclass(frozen=True)
class ProtectedTable:
    """A total and its cells as they may be seen, in the order in which they came."""

    total: Shown
    cells: Mapping[str, Shown]


def protect_count(count: int) -> Shown:
    """Return what may be seen of one count that is split no further."""
    return count if count >= LEAST else FEW


def protect(counts: Mapping[str, int]) -> ProtectedTable:
    """Return what may be seen of a total and of disjoint categories that together are the total.

    `counts` has every category that there could be, also those in which nobody is: which are missing must not depend
    on the people.
    """
    assert all(count >= 0 for count in counts.values()), "there are fewer than no people in a category"
    total = sum(counts.values())
    if total < LEAST:
        return ProtectedTable(FEW, dict.fromkeys(counts, FEW))
    if total < LEAST * len(counts):
        return ProtectedTable(total, dict.fromkeys(counts, HIDDEN))
    hidden = _secondary(counts)
    cells = {name: HIDDEN if name in hidden else protect_count(count) for name, count in counts.items()}
    return ProtectedTable(total, cells)


def protect_shares(total: int, counts: Mapping[str, int]) -> ProtectedTable:
    """Return what may be seen of categories that overlap: of each, how many of `total` people are in it.

    Each is a table of its own, of those who are in the category and those who are not. So a category is hidden too
    when almost everybody is in it, because the few others could be had by subtraction.
    """
    assert all(count <= total for count in counts.values()), "more people are in a category than there are"
    each = {name: protect({"in": count, "out": total - count}).cells["in"] for name, count in counts.items()}
    return ProtectedTable(protect_count(total), each)


def _secondary(counts: Mapping[str, int]) -> frozenset[str]:
    """Return the names of the cells that secondary suppression hides; the module says why these."""
    primary = [count for count in counts.values() if count < LEAST]
    if not primary:
        return frozenset()
    # Equal counts stand in the order of the table; `next` being strictly larger, that order tells nothing.
    large = sorted((name for name, count in counts.items() if count >= LEAST), key=lambda name: counts[name])
    left = sum(primary)
    for number, name in enumerate(large[:-1], start=1):
        left += counts[name]
        at_least = LEAST * number + (LEAST - 1) * len(primary)
        if at_least < left < counts[large[number]] + LEAST * (number - 1):
            return frozenset(large[:number])
    return frozenset(large)
