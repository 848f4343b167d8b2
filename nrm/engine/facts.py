"""Facts checked against the vocabulary: the only thing that an engine is ever given about a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nrm.errors import MOST_FAULTS, CaseRefusedError, Problem, is_slip_of, nearest
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact, WholeFact

if TYPE_CHECKING:
    from nrm.rulebook.vocabulary import Vocabulary

FactValue = str | frozenset[str] | int | None
Facts = Mapping[str, FactValue]
"""Each fact of the vocabulary: a value (choice), observed codes (codes), or a number or None (whole)."""


def check_facts(
    given: Mapping[str, object],
    vocabulary: Vocabulary,
    file: str = "facts",
    lines: Mapping[str, int] | None = None,
) -> Facts:
    """Return a value for every fact of the vocabulary; what is not given is unknown or not observed.

    `lines` may say on which line of `file` each fact stands. Errors show a value only when it is nearly a valid word:
    anything else that somebody typed there might be personal.

    Raises:
        CaseRefusedError: unknown facts, unknown values, wrong types, numbers out of range; all of them are listed.
    """
    problems: list[Problem] = []
    checked: dict[str, FactValue] = {name: _default(fact) for name, fact in vocabulary.facts.items()}
    for name, value in given.items():
        try:
            checked[name] = _checked(name, value, vocabulary)
        except _Refusal as refusal:
            problems.append(Problem(file, (lines or {}).get(name, 0), refusal.what, refusal.todo))
        if len(problems) == MOST_FAULTS:
            problems.append(Problem(file, 0, "there may be more faults than are told here", "mend these first"))
            break
    if problems:
        raise CaseRefusedError(problems)
    return checked


_DIGITS = re.compile(r"[0-9]{1,18}")  # Python refuses to read thousands of digits, with an error of its own


class _Refusal(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, what: str, todo: str) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo


def _checked(name: str, value: object, vocabulary: Vocabulary) -> FactValue:
    fact = vocabulary.facts.get(name)
    if fact is None:
        raise _Refusal(f"{_shown(name, vocabulary.facts)} is not a fact", nearest(name, vocabulary.facts))
    if isinstance(fact, ChoiceFact):
        return _one_of(name, value, fact.values, "one value")
    if isinstance(fact, WholeFact):
        return _number(name, value, fact)
    codes = [value] if isinstance(value, str) else value
    if not isinstance(codes, list | tuple | frozenset | set):
        raise _Refusal(f"`{name}` needs a list of observed codes", "write `[code, code]`")
    return frozenset(_one_of(name, code, fact.values, "a list of codes") for code in codes)


def _one_of(name: str, value: object, valid: Mapping[str, object], form: str) -> str:
    if not isinstance(value, str):
        raise _Refusal(f"`{name}` needs {form}", nearest("", valid))
    if value not in valid:
        shown = _shown(value, valid)
        raise _Refusal(f"{shown} is not a value of `{name}`", nearest(value, valid))
    return value


def _number(name: str, value: object, fact: WholeFact) -> int | None:
    number = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value
    if number in (UNKNOWN, None):
        return None
    if isinstance(number, bool) or not isinstance(number, int) or not fact.from_ <= number <= fact.to:
        todo = f"write a whole number from {fact.from_} to {fact.to}, or `unknown`"
        raise _Refusal(f"`{name}` has a value that cannot be used", todo)
    return number


def _default(fact: ChoiceFact | CodesFact | WholeFact) -> FactValue:
    if isinstance(fact, ChoiceFact):
        return UNKNOWN
    return frozenset() if isinstance(fact, CodesFact) else None


def _shown(word: str, valid: Mapping[str, object]) -> str:
    return f"`{word}`" if is_slip_of(word, valid) else "what stands here"
