"""Does the vocabulary fit together: do orders, bars, disclosures and phrases name words that exist?"""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

from nrm.errors import Problem, nearest
from nrm.rulebook.vocabulary import GROUPS, ChoiceFact
from nrm.rulebook.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nrm.rulebook.files import Files
    from nrm.textfile import Document


def vocabulary_problems(files: Files) -> Iterator[Problem]:
    """Yield every word of the vocabulary that points at a word that does not exist."""
    words = files.vocabulary
    yield from _order_problems(files)
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


def _order_problems(files: Files) -> Iterator[Problem]:
    """Yield where the order of a fact does not name each of its values exactly once."""
    documents = [document for place, document in files.documents.items() if place.startswith("vocabulary/facts/")]
    for name, fact in files.vocabulary.facts.items():
        if not isinstance(fact, ChoiceFact) or fact.rises is None:
            continue
        document = next(one for one in documents if name in one.data)
        at = (name, "rises")
        for index, value in enumerate(fact.rises):
            if value not in fact.values:
                what = f"`{value}` is not a value of `{name}`"
                yield document.problem((*at, index), what, nearest(value, fact.values))
            elif value in fact.rises[:index]:
                yield document.problem((*at, index), f"`{value}` stands twice in the order of `{name}`", "keep one")
        for value in fact.values:
            if value not in fact.rises:
                what = f"`{value}` is missing in the order of `{name}`"
                yield document.problem(at, what, "put it where it belongs, from the least need or risk to the most")


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
