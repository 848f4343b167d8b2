"""Facts checked against the vocabulary: the only thing that an engine is ever given about a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nrm.errors import CaseRefusedError, Problem, nearest
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

    def refuse(name: str, what: str, todo: str) -> None:
        problems.append(Problem(file, (lines or {}).get(name, 0), what, todo))

    for name, value in given.items():
        fact = vocabulary.facts.get(name)
        if fact is None:
            refuse(name, f"{_shown(name, vocabulary.facts, 'this')} is not a fact", nearest(name, vocabulary.facts))
        elif isinstance(fact, ChoiceFact):
            if isinstance(value, str) and value in fact.values:
                checked[name] = value
            else:
                refuse(name, *_wrong_value(name, value, fact.values, "one value"))
        elif isinstance(fact, CodesFact):
            codes = [value] if isinstance(value, str) else value
            if not isinstance(codes, list | tuple | frozenset | set):
                refuse(name, f"`{name}` needs a list of observed codes", "write `[code, code]`")
                continue
            for code in codes:
                if not isinstance(code, str) or code not in fact.values:
                    refuse(name, *_wrong_value(name, code, fact.values, "a list of codes"))
            checked[name] = frozenset(code for code in codes if isinstance(code, str))
        else:
            number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
            if number in (UNKNOWN, None):
                continue
            if isinstance(number, bool) or not isinstance(number, int) or not fact.from_ <= number <= fact.to:
                todo = f"write a whole number from {fact.from_} to {fact.to}, or `unknown`"
                refuse(name, f"`{name}` has a value that cannot be used", todo)
            else:
                checked[name] = number
    if problems:
        raise CaseRefusedError(problems)
    return checked


def _default(fact: ChoiceFact | CodesFact | WholeFact) -> FactValue:
    if isinstance(fact, ChoiceFact):
        return UNKNOWN
    return frozenset() if isinstance(fact, CodesFact) else None


def _wrong_value(name: str, value: object, valid: Mapping[str, object], form: str) -> tuple[str, str]:
    if not isinstance(value, str):
        return f"`{name}` needs {form}", nearest("", valid)
    return f"{_shown(value, valid, 'what stands here')} is not a value of `{name}`", nearest(value, valid)


def _shown(word: str, valid: Mapping[str, object], otherwise: str) -> str:
    """Show a word only when it is clearly a slip of a valid one."""
    return f"`{word}`" if nearest(word, valid).startswith("did you mean") else otherwise
