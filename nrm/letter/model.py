"""What a letter is made of, before it becomes text or a page: headings, items, and space to write on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.rulebook.wording import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from nrm.rulebook.wording import Language


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a section, and the small lines below it: who does it until when, and why."""

    text: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its items; `note` stands between the two."""

    title: str
    items: tuple[Item, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in one language; it ends with `space`, a section without items in which the person may write."""

    language: Language
    title: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    space: Section

    @property
    def right_to_left(self) -> bool:
        """Say whether the language is written from right to left."""
        return self.language in RIGHT_TO_LEFT
