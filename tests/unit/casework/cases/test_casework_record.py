"""A record is read once; the way of reading it anew for parts, facts and marks is kept here to compare with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import ANA, BO, ON, real_books, record

from nrm.case.facts import derive_facts
from nrm.case.intake import read_case
from nrm.casework.cases.record import PARTS, checked, facts_of, joined, marks_of, packed, parts_of
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError
from nrm.textfile import Document, read_file
from nrm.vault.blind_index import BlindIndex
from nrm.vault.errors import NotIndexedError

INDEX = BlindIndex(bytes(32))
FOLDER = Path(__file__).parents[3] / "rules" / "court_cases"
COURT_CASES = sorted(path for path in FOLDER.glob("*.yaml") if ".expected" not in path.name)
NUMBERS = [{"kind": "passport", "number": number} for number in ("CA 4711001", "ca-4711001", "none", "")]
CHANNELS = [
    {"kind": "own_phone", "address": "+373 69 47 11 00"},
    {"kind": "own_phone", "address": "069471100"},
    {"kind": "email", "address": "a\U0001f600@example.org"},
]
ODD = {
    "identity": [
        {"identity_numbers": NUMBERS[:3], "first_name": "Ana\U0001f600é\u2028\x7f"},
        {"identity_numbers": NUMBERS},
        {"birth_date": "2030-01-01"},
        {"no such field": "x"},
    ],
    "contact": [{"channels": CHANNELS}, {"channels": []}],
    "facts": [{"acts": "", "indicators": []}, {"acts": "no such value"}, {"\U0001f600": "x", "\uffee": "y"}, {"a": {}}],
    "account": [{"journey": 'a "quote"\\ and\ta tab\nand a line'}, {"journey": "", "situations": []}],
}


def pool():
    found = {name: ["", {}, [], *ODD.get(name, [])] for name in PARTS}
    for document in (*map(read_file, COURT_CASES), record(ANA), record(BO)):
        for name, value in document.data.items():
            found.setdefault(name, []).append(value)
    return found


POOL = pool()
TREES = st.one_of(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in POOL.items()}),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(POOL[name][2:] or [""]) for name in ODD}),
    st.sampled_from(["", "x", [], {"no_such_part": "x"}, *(read_file(path).data for path in COURT_CASES)]),
)


def lines_of(tree):
    facts = tree.get("facts") if isinstance(tree, dict) else None
    return {("facts", name): line for line, name in enumerate(facts, 7)} if isinstance(facts, dict) else {}


DOCUMENTS = TREES.map(lambda tree: Document("case.yaml", tree, lines_of(tree)))
widely = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def read_each_time(document):
    read_case(document)
    data = document.data if isinstance(document.data, dict) else {}
    parts = {name: rfc8785.dumps(data[name]) for name in PARTS if data.get(name) not in (None, "", {})}
    derived = derive_facts(read_case(document), ON)
    lines = {name: document.lines["facts", name] for name in derived if ("facts", name) in document.lines}
    facts = check_facts(derived, real_books().words(), document.file, lines)
    stored = {name: json.loads(parts[name]) for name in PARTS if name in parts}
    return parts, facts, old_marks(read_case(Document("case record", stored, {})))


def old_marks(read):
    kinds = {"own_phone": "phone", "email": "email"}
    found = [("document_number", one.number) for one in read.identity.identity_numbers if one.number]
    found += [(kinds[one.kind], one.address) for one in read.contact.channels if one.kind in kinds and one.address]
    marks, left = set(), 0
    for kind, value in found:
        try:
            marks.add((kind, INDEX.index(kind, value)))
        except NotIndexedError:
            left += 1
    return sorted(marks), left


def read_once(document):
    read = checked(document)
    return parts_of(read), facts_of(read, ON, real_books().words()), marks_of(read, INDEX)


def outcome(way, document):
    """Return what `way` makes of the document, or everything that it says against it."""
    try:
        return way(document)
    except CaseRefusedError as refused:
        return refused.problems


@widely
@given(DOCUMENTS)
def test_a_record_read_once_gives_the_parts_facts_and_marks_of_one_read_each_time(document):
    assert outcome(read_once, document) == outcome(read_each_time, document)


@widely
@given(DOCUMENTS)
def test_what_is_stored_reads_as_the_same_record_and_gives_the_same_again(document):
    try:
        read = checked(document)
        parts, facts, marks = read_once(document)
    except CaseRefusedError:
        return
    stored = joined(parts)
    assert checked(stored).record == read.record
    assert read_once(stored) == (parts, facts, marks)
    known = {name: value for name, value in facts.items() if value not in ("unknown", None, frozenset())}
    assert packed(facts) == rfc8785.dumps(
        {name: sorted(value) if isinstance(value, frozenset) else value for name, value in known.items()}
    )


@pytest.mark.parametrize("path", COURT_CASES, ids=lambda path: path.stem)
def test_every_court_case_is_accepted_so_that_the_comparison_is_not_of_refusals_only(path):
    parts, facts, _ = read_once(read_file(path))
    assert parts
    assert len(packed(facts)) > len("{}")


def test_identifiers_that_can_be_compared_are_marked_and_the_others_counted():
    document = Document("case.yaml", {"identity": ODD["identity"][0], "contact": ODD["contact"][0]}, {})
    marks, left = marks_of(checked(document), INDEX)
    assert [kind for kind, _ in marks] == ["document_number", "email", "phone"]
    assert left == 2


def test_what_was_checked_is_not_shown():
    assert "Canary" not in repr(checked(record(ANA)))
