"""Plain text for a screen, a message or a printer that knows nothing else: short lines, in either direction."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH: Final = 76
"""Characters in a line, at most, unless one word is longer."""

_RIGHT_TO_LEFT_MARK: Final = "\u200f"


def wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    """Return `text` as lines that leave room for the mark of `as_lines`; `first` and `later` stand before its lines."""
    return textwrap.wrap(
        text,
        WIDTH - 1,  # the mark of the direction is a character too
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_lines(lines: Iterable[str], *, right_to_left: bool) -> str:
    """Return the lines in logical order, each ended by a line feed.

    Every line from right to left begins with U+200F, because a reader gives each line a direction of its own, by its
    first letter (UAX #9, https://www.unicode.org/reports/tr9/).
    """
    mark = _RIGHT_TO_LEFT_MARK if right_to_left else ""
    return "".join(f"{mark}{line}\n" if line else "\n" for line in lines)
