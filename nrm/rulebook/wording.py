"""Wording in the four languages that a caseworker or the person reads."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["en", "fr", "es", "ar"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
RIGHT_TO_LEFT: frozenset[Language] = frozenset({"ar"})

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
"""A word of the vocabulary: the only kind of text that rules and the C engine ever see."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Model(BaseModel):
    """What all models of the rulebook share: closed, strict, and never changed after it was read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class Wording(Model):
    """One text in English, French, Spanish and Arabic."""

    en: Words
    fr: Words
    es: Words
    ar: Words

    def in_(self, language: Language) -> str:
        """Return the text in `language`."""
        text: str = getattr(self, language)
        return text
