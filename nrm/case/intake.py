"""Take a case file in, or say everything that is wrong with it without quoting a word of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nrm.case.dates import disorder
from nrm.case.record import CaseRecord
from nrm.errors import CaseRefusedError, Problem
from nrm.models import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.textfile import Document, Text

_NOT_KNOWN = "is not known here"
_CANNOT_BE = "` cannot be"


def read_case(document: Document) -> CaseRecord:
    """Read a case record; what was left empty, as in the template, counts as not filled in.

    Raises:
        CaseRefusedError: every fault with its file and line. Nothing that stands in the document is shown, be it a
            value or a word in the place of a field's name, because any of it may be personal data.
    """
    problems: list[Problem] = []
    data = {} if document.data == "" else _filled(document.data)
    facts = data.get("facts") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(facts, dict):
        problems.extend(_misshapen(document, facts))
        data = {**data, "facts": {name: value for name, value in facts.items() if _is_fact(value)}}
    faults: list[Problem] = []
    record: CaseRecord | None = parse(replace(document, data=data), CaseRecord, faults, private=True)
    problems.extend(_unquoted(fault) for fault in faults)
    if record is not None:
        problems.extend(document.problem(fault.place, fault.what, fault.todo) for fault in disorder(record))
    if record is None or problems:
        raise CaseRefusedError(problems)
    return record


def _filled(value: Text) -> Text:
    """Leave out every `key:` without a value; an empty entry of a list stays, and is refused."""
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items() if inner != ""}
    return [_filled(inner) for inner in value] if isinstance(value, list) else value


def _is_fact(value: Text) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(code, str) for code in value))


def _misshapen(document: Document, facts: dict[str, Text]) -> Iterator[Problem]:
    # Checked here and not by the model, because the model's error would name the key, which somebody typed freely.
    for name, value in facts.items():
        if not _is_fact(value):
            what = "a fact in `facts` needs one word or a list of words"
            yield document.problem(("facts", name), what, "write `fact: word` or `fact: [word, word]`")


def _unquoted(problem: Problem) -> Problem:
    """Take out of `problem` the slips of the pen that are shown for files without personal data.

    INVARIANT (no error quotes a case): "friend Ana" is near to the valid word "friend", and would be shown.
    """
    if problem.what.endswith(_NOT_KNOWN):
        return replace(problem, what=f"this line {_NOT_KNOWN}")
    place, found, _ = problem.what.partition(_CANNOT_BE)
    return replace(problem, what=f"{place}` has a value that is not valid") if found else problem
