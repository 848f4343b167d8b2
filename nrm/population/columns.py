"""The file form of a population: CSV with one line for each person and one column for each fact.

A cell holds what a person could type: a value, several codes with a blank between them, or a whole number. An empty
cell is unknown, or nothing observed. Facts that have no column are unknown for everybody, so a file stays readable in
a vocabulary that has grown. CSV and not a binary form, because an oversight body must be able to read what was
simulated with nothing but a spreadsheet.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

import numpy as np

from nrm.engine.bitmaps import WORD, Bitmap, pack, unpack
from nrm.engine.facts import FactValue, check_facts
from nrm.errors import CaseRefusedError, FileRefusedError, Problem
from nrm.population.cells import Column, Table, read_table
from nrm.population.people import NOT_KNOWN, Numbers, People
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact, Vocabulary, WholeFact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nrm.engine.program import Atom

PEOPLE_AT_A_TIME = 256 * WORD
"""People who are held as Python texts before they are written; whole words of the bitmaps."""


def read_people(path: Path, vocabulary: Vocabulary) -> People:
    """Read the population in the file at `path`.

    Raises:
        FileRefusedError: the file is no CSV, or a column or a cell is not in the vocabulary; every wrong text is
            listed once, with the first line on which it stands.
    """
    table = read_table(path, vocabulary.facts, "a fact")
    marks: dict[Atom, Bitmap] = {}
    numbers: dict[str, Numbers] = {}
    problems: list[Problem] = []
    for name, column in table.columns.items():
        fact = vocabulary.facts[name]
        values = _values(table, name, vocabulary, problems)
        if isinstance(fact, WholeFact):
            known = [NOT_KNOWN if value is None else value for value in values]
            numbers[name] = np.array(known, np.int32)[column.rows]
        else:
            marks.update(_marks(name, column, values, fact))
    if problems:
        raise FileRefusedError(problems)
    return People(table.rows, marks, numbers)


def _values(table: Table, name: str, vocabulary: Vocabulary, problems: list[Problem]) -> list[FactValue]:
    """Return the value of each text of a column; what is wrong with one of them is put to `problems`."""
    fact = vocabulary.facts[name]
    alone = replace(vocabulary, facts={name: fact})
    found: list[FactValue] = []
    for place, text in enumerate(table.columns[name].texts):
        given = {name: text.split() if isinstance(fact, CodesFact) else text} if text.strip() else {}
        try:
            found.append(check_facts(given, alone)[name])
        except CaseRefusedError as refused:
            problems.extend(table.problem(name, place, problem.what, problem.todo) for problem in refused.problems)
            found.append(None)
    return found


def _marks(name: str, column: Column, values: list[FactValue], fact: ChoiceFact | CodesFact) -> dict[Atom, Bitmap]:
    held = [value if isinstance(value, frozenset) else {value} for value in values]
    marks = {(name, code): pack(column.where(code in one for one in held)) for code in fact.values if code != UNKNOWN}
    return {atom: bitmap for atom, bitmap in marks.items() if bitmap.any()}


def write_people(stream: TextIO, people: People, vocabulary: Vocabulary) -> None:
    """Write `people` to `stream`, with a column for each fact that is known of somebody."""
    names = people.known_facts(vocabulary) or tuple(vocabulary.facts)[:1]
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for start in range(0, people.count, PEOPLE_AT_A_TIME):
        end = min(start + PEOPLE_AT_A_TIME, people.count)
        writer.writerows(zip(*(_texts(people, name, vocabulary, start, end) for name in names), strict=True))


def _texts(people: People, name: str, vocabulary: Vocabulary, start: int, end: int) -> Iterator[str]:
    fact = vocabulary.facts[name]
    if isinstance(fact, WholeFact):
        column = people.numbers.get(name, np.full(people.count, NOT_KNOWN, np.int32))
        return ("" if number == NOT_KNOWN else str(number) for number in column[start:end].tolist())
    codes = [value for value in fact.values if (name, value) in people.marks]
    held = np.zeros((end - start, max(1, len(codes))), np.bool_)
    for place, code in enumerate(codes):
        held[:, place] = unpack(people.marks[name, code][start // WORD :], end - start)
    patterns = np.packbits(held, axis=1, bitorder="little")
    return map(_Spelled(codes).__getitem__, patterns.view(f"V{patterns.shape[1]}").ravel().tolist())


class _Spelled(dict[bytes, str]):
    """The codes that a pattern of bits stands for, each pattern spelled once."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__()
        self._codes = codes

    def __missing__(self, pattern: bytes) -> str:
        bits = int.from_bytes(pattern, "little")
        self[pattern] = text = " ".join(code for place, code in enumerate(self._codes) if bits >> place & 1)
        return text
