"""One record of another form, read by its crosswalk into a case record; what does not fit is listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from nrm.case.dates import disorder, dotted
from nrm.case.record import CaseRecord
from nrm.errors import CaseRefusedError, FileRefusedError, Problem, is_slip_of, nearest
from nrm.interchange.crosswalk import Code, Crosswalk, Row, many_at, target_of
from nrm.interchange.outcome import Unmapped
from nrm.interchange.places import ENTRY, add, fits, get, names_of, place_of, put, settled, starred, without
from nrm.interchange.sheet import SEVERAL
from nrm.interchange.words import ours as in_our_words
from nrm.models import parse
from nrm.textfile import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nrm.interchange.sheet import Cells
    from nrm.textfile import Place

HOLDS_ONE = "our record holds one, and has another"


def check_form(crosswalk: Crosswalk, sheet: Sequence[Cells], file: str) -> None:
    """Refuse a file that is not of this form at all, instead of reading records of nothing from it.

    Raises:
        FileRefusedError: it has fields, and the crosswalk knows none of them.
    """
    names = {name for cells in sheet for name in cells}
    if names and not any(crosswalk.named(name)[0] for name in names):
        todo = "check that it is the right file, and that the names of its fields stand in it"
        raise FileRefusedError(Problem(file, 1, "no field of this form is in it", todo))


@dataclass
class Reading:
    """One record while it is read; `asked` is the day of the question set, where the form has one."""

    crosswalk: Crosswalk
    number: int
    cells: Cells
    asked: date | None = None
    tree: dict[Any, Any] = field(default_factory=dict)
    listed: dict[Unmapped, None] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Read every column, in the order of the crosswalk, so that the order of a file changes no record."""
        known: list[tuple[int, int, str, list[Row], tuple[str, ...]]] = []
        for position, (column, texts) in enumerate(self.cells.items(), start=1):
            rows, name, number = self.crosswalk.named(column)
            if not rows and (texts is None or texts):
                self._unknown(column, position)
            elif texts is None:
                self._list(name, "this is not a text or a list of texts")
            elif texts:
                known.append((self.crosswalk.order[rows[0].theirs], number, name, rows, texts))
        for _, number, name, rows, texts in sorted(known, key=itemgetter(0, 1)):
            if self._column(name, self._now(rows, name), number, texts):
                self.answered.append(name)

    def _unknown(self, column: str, position: int) -> None:
        # The heading itself is not shown: somebody may have typed a name there.
        hint = nearest(column, self.crosswalk.names) if is_slip_of(column.lower(), map(str.lower, self._names)) else ""
        self._list(f"column {position}", f"this field is not known{'; ' + hint if hint else ''}")

    @property
    def _names(self) -> list[str]:
        return sorted(name for name in self.crosswalk.names if "#" not in name)

    def _list(self, name: str, why: str) -> None:
        self.listed[Unmapped(self.number, name, why)] = None  # once, however often it is in the file

    def _now(self, rows: Sequence[Row], name: str) -> list[Row] | str:
        """Return the rows that hold for this event and this wording of the question, or why there are none."""
        events = {row.event for row in rows} - {None}
        if events:
            rows = [row for row in rows if row.event in self._event(name)]
            if not rows:
                return f"read only of an event of the type {' or '.join(sorted(map(str, events)))}"
        changed = next((day for row in rows if (day := row.asked_from or row.asked_until)), None)
        if changed is None:
            return list(rows)
        if (asked := self.asked) is None:
            return f"its wording changed on {changed}, and the version of the questions is not known"
        return [row for row in rows if (row.asked_from or asked) <= asked < (row.asked_until or date.max)]

    def _event(self, name: str) -> tuple[str, ...]:
        stem, mark, number = name.partition("_")[2].partition("_")
        return self.cells.get(f"hte_Type{mark}{number}") or () if stem else ()

    def _column(self, name: str, rows: list[Row] | str, number: int, texts: tuple[str, ...]) -> bool:
        """Read one column; say whether any of it is in the record now."""
        if isinstance(rows, str):
            self._list(name, rows)
            return False
        before = len(self.listed)
        done = [self._row(name, row, number, texts) for row in rows]
        if not any(done) and len(self.listed) == before and not self._said_beside(rows, name):
            self._list(name, next((row.note for row in rows if row.note), "") or "our record has no field for it")
        return any(done)

    def _said_beside(self, rows: list[Row], name: str) -> bool:
        end = name.removeprefix(rows[0].theirs) if rows else ""
        return any(row.beside and self.cells.get(row.beside + end) for row in rows)

    def _row(self, name: str, row: Row, number: int, texts: tuple[str, ...]) -> bool:
        if row.codes:
            pieces = [piece.strip() for text in texts for piece in text.split(SEVERAL)]
            done = [self._code(name, row, number, piece) for piece in pieces if piece]
            return any(done)
        if row.ours is None:
            return False
        several = names_of(row.ours) and many_at(row.ours) and ENTRY not in row.ours
        pieces = [piece.strip() for text in texts for piece in text.split(SEVERAL)] if several else list(texts)
        done = [self._text(name, row, number, piece) for piece in pieces if piece]
        return any(done)

    def _code(self, name: str, row: Row, number: int, text: str) -> bool:
        codes = [code for code in row.codes if code.theirs == text]
        if not codes:
            self._list(name, "a value is not a code of this field")
            return False
        readable = [code for code in codes if code.ours and code.way != "out"]
        if not readable:
            if not self._said_beside([row], name):
                self._list(name, f"`{text}`: {codes[0].note or row.note}")
            return False
        done = [self._one_code(name, row, number, code) for code in readable]
        return any(done)

    def _one_code(self, name: str, row: Row, number: int, code: Code) -> bool:
        target = target_of(row, code)
        place = place_of(target.place, number)
        if not target.code:  # the code says no more than that there is such an entry
            return put(self.tree, place, {})
        if many_at(target.place):
            add(self.tree, place, target.code)
        elif not put(self.tree, place, target.code):
            self._list(name, HOLDS_ONE)
            return False
        self._entry_of(row, place)
        if code.way == "in":
            self._list(name, f"`{code.theirs}` is kept less exactly, as `{target.code}`")
        return True

    def _text(self, name: str, row: Row, number: int, text: str) -> bool:
        pattern = row.ours or ""
        value, place = in_our_words(row.form, text), place_of(pattern, number)
        if row.join is not None and value is not None and (before := get(self.tree, place)) is not None:
            value = f"{before}{row.join}{value}"
            if fits(pattern, value):
                self._parent(place)[place[-1]] = value
                return True
            self._list(name, f"there is no room for it in `{starred(pattern)}`")
            return False
        if value is None or not fits(pattern, value):
            self._list(name, f"the value has not the form that `{starred(pattern)}` needs")
            return False
        if ENTRY not in pattern and many_at(pattern):
            add(self.tree, place, value)
        elif not put(self.tree, place, value):
            self._list(name, HOLDS_ONE)
            return False
        self._entry_of(row, place)
        return True

    def _entry_of(self, row: Row, place: Place) -> None:
        """Write into the entry of a list, of which a field was read, the words that make it an entry of its kind."""
        for word, said in row.where.items():
            put(self.tree, (*place[:-1], word), said)

    def _parent(self, place: Place) -> dict[Any, Any]:
        found: dict[Any, Any] = get(self.tree, place[:-1])
        return found


def document_of(reading: Reading, extra: Mapping[str, Any]) -> Document:
    """Return the case record that was read, with the fields of its envelope in `extra`; dates in disorder are left out.

    Raises:
        CaseRefusedError: a field cannot be read although each was checked; this would be a fault of ours.
    """
    if extra:
        reading.tree.setdefault("case", {}).update(extra)
    file = f"record {reading.number}"
    data = settled(reading.tree)
    while True:
        problems: list[Problem] = []
        document = Document(file, data, {(): 1})
        record: CaseRecord | None = parse(document, CaseRecord, problems, private=True)
        if record is None:
            raise CaseRefusedError(problems)
        fault = next(disorder(record), None)
        if fault is None:
            return document
        data = without(data, fault.place)
        reading.listed[Unmapped(reading.number, dotted(fault.place), f"left out: {fault.what}")] = None
