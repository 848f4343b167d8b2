"""One case record, written by a crosswalk for another system; what that system cannot hold is listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nrm.case.dates import dotted
from nrm.case.derive_legal import DECISION_STAGES
from nrm.case.fields import UNKNOWN
from nrm.case.intake import read_case
from nrm.interchange.crosswalk import Crosswalk, Row, target_of
from nrm.interchange.outcome import Unmapped
from nrm.interchange.places import FACTS, leaves, names_of, starred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.textfile import Document, Place

NOT_HELD = "the standard has no field for it"
NO_CODE = "the standard has no code for it"
HOLDS_ONE = "the standard holds one"
NOT_SAFE = "not told, because the standard cannot say whether it is safe to use"
NUMBER = "@#"

_STATUS = (FACTS, "identification_decision")


@dataclass
class Writing:
    """One record while it is written; `columns` is what the other system gets."""

    crosswalk: Crosswalk
    tree: dict[str, Any]
    columns: dict[str, list[str]] = field(default_factory=dict)
    missing: list[tuple[Place, str]] = field(default_factory=list)
    implied: set[Place] = field(default_factory=set)
    events: int = 0

    def write(self) -> None:
        """Write every field that is filled in."""
        self.events = len(self.tree.get("account", {}).get("situations", ()))
        for place, text in leaves(self.tree):
            rows = self._rows(place)
            if text is None:
                self._entry(place, rows)
            elif any(row.codes for row in rows):
                self._code(place, text, rows)
            elif text != UNKNOWN:
                self._text(place, text, rows)
        if _STATUS[1] not in self.tree.get(FACTS, {}):
            self._status(_last_decision(self.tree))

    def _status(self, decided: str) -> None:
        """Write a formal decision as a status; that its day and authority are not told is listed field by field."""
        for row in self._rows(_STATUS):
            for code in row.codes:
                if code.ours == decided:
                    self._put(row, _STATUS, "", code.theirs)

    def unmapped(self, number: int) -> Iterator[Unmapped]:
        """Yield what the other system does not get, or gets less exactly, of this record, the `number`th."""
        if not self.columns:
            yield Unmapped(number, "record", "the standard can hold nothing of it")
        for place, why in self.missing:
            if place not in self.implied:
                yield Unmapped(number, dotted(place), why)

    def _rows(self, place: Place) -> list[Row]:
        pattern = starred(place)
        return self.crosswalk.holding(pattern) or self.crosswalk.holding(pattern.removesuffix(".*"))

    def _entry(self, place: Place, rows: list[Row]) -> None:
        """Write that there is an entry, where the standard can say so; otherwise one with nothing in it is lost."""
        told = [code.theirs for row in rows for code in row.codes if code.ours and not target_of(row, code).code]
        if told:
            self._put(rows[0], place, NUMBER, told[0])
        elif not _at(self.tree, place):
            self.missing.append((place, NOT_HELD))

    def _code(self, place: Place, word: str, rows: list[Row]) -> None:
        coded = [(row, code, target_of(row, code)) for row in rows for code in row.codes if code.ours]
        found = [
            (row, code, target)
            for row, code, target in coded
            if code.way != "in" and target.code == word and names_of(target.place) == names_of(place)
        ]
        told = [code for row, code, target in found if self._put(row, place, target.place, code.theirs)]
        if not told and word != UNKNOWN:
            self.missing.append((place, HOLDS_ONE if found else NO_CODE))
        elif told and all(code.way == "out" for code in told):
            self.missing.append((place, f"told less exactly, as `{told[0].theirs}`"))

    def _text(self, place: Place, text: str, rows: list[Row]) -> None:
        there = [row for row in rows if row.way != "in" and _same_entry(row.ours or "", place)]
        meant = [row for row in there if _has(self.tree, place, row.where)]
        safe = [row for row in meant if _has(self.tree, place, row.only)]
        if not meant:
            self.missing.append((place, HOLDS_ONE if rows and not there else NOT_HELD))
        elif not safe:
            self.missing.append((place, NOT_SAFE))
        elif self._put(safe[0], place, safe[0].ours or "", text):
            self.implied.update((*place[:-1], word) for word in safe[0].where)
        else:
            self.missing.append((place, HOLDS_ONE))

    def _put(self, row: Row, place: Place, pattern: str, text: str) -> bool:
        """Put `text` into its column; say whether it is there now."""
        number = 1
        if NUMBER in pattern:
            number += next(part for part in place if isinstance(part, int))
        elif row.event:
            self.events += 1
            number = self.events
            self.columns[f"hte_Type{_suffix(number)}"] = [row.event]
        there = self.columns.setdefault(f"{row.theirs}{_suffix(number)}", [])
        if text not in there and (row.holds == "several" or not there):
            there.append(text)
        return text in there


def written(crosswalk: Crosswalk, document: Document) -> Writing:
    """Write one record.

    Raises:
        CaseRefusedError: the record is not acceptable.
    """
    record = read_case(document)
    writing = Writing(crosswalk, record.model_dump(mode="json", exclude_unset=True))
    writing.write()
    return writing


def _suffix(number: int) -> str:
    return f"_{number}" if number > 1 else ""


def _at(tree: Any, place: Place) -> Any:  # noqa: ANN401 - whatever stands there
    for part in place:
        tree = tree[part]
    return tree


def _has(tree: dict[str, Any], place: Place, words: dict[str, str]) -> bool:
    """Say whether the entry in which `place` stands has all of `words`."""
    entry = _at(tree, place[:-1]) if words else {}
    return all(entry.get(name) == word for name, word in words.items())


def _same_entry(pattern: str, place: Place) -> bool:
    """Say whether a pattern that names one entry of a list (`@2`, counted from 1) means the one in which `place` is."""
    pairs = zip(pattern.split("."), place, strict=False)
    return all(named == f"@{index + 1}" for named, index in pairs if isinstance(index, int) and named[1:].isdigit())


def _last_decision(tree: dict[str, Any]) -> str:
    """Return the last decision of the record as our vocabulary names it, or an empty text."""
    made = tree.get("legal", {}).get("decisions", ())
    order = [(one["on"], DECISION_STAGES.index(one["stage"]), f"{one['stage']}_{one['result']}") for one in made]
    return max(order)[2] if order else ""
