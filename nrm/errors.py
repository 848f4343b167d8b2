"""Errors that say what happened, where, and what to do, and never carry personal data.

Every exception that leaves a package of `nrm` is an `NrmError`. Input that is refused carries a list of `Problem`,
because a person who mends a file wants to see all of its faults at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_NAMED = 12
LONGEST_WORD = 120
"""Characters of a word with which valid ones are compared; what is longer is no slip of any."""
MOST_FAULTS = 100
"""Faults of one file or request that are told at once.

INVARIANT (no fault costs more than its cause): each is compared with every valid word, so a request of a thousand small
mistakes would keep a processor busy for minutes.
"""
"""How many valid words an error lists at most when none is near."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one place of one file.

    `line` counts from 1; 0 means the file as a whole. `what` is one sentence, lower case, without full stop, with
    the offending value in backticks where that value cannot be personal data. `todo` says how to mend it.
    """

    file: str
    line: int
    what: str
    todo: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}" + (f"; {self.todo}" if self.todo else "")


class NrmError(Exception):
    """The root of all errors of this library; `problems` lists every fault that was found."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        found = [problems] if isinstance(problems, Problem) else sorted(set(problems))
        self.problems: tuple[Problem, ...] = tuple(found)
        super().__init__("\n".join(str(problem) for problem in found))


class FileRefusedError(NrmError):
    """A file cannot be read, or is not YAML or JSON of the kind that we accept."""


class RulebookRefusedError(NrmError):
    """Rules, vocabulary, parameters or examples do not fit together; nothing was loaded."""


class CaseRefusedError(NrmError):
    """A case record or its facts cannot be used; nothing was decided. Never holds a value that may be personal."""


class UnknownNameError(NrmError):
    """Somebody asked for a rule, an outcome, a country or a language that does not exist."""


class EngineError(NrmError):
    """An engine could not decide; the caller must keep every protection and open nothing."""


def reason_of(error: OSError) -> str:
    """Return what the system says of a failed file or connection, in small letters, to stand inside a sentence.

    Only the system's own words: a path or a value that somebody typed is not in them.

    >>> reason_of(FileNotFoundError(2, "No such file or directory"))
    'no such file or directory'
    """
    return (error.strerror or "unknown reason").lower()


def is_slip_of(word: str, valid: Iterable[str]) -> bool:
    """Say whether `word` is clearly a slip of a valid code, and so may be shown also where it could be personal.

    A word with a space or a capital letter is not: somebody may have typed a name.

    >>> is_slip_of("acused_of", ["accused_of"]), is_slip_of("accused_of Ana", ["accused_of"])
    (True, False)
    """
    return bool(_CODE_LIKE.fullmatch(word)) and bool(get_close_matches(word, list(valid), n=1, cutoff=0.75))


_CODE_LIKE = re.compile(r"[a-z][a-z0-9_]{0,59}")


def nearest(word: str, valid: Iterable[str]) -> str:
    """Say which valid word is nearest to `word`, or which words there are when none is near.

    >>> nearest("acused_of", ["accused_of", "acts"])
    'did you mean `accused_of`?'
    """
    words: Sequence[str] = sorted(set(valid))
    if not words:
        return "nothing is valid here"
    near = get_close_matches(word, words, n=1, cutoff=0.6) if len(word) <= LONGEST_WORD else []
    if near:
        return f"did you mean `{near[0]}`?"
    listed = ", ".join(f"`{valid_word}`" for valid_word in words[:MOST_NAMED])
    more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return f"valid here: {listed}{more}"
