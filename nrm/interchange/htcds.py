"""HTCDS 2.0, the case data standard of the International Organization for Migration, in and out.

One record is one flat row of HTCDS fields, because the standard defines fields and no object model. Fields of a second
event or perpetrator end in `_2`. https://github.com/UNMigration/HTCDS (CC BY 4.0, no endorsement implied)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nrm.interchange.crosswalk import crosswalk
from nrm.interchange.outcome import Exported, Imported, Unmapped
from nrm.interchange.reading import Reading, check_form, document_of
from nrm.interchange.sheet import Kind, read_sheet, write_sheet
from nrm.interchange.writing import written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.textfile import Document

_NUMBER = re.compile(r"_([0-9]+)$")


def read_htcds(content: bytes, kind: Kind, file: str = "HTCDS file") -> Imported:
    """Read case records from a file of HTCDS 2.0; each is a document as `nrm.case.read_case` takes it.

    Raises:
        FileRefusedError: the file cannot be read as records, or is of another form; nothing of it is quoted.
    """
    records: list[Document] = []
    unmapped: list[Unmapped] = []
    sheet = read_sheet(content, kind, file)
    check_form(crosswalk("htcds"), sheet, file)
    for number, cells in enumerate(sheet, start=1):
        reading = Reading(crosswalk("htcds"), number, cells)
        reading.read()
        records.append(document_of(reading, {}))
        unmapped += reading.listed
    return Imported(tuple(records), tuple(unmapped))


def write_htcds(records: Iterable[Document], kind: Kind) -> Exported:
    """Write case records as a file of HTCDS 2.0. Who may have them is decided before, and not here.

    Raises:
        CaseRefusedError: a record is not acceptable.
    """
    walk = crosswalk("htcds")
    rows: list[dict[str, list[str]]] = []
    unmapped: list[Unmapped] = []
    several: set[str] = set()
    lists = {row.theirs for row in walk.rows if row.holds == "several"}
    for number, document in enumerate(records, start=1):
        writing = written(walk, document)
        names = sorted(writing.columns, key=lambda name: (walk.order[_base(name)], _number(name)))
        several |= {name for name in names if _base(name) in lists}
        rows.append({name: writing.columns[name] for name in names})
        unmapped += writing.unmapped(number)
    return Exported(write_sheet(rows, kind, frozenset(several)), tuple(unmapped))


def _base(name: str) -> str:
    return _NUMBER.sub("", name)


def _number(name: str) -> int:
    found = _NUMBER.search(name)
    return int(found[1]) if found else 1
