"""How each coded fact is written in a case record: as JSON Schema for programs, as a comment for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact

if TYPE_CHECKING:
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.rulebook.wording import Language


def fact_schemas(words: Vocabulary) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each fact's value."""
    schemas: dict[str, dict[str, Any]] = {}
    for name, fact in words.facts.items():
        schema: dict[str, Any]
        if isinstance(fact, ChoiceFact):
            schema = {"enum": list(fact.values)}
        elif isinstance(fact, CodesFact):
            schema = {"type": "array", "items": {"enum": list(fact.values)}, "uniqueItems": True}
        else:
            whole = {"type": "integer", "minimum": fact.from_, "maximum": fact.to}
            schema = {"anyOf": [whole, {"const": UNKNOWN}]}
        schemas[name] = {"title": fact.label.en, "description": fact.meaning.en, **schema}
    return schemas


def fact_comments(words: Vocabulary, language: Language) -> dict[str, str]:
    """Return for each fact what it means and which values it takes."""
    comments: dict[str, str] = {}
    for name, fact in words.facts.items():
        if isinstance(fact, ChoiceFact):
            values = " | ".join(fact.values)
        elif isinstance(fact, CodesFact):
            values = f"[{', '.join(fact.values)}]"
        else:
            values = f"{fact.from_}..{fact.to} | {UNKNOWN}"
        comments[name] = f"{fact.meaning.in_(language)} {values}"
    return comments
