"""Printing for people: 80 columns, colour only on a terminal, and Arabic from right to left."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.text import Text

from nrm.cli.files import write_bytes
from nrm.rulebook.wording import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.rulebook.wording import Language

WIDTH = 80
NARROWEST = 20

_RIGHT_TO_LEFT_MARK = "\u200f"
_ISOLATE, _POP = "\u2066", "\u2069"  # Unicode Bidirectional Algorithm, UAX #9
_ARABIC = re.compile("[\u0600-\u06ff]")
_LATIN = re.compile(r"[A-Za-z§][A-Za-z0-9§/_().,:-]*(?: [A-Za-z0-9§][A-Za-z0-9§/_().,:-]*)*")


class Printer:
    """Writes paragraphs in one language."""

    def __init__(self, language: Language = "en") -> None:
        self.language = language
        terminal = sys.stdout.isatty()
        self.console = Console(
            highlight=False,
            markup=False,
            emoji=False,
            width=None if terminal else WIDTH,
            no_color=None if terminal else True,
        )

    def line(self, text: str = "", style: str = "", indent: int = 0) -> None:
        """Print one paragraph, wrapped and indented."""
        # Wrapped before it is directed: a terminal gives each of its lines a direction of its own.
        room = max(NARROWEST, self.console.width - indent)
        for wrapped in Text(text).wrap(self.console, room) if text else [Text()]:
            said = self.directed(wrapped.plain.rstrip())
            self.console.print(Text(" " * indent).append(said, style), soft_wrap=True)

    def directed(self, text: str) -> str:
        """Return `text` so that a terminal that knows right-to-left shows codes inside it in their own direction."""
        if self.language not in RIGHT_TO_LEFT or not _ARABIC.search(text):
            return text
        return _RIGHT_TO_LEFT_MARK + _LATIN.sub(lambda code: f"{_ISOLATE}{code[0]}{_POP}", text)


OF_LOG: Final = ("entry", "entries")
"""What a log has, as `counted` takes it."""


def counted(many: int, one: str, more: str | None = None) -> str:
    """Return how many there are of something; `more` is its plural where that is not `one` with an s.

    >>> counted(1, "case"), counted(0, "case"), counted(2, *OF_LOG)
    ('1 case', '0 cases', '2 entries')
    """
    return f"{many} {one if many == 1 else more or one + 's'}"


def print_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Print `value` as JSON, keys in their order, two spaces: the same value gives the same bytes."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()  # so that a reader who has gone is noticed here, and not when Python ends


def write_json(path: Path, value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Write `value` as JSON to `path`, whole or not at all.

    Raises:
        FileRefusedError: the file cannot be written.
    """
    write_bytes(path, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())
