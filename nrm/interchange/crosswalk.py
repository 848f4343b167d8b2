"""Crosswalks: which field and code of another form is which of ours, as data that drive both directions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import Field

from nrm.errors import RulebookRefusedError
from nrm.interchange.places import FACTS, field_at, names_of, starred
from nrm.models import IsoDate, parse
from nrm.rulebook.wording import Model
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.errors import Problem

Way = Literal["both", "in", "out"]
"""`both`: the two say the same. `in`: read so, and less exact than what was said. `out`: told so, and less exact."""

Form = Literal["text", "country", "country_name", "nationality", "language"]

_NUMBERED = re.compile(r"(?P<name>.*?)(?P<mark>_?)(?P<number>[1-9][0-9]{0,2})(?P<rest>\..*)?")


class Code(Model):
    """One code of the other form, and ours: a code of the field of the row, or `place=code`."""

    theirs: str
    ours: str | None = None
    way: Way = "both"
    note: str = ""


class Row(Model):
    """One field of the other form, and the place in our record that holds the same.

    `codes` are listed where the field has a closed list, and `holds` says whether it can have several values. `event`
    and `where` choose among rows: the type of the historic event that theirs belongs to, and the words that our entry
    of a list has. `only` are words that our entry must have to be told. `join` is put between the texts of several
    fields that one of ours holds. `beside` names a field that says more, so that this one need not be reported.
    `asked_from` and `asked_until` are days between which the wording of a question meant this.
    """

    theirs: str
    ours: str | None = None
    form: Form = "text"
    way: Literal["both", "in"] = "both"
    holds: Literal["one", "several"] = "one"
    event: str | None = None
    where: dict[str, str] = Field(default_factory=dict)
    only: dict[str, str] = Field(default_factory=dict)
    codes: tuple[Code, ...] = ()
    join: str | None = None
    beside: str | None = None
    asked_from: IsoDate | None = None
    asked_until: IsoDate | None = None
    note: str = ""


class _File(Model):
    source: str
    note: str
    rows: tuple[Row, ...]


class Target(NamedTuple):
    """Where one of our codes stands: the place as the crosswalk writes it, and the code."""

    place: str
    code: str


@dataclass(frozen=True)
class Crosswalk:
    """All rows of one other form, found from either side."""

    source: str
    note: str
    rows: tuple[Row, ...]

    @cached_property
    def _theirs(self) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        repeated = {row.theirs.partition("_")[0] for row in self.rows if row.event or "@#" in (row.ours or "")}
        for row in self.rows:
            found.setdefault(row.theirs, []).append(row)
            if row.theirs.partition("_")[0] in repeated:
                found.setdefault(f"{row.theirs}_#", []).append(row)
        return found

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each field of the other form among the rows."""
        return {name: place for place, name in enumerate(dict.fromkeys(row.theirs for row in self.rows))}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all fields of the other form; `#` stands for a number."""
        return frozenset(self._theirs)

    def named(self, column: str) -> tuple[list[Row], str, int]:
        """Return the rows of a column, its name as the other form writes it, and its number (1 if it has none)."""
        if column in self._theirs and "#" not in column:
            return self._theirs[column], column, 1
        match = _NUMBERED.fullmatch(column)
        if match is None:
            return [], "", 1
        rows = self._theirs.get(f"{match['name']}{match['mark']}#{match['rest'] or ''}", [])
        return rows, column, int(match["number"])

    @cached_property
    def _ours(self) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            places = [row.ours, *(target_of(row, code).place for code in row.codes if code.ours)]
            for place in dict.fromkeys(starred(place) for place in places if place and row.way != "in"):
                found.setdefault(place, []).append(row)
        return found

    def holding(self, pattern: str) -> list[Row]:
        """Return the rows that tell the field of ours that `pattern` names, with `*` for each entry of a list."""
        return self._ours.get(pattern, [])


def target_of(row: Row, code: Code) -> Target:
    """Return where our side of a code stands."""
    place, equals, word = (code.ours or "").rpartition("=")
    return Target(place if equals else row.ours or "", word)


def many_at(place: str) -> bool:
    """Say whether our field at `place` is a list of codes or texts."""
    names = names_of(place)
    return names[1] not in SINGLE_FACTS if names[0] == FACTS else field_at(names)[2].many


SINGLE_FACTS = frozenset(
    {
        "age_status_at_exploitation",
        "consent_to_referral",
        "future_exploitation_concern",
        "identification_decision",
        "other_potential_victims",
        "still_in_situation",
    }
)
"""The facts that crosswalks write and that have one value; a test compares them with the vocabulary."""


@cache
def crosswalk(name: str) -> Crosswalk:
    """Read the crosswalk `name` that is shipped with the program.

    Raises:
        RulebookRefusedError: it is not sound.
    """
    problems: list[Problem] = []
    document = read_file(Path(__file__).with_name(f"{name}.yaml"), f"{name}.yaml")
    file: _File | None = parse(document, _File, problems)
    if file is None:
        raise RulebookRefusedError(problems)
    return Crosswalk(file.source, file.note, file.rows)
