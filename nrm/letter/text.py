"""A letter as plain text, for a screen, a message or a printer that knows nothing else."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.letter.model import Letter, Section

WIDTH = 76
"""Characters in a line, at most, unless one word is longer."""

SPACES = 3
"""Empty lines to write on."""

_RIGHT_TO_LEFT_MARK = "\u200f"


def as_text(letter: Letter) -> str:
    """Return `letter` as lines of at most `WIDTH` characters, in logical order, each ended by a line feed.

    Every line of a right-to-left letter begins with U+200F, because a reader gives each line a direction of its own, by
    its first letter (UAX #9, https://www.unicode.org/reports/tr9/).
    """
    mark = _RIGHT_TO_LEFT_MARK if letter.right_to_left else ""
    return "".join(f"{mark}{line}\n" if line else "\n" for line in _lines(letter))


def _lines(letter: Letter) -> Iterator[str]:
    yield from _wrapped(letter.title)
    for paragraph in letter.opening:
        yield ""
        yield from _wrapped(paragraph)
    for section in letter.sections:
        yield from _section(section)
    yield from _section(letter.space)
    for _ in range(SPACES):
        yield ""
        yield "_" * (WIDTH // 2)


def _section(section: Section) -> Iterator[str]:
    yield ""
    yield ""
    yield from _wrapped(section.title)
    if section.note:
        yield from _wrapped(section.note)
    for item in section.items:
        yield ""
        yield from _wrapped(item.text, "• ", "  ")
        for line in item.below:
            yield from _wrapped(line, "  ", "  ")


def _wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH - 1,  # the mark of the direction is a character too
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
