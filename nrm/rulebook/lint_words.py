"""Does the vocabulary fit together: do bars, disclosures and phrases name words that exist?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.errors import Problem, nearest
from nrm.rulebook.vocabulary import GROUPS
from nrm.rulebook.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nrm.rulebook.read import Files


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
    yield from _differences("rules/vocabulary/groups.yaml", GROUPS, words.groups, "group")
    english = files.phrases[LANGUAGES[0]]
    for language in LANGUAGES[1:]:
        yield from _differences(f"rules/locale/{language}.yaml", english, files.phrases[language], "phrase")


def _problem(files: Files, code: str, what: str, todo: str) -> Problem:
    return files.vocabulary_documents[code].problem((code,), what, todo)


def _differences(file: str, wanted: Iterable[str], found: Iterable[str], kind: str) -> Iterator[Problem]:
    for code in sorted(set(wanted) - set(found)):
        yield Problem(file, 0, f"the {kind} `{code}` is missing", "add it")
    for code in sorted(set(found) - set(wanted)):
        yield Problem(file, 0, f"the {kind} `{code}` is not known", nearest(code, wanted))
