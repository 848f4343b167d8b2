"""Read the folder `rules/vocabulary/`: facts with their values, outcomes, and the names of roles, groups, ….

A fact that says `yes: {}` takes the label of that value from `common.yaml`, which all facts share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nrm.models import parse
from nrm.rulebook.book import FINDING
from nrm.rulebook.vocabulary import Bar, Disclosure, Fact, Named, Outcome, Value, Vocabulary
from nrm.rulebook.wording import LANGUAGES, Code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nrm.rulebook.reading import Reading
    from nrm.textfile import Document

COMMON_VALUES: Final = frozenset({"yes", "no", "unknown"})

_STAND_IN: Final = {"label": dict.fromkeys(LANGUAGES, "…")}
"""The label of a common value while `common.yaml` is broken, so that one fault is not told once for each fact."""

_NAMED_FILES: Final = ("roles", "recipients", "purposes", "groups")
_OUTCOME_FILES: Final[dict[str, type[Outcome]]] = {
    "findings": Outcome,
    "offers": Outcome,
    "duties": Outcome,
    "bars": Bar,
    "disclosures": Disclosure,
}


def read_vocabulary(reading: Reading) -> tuple[Vocabulary, dict[str, Document]]:
    """Return the vocabulary, and the document of each outcome; faults are problems of the reading."""
    folder = reading.rules / "vocabulary"
    documents: dict[str, Document] = {}
    facts = _facts(reading, folder)
    words: dict[str, dict[str, Any]] = {}
    for name, kind in _OUTCOME_FILES.items():
        words[name] = _words(reading, folder / "outcomes" / f"{name}.yaml", kind, documents)
    for name in _NAMED_FILES:
        words[name] = _words(reading, folder / f"{name}.yaml", Named, {})
    return Vocabulary(facts=facts, **words), documents


def _facts(reading: Reading, folder: Path) -> dict[str, Any]:
    common = reading.parsed(folder / "common.yaml", dict[Code, Value])
    shared: dict[str, Any] = dict.fromkeys(COMMON_VALUES, _STAND_IN)
    if common and isinstance(common[1].data, dict):
        shared = common[1].data
    facts: dict[str, Any] = {}
    documents: dict[str, Document] = {}  # a fact and an outcome may share a word: rules say which they mean
    for path in sorted((folder / "facts").glob("*.yaml")):
        document = reading.document(path)
        if document is None:
            continue
        _fill_common_values(document, shared)
        read = parse(document, dict[Code, Fact], reading.problems)
        _merge(reading, facts, read or {}, document, documents)
        if FINDING in facts:
            what = f"`{FINDING}` cannot be the name of a fact"
            reading.problems.append(document.problem((FINDING,), what, "rename it"))
    return facts


def _words(reading: Reading, path: Path, kind: type[Named], documents: dict[str, Document]) -> dict[str, Any]:
    read = reading.parsed(path, dict[Code, kind])  # type: ignore[valid-type]
    words: dict[str, Any] = {}
    if read:
        _merge(reading, words, read[0], read[1], documents)
    return words


def _merge(
    reading: Reading,
    into: dict[str, Any],
    words: dict[str, Any],
    document: Document,
    documents: dict[str, Document],
) -> None:
    for code, word in words.items():
        if code in documents:
            first = documents[code].file
            reading.problems.append(document.problem((code,), f"`{code}` is already in {first}", "rename one"))
        into[code] = word
        documents[code] = document


def _fill_common_values(document: Document, shared: Mapping[str, Any]) -> None:
    """Give `yes: {}`, `no: {}` and `unknown: {}` the labels that all facts share."""
    if not isinstance(document.data, dict):
        return
    for fact in document.data.values():
        values = fact.get("values") if isinstance(fact, dict) else None
        if isinstance(values, dict):
            for code, value in values.items():
                if code in COMMON_VALUES and code in shared and isinstance(value, dict):
                    values[code] = {**shared[code], **value}
