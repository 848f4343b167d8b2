"""Does the vocabulary fit together: do bars, disclosures and phrases name words that exist?"""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

from nrm.errors import Problem, nearest
from nrm.rulebook.vocabulary import GROUPS
from nrm.rulebook.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nrm.rulebook.read import Files
    from nrm.textfile import Document


def vocabulary_problems(files: Files) -> Iterator[Problem]:
    """Yield every word of the vocabulary that points at a word that does not exist."""
    words = files.vocabulary
    for code, bar in words.bars.items():
        for forbidden in bar.forbids:
            if forbidden not in words.duties and forbidden not in words.disclosures:
                # INVARIANT (a bar never takes an offer away): only duties and disclosures can be forbidden.
                valid = (*words.duties, *words.disclosures)
                yield _problem(files, code, f"`{forbidden}` is not a duty or disclosure", nearest(forbidden, valid))
    for code, disclosure in words.disclosures.items():
        if disclosure.recipient not in words.recipients:
            todo = nearest(disclosure.recipient, words.recipients)
            yield _problem(files, code, f"`{disclosure.recipient}` is not a recipient", todo)
        if disclosure.purpose not in words.purposes:
            todo = nearest(disclosure.purpose, words.purposes)
            yield _problem(files, code, f"`{disclosure.purpose}` is not a purpose", todo)
        if disclosure.duty is not None and disclosure.duty not in words.duties:
            yield _problem(files, code, f"`{disclosure.duty}` is not a duty", nearest(disclosure.duty, words.duties))
    yield from _differences(files.documents["vocabulary/groups.yaml"], GROUPS, words.groups, "group")
    english = files.phrases[LANGUAGES[0]]
    for language, phrases in files.phrases.items():
        document = files.documents[f"locale/{language}.yaml"]
        yield from _differences(document, english, phrases, "phrase")
        for code, phrase in phrases.items():
            yield from _brace_problems(document, code, phrase, english.get(code, phrase))


def _problem(files: Files, code: str, what: str, todo: str) -> Problem:
    return files.vocabulary_documents[code].problem((code,), what, todo)


def _differences(document: Document, wanted: Iterable[str], found: Iterable[str], kind: str) -> Iterator[Problem]:
    for code in sorted(set(wanted) - set(found)):
        yield Problem(document.file, 0, f"the {kind} `{code}` is missing", "add it")
    for code in sorted(set(found) - set(wanted)):
        yield document.problem((code,), f"the {kind} `{code}` is not known", nearest(code, wanted))


def _brace_problems(document: Document, code: str, phrase: str, english: str) -> Iterator[Problem]:
    """Yield the faults by which a phrase would fail, or lose a word, when its braces are filled in."""
    found, wanted = _in_braces(phrase), _in_braces(english)
    if found is None:
        yield document.problem((code,), f"the braces of the phrase `{code}` are broken", "write `{word}`")
    elif wanted is not None and found != wanted:
        words = ", ".join(f"`{{{word}}}`" for word in sorted(wanted)) or "no braces"
        what = f"the phrase `{code}` does not have the same words in braces as the English one"
        yield document.problem((code,), what, f"it has {words}")


def _in_braces(phrase: str) -> set[str] | None:
    """Return the words in braces, or None when they cannot be filled in by name."""
    try:
        parts = list(Formatter().parse(phrase))
    except ValueError:
        return None
    plain = all(name is None or (name.isidentifier() and not form and not kind) for _, name, form, kind in parts)
    return {name for _, name, _, _ in parts if name is not None} if plain else None
