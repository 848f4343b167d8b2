"""What the library says of a fault, in the caller's language.

The library speaks English, as its command line and its logs do. Here, at the edge, its sentence is the key under which
`sayings.yaml` holds it in all four languages, as in gettext: so the library knows nothing of languages. What stands for
something is written in braces, and is taken over as it is:

- a word in backticks: ``there is no offer `{offer}` ``;
- `{words}`, a list of such words: "valid here: {words}";
- `{thing}`, English words, which only English repeats;
- any other, a number: "at most {number} digits".

INVARIANT (one language in one fault): a fault whose sentence or remedy is not there in the caller's language is told in
English as a whole, and says so.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from api.problems.kinds import kinds
from api.problems.texts import read_texts
from nrm.rulebook.wording import Code, Language, Model, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORDS: Final = r"`[^`]*`(?:, `[^`]*`)*"
_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?"
_THING: Final = r"[a-z ]+"
_FIELD: Final = re.compile(r"(`?)\{([a-z_]+)\}")
_COMMAS: Final = {"ar": "، "}


class Sayings(Model):
    """What the library says, by a code of its own."""

    sayings: dict[Code, Wording]


class Saying(NamedTuple):
    """A sentence that was found: its code, its wording, and what stands for what."""

    code: str
    wording: Wording
    values: Mapping[str, str]

    def in_(self, language: Language) -> str:
        """Return the sentence in a language."""
        comma = _COMMAS.get(language, ", ")
        return _FIELD.sub(
            lambda field: field[1] + self.values[field[2]].replace("`, `", f"`{comma}`"), self.wording.in_(language)
        )


@cache
def sayings() -> Mapping[str, Wording]:
    """Return all sentences that are told in four languages, from `sayings.yaml`.

    Raises:
        FileRefusedError: as `read_texts` raises it.
    """
    return read_texts("sayings.yaml", Sayings).sayings


def found(text: str) -> Saying | None:
    """Return the sentence that `text` is, or None when it is told in English only."""
    plain = _plain().get(text)
    if plain is not None:
        return Saying(*plain, {})
    matches = ((code, wording, shape.fullmatch(text)) for code, wording, shape in _shapes())
    return next((Saying(code, wording, match.groupdict()) for code, wording, match in matches if match), None)


@cache
def _plain() -> Mapping[str, tuple[str, Wording]]:
    return {wording.en: (code, wording) for code, wording in _all() if not _FIELD.search(wording.en)}


@cache
def _shapes() -> tuple[tuple[str, Wording, re.Pattern[str]], ...]:
    return tuple((code, one, shape_of(one.en)) for code, one in _all() if _FIELD.search(one.en))


def _all() -> Iterator[tuple[str, Wording]]:
    yield from sayings().items()
    for code, kind in kinds().items():
        yield code, kind.what
        yield code, kind.todo


def shape_of(english: str) -> re.Pattern[str]:
    """Return what a sentence with its fields filled in looks like.

    >>> bool(shape_of("at most {number} digits").fullmatch("at most 9 digits"))
    True
    """
    parts, end = [], 0
    for field in _FIELD.finditer(english):
        quote, name = field.groups()
        shape = "[^`]*" if quote else {"words": _WORDS, "thing": _THING}.get(name, _NUMBER)
        parts += [re.escape(english[end : field.start()]), f"{quote}(?P<{name}>{shape})"]
        end = field.end()
    return re.compile("".join([*parts, re.escape(english[end:])]))
