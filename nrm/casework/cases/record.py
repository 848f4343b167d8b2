"""A case record cut into the groups that are sealed one by one, and put together again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nrm.audit.canonical import canonical
from nrm.case.facts import derive_facts
from nrm.case.intake import read_case
from nrm.case.record import GROUPS
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError, Problem
from nrm.textfile import Document
from nrm.vault.errors import NotIndexedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nrm.case.record import CaseRecord
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase
    from nrm.engine.facts import Facts, FactValue
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.vault.blind_index import BlindIndex

ENVELOPE = "case"
"""The part of a record that says what the record itself is; it is sealed like a group."""

PARTS = (ENVELOPE, *GROUPS)

MARKED = ("identity", "contact")
"""The parts in which identifiers stand that have a blind index."""

_CHANNELS = {"own_phone": "phone", "email": "email"}


@dataclass(frozen=True)
class Checked:
    """A document that was accepted as a case record: its parts, facts and marks all come from one reading."""

    document: Document = field(repr=False)
    record: CaseRecord = field(repr=False)


@dataclass(frozen=True)
class Whole:
    """A whole case on a day: its parts, the record that they make, and its coded facts."""

    parts: Mapping[str, bytes] = field(repr=False)
    record: CaseRecord = field(repr=False)
    facts: Facts = field(repr=False)


def checked(document: Document) -> Checked:
    """Read a case record.

    Raises:
        CaseRefusedError: the record is not acceptable; nothing of it is quoted.
    """
    return Checked(document, read_case(document))


def parts_of(read: Checked) -> dict[str, bytes]:
    """Return the parts that a document fills in, each as canonical JSON.

    INVARIANT (what is kept is what was checked): put together again (`joined`) they read as the same record.
    """
    data = read.document.data if isinstance(read.document.data, dict) else {}
    return {name: canonical(data[name]) for name in PARTS if data.get(name) not in (None, "", {})}


def joined(parts: Mapping[str, bytes]) -> Document:
    """Return the document that these parts make."""
    return Document("case record", {name: json.loads(parts[name]) for name in PARTS if name in parts}, {})


def opened(unit: UnitOfWork, case: OpenCase, names: Iterable[str], version: int | None = None) -> dict[str, bytes]:
    """Return the parts of a stored case that were ever written, opened, as they stood in `version` (None: now)."""
    return {row.group: case.open(row) for row in case.rows(unit, names, version)}


def facts_of(read: Checked, on: date, words: Vocabulary) -> Facts:
    """Return the coded facts of a record on a day.

    Raises:
        CaseRefusedError: contradictions, or a fact that is not in the vocabulary.
    """
    document, facts = read.document, derive_facts(read.record, on)
    lines = {name: document.lines["facts", name] for name in facts if ("facts", name) in document.lines}
    return check_facts(facts, words, document.file, lines)


def packed(facts: Facts) -> bytes:
    """Return what is known of the facts as canonical JSON, the smallest form that is not lossy."""
    known = {name: plain(value) for name, value in facts.items() if value not in ("unknown", None, frozenset())}
    return canonical(known)


def plain(value: FactValue) -> str | int | list[str] | None:
    """Return a fact's value as JSON can hold it."""
    return sorted(value) if isinstance(value, frozenset) else value


def marks_of(read: Checked, index: BlindIndex) -> tuple[list[tuple[str, bytes]], int]:
    """Return the (kind, blind index) of every identifier that can have one, and how many cannot."""
    record = read.record
    found = [("document_number", one.number) for one in record.identity.identity_numbers if one.number]
    found += [
        (_CHANNELS[one.kind], one.address) for one in record.contact.channels if one.kind in _CHANNELS and one.address
    ]
    marks, left = set(), 0
    for kind, value in found:
        try:
            marks.add((kind, index.index(kind, value)))
        except NotIndexedError:
            left += 1
    return sorted(marks), left


def check_parts(names: Iterable[str]) -> None:
    """Refuse names of groups that there are not.

    Raises:
        CaseRefusedError: a name is no group.
    """
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        what = "a name is no group" if len(unknown) == 1 else f"{len(unknown)} of the names are no groups"
        valid = ", ".join(f"`{name}`" for name in PARTS)
        raise CaseRefusedError(Problem("--group", 0, what, f"the groups are {valid}"))
