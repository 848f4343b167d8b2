"""A letter as plain text, for a screen, a message or a printer that knows nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.rulebook.lines import WIDTH, as_lines, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.letter.model import Letter, Section

SPACES = 3
"""Empty lines to write on."""


def as_text(letter: Letter) -> str:
    """Return `letter` as lines of at most `WIDTH` characters (see `nrm.rulebook.lines.as_lines`)."""
    return as_lines(_lines(letter), right_to_left=letter.right_to_left)


def _lines(letter: Letter) -> Iterator[str]:
    yield from wrapped(letter.title)
    for paragraph in letter.opening:
        yield ""
        yield from wrapped(paragraph)
    for section in letter.sections:
        yield from _section(section)
    yield from _section(letter.space)
    for _ in range(SPACES):
        yield ""
        yield "_" * (WIDTH // 2)


def _section(section: Section) -> Iterator[str]:
    yield ""
    yield ""
    yield from wrapped(section.title)
    if section.note:
        yield from wrapped(section.note)
    for item in section.items:
        yield ""
        yield from wrapped(item.text, "• ", "  ")
        for line in item.below:
            yield from wrapped(line, "  ", "  ")
