"""The one place that puts the parts together: files read and linted, engines built, cases taken in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nrm.case.facts import derive_facts
from nrm.case.intake import read_case
from nrm.engine.decide import Engine
from nrm.engine.facts import Facts, check_facts
from nrm.errors import FileRefusedError, Problem, UnknownNameError, nearest
from nrm.rulebook.lint import check
from nrm.rulebook.read import read_files
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.sentence import Speaker
from nrm.rulebook.wording import LANGUAGES
from nrm.textfile import LARGEST_FILE, Document, read_bytes, read_file

if TYPE_CHECKING:
    from datetime import date

    from nrm.config import Settings
    from nrm.engine.plan import Plan
    from nrm.rulebook.files import Files
    from nrm.rulebook.wording import Language

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Application:
    """What a command or a service works with; everything is read when it is first needed, and then kept."""

    settings: Settings

    @cached_property
    def files(self) -> Files:
        """All rules, vocabulary and commitments, sound as a whole.

        Raises:
            RulebookRefusedError: with every fault of every file.
        """
        files = read_files(self.settings.rules, self.settings.seeds)
        check(files)
        return files

    def engine(self, on: date, country: str | None = None) -> Engine:
        """Return the engine for the rulebook in force on `on` in `country`."""
        return Engine(rulebook_on(self.files, on, country))

    def speaker(self, language: str) -> Speaker:
        """Return the speaker of `language`.

        Raises:
            UnknownNameError: there is no such language.
        """
        known = language_of(language)
        return Speaker(known, self.files.phrases[known], self.files.vocabulary)

    def facts(self, document: Document, on: date) -> Facts:
        """Take in a case and return its facts, checked against the vocabulary.

        Raises:
            CaseRefusedError: with every fault; nothing of the case is quoted in it.
        """
        derived = derive_facts(read_case(document), on)
        lines = {fact: document.line_of(("facts", fact)) for fact in derived if ("facts", fact) in document.lines}
        return check_facts(derived, self.files.vocabulary, document.file, lines)

    def decide(self, document: Document, on: date, country: str | None = None) -> Plan:
        """Decide the case in `document`."""
        facts = self.facts(document, on)
        return self.engine(on, country).decide(facts, on)


def language_of(text: str) -> Language:
    """Return the language that was named.

    Raises:
        UnknownNameError: it is not spoken here.
    """
    for known in LANGUAGES:
        if known == text:
            return known
    raise UnknownNameError(Problem("language", 0, f"`{text}` is not spoken here", nearest(text, LANGUAGES)))


def case_document(name: str) -> Document:
    """Read a case from the file `name`, or from standard input when it is `-`; errors quote nothing from it.

    Raises:
        FileRefusedError: it cannot be read.
    """
    if name == STANDARD_INPUT:
        if sys.stdin is None:  # `nrm decide - <&-`
            raise FileRefusedError(Problem("standard input", 0, "it is closed", "pipe a case in, or name a file"))
        return read_bytes(sys.stdin.buffer.read(LARGEST_FILE + 1), "standard input", private=True)
    return read_file(Path(name), private=True)
