"""What is timed of the vault and the store: whole use cases, their parts, and what a store without them would do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import cycle
from os import urandom
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID, uuid4

from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid, bindparam, func, insert, select

from benchmarks.rulebooks import ROOT
from nrm.casework.asked import Asked
from nrm.casework.cases.keep import amend, open_case, read_groups
from nrm.casework.cases.record import checked, facts_of, marks_of, opened, packed, parts_of
from nrm.casework.ports import CaseRow
from nrm.casework.safe import PACKED, OpenCase
from nrm.storage import schema
from nrm.textfile import read_bytes, read_file
from nrm.vault.envelope import OVERHEAD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from nrm.bootstrap_store import Office
    from nrm.casework.ports import UnitOfWork, VersionRow

ON: Final = date(2026, 3, 1)
GROUP: Final = "legal"
CASE: Final = ROOT / "tests" / "rules" / "court_cases" / "vcl.yaml"

OPEN, AMEND, PREPARED = "open a case", "amend a case", "the same rows as opening, sealed beforehand"
BARE_OPEN, BARE_AMEND = "bare insert of as many bytes as opening", "bare insert of as many bytes as amending"
CHECKING = "checking and coding the record alone"

READ, OPENED = "read a group, with its durable entry", "select, unwrap, open the list and one group"
OLDER = "the same where the group stands in an older version"
UNOPENED, SELECT = "the same select, nothing opened", "bare select of as many bytes as the group"
SELECT_AND_INSERT = "a bare select and a bare insert of the entry's bytes"

bare = Table("bare", MetaData(), Column("id", Uuid, primary_key=True), Column("data", LargeBinary, nullable=False))
_SELECT = select(bare.c.data).where(bare.c.id == bindparam("id"))
_OTHER_GROUP = read_bytes(b"account: {journey: Another story.}", "case.yaml", private=True)


class CaseWork:
    """One record of a case and one asker at an installation."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._desk = office.desk
        self._database = office.database
        self._asked = Asked(uuid4(), office.home.organisation, "caseworker")
        self._document = read_file(CASE)
        self._insert = insert(bare)
        bare.create(self._database, checkfirst=True)
        self._read = checked(self._document)
        self.parts = parts_of(self._read)
        self.facts = packed(facts_of(self._read, ON, self._desk.books.words()))
        self._older = self._opened()
        amend(self._desk, self._asked, self._older, 1, _OTHER_GROUP, ON)
        self._kept = self._opened()
        opened = self._bytes_of(self._kept)
        self._version = 1
        self._amended()
        self.open_bytes, self.amend_bytes = opened, self._bytes_of(self._kept) - opened
        entry = self._desk.store.run(lambda unit: unit.events.of(self._kept))[-1]
        self._selected = self._bare(len(self.parts[GROUP]) + OVERHEAD)
        self.entry_bytes = 2 * len(entry.leaf) + len(entry.details or b"")

    def writes(self, often: int, rounds: int) -> dict[str, tuple[int, Callable[[], object]]]:
        """Return what is timed of writing."""
        return {
            OPEN: (often, self._opened),
            BARE_OPEN: (often, lambda: self._bare(self.open_bytes)),
            PREPARED: (often, self._prepared(often * rounds + 1)),
            AMEND: (often, self._amended),
            BARE_AMEND: (often, lambda: self._bare(self.amend_bytes)),
            CHECKING: (often, self._checked),
        }

    def reads(self, often: int, cases: Sequence[UUID] = ()) -> dict[str, tuple[int, Callable[[], object]]]:
        """Return what is timed of reading, over these cases in turn (none: over one)."""
        turns = {name: cycle(cases or [self._kept]) for name in (READ, OPENED, UNOPENED)}
        return {
            READ: (often, lambda: read_groups(self._desk, self._asked, next(turns[READ]), [GROUP])),
            OPENED: (often, lambda: self._in_unit(self._open_one, next(turns[OPENED]))),
            OLDER: (often, lambda: self._in_unit(self._open_one, self._older)),
            UNOPENED: (often, lambda: self._in_unit(_selected, next(turns[UNOPENED]))),
            SELECT: (often, self._select),
            SELECT_AND_INSERT: (often, lambda: self._select(self.entry_bytes)),
        }

    def opening(self) -> None:
        """Open a case (the use case), as often as growth asks."""
        self._opened()

    def listing(self, most: int = 100) -> None:
        """List the first cases, without the entry that a use case would write."""
        found = self._desk.store.run(lambda unit: unit.cases.listed(self._asked.organisation, None, most))
        assert len(found) <= most

    def _opened(self) -> UUID:
        return open_case(self._desk, self._asked, self._document, ON).case

    def _amended(self) -> None:
        self._version = amend(self._desk, self._asked, self._kept, self._version, self._document, ON).version

    def _checked(self) -> None:
        read = checked(self._document)
        parts_of(read)
        packed(facts_of(read, ON, self._desk.books.words()))
        marks_of(read, self._desk.index)

    def _prepared(self, count: int) -> Callable[[], object]:
        """Return what puts in rows like those of opening a case, all checked and sealed before."""
        now, marks = self._desk.clock(), marks_of(self._read, self._desk.index)[0]
        entry = self._desk.store.run(lambda unit: unit.events.of(self._kept))[0]
        ready = [sealed_case(uuid4(), self._office, now, self.parts, self.facts) for _ in range(count)]

        def prepared() -> None:
            row, first, facts = ready.pop()

            def work(unit: UnitOfWork) -> None:
                unit.cases.add(row, first, facts)
                unit.cases.mark(row.case, marks)
                unit.events.add(replace(entry, event=uuid4(), case=row.case))

            self._desk.store.run(work)

        return prepared

    def _bare(self, size: int) -> UUID:
        row = uuid4()
        with self._database.begin() as connection:
            connection.execute(self._insert, {"id": row, "data": urandom(size)})
        return row

    def _select(self, inserted: int = 0) -> None:
        with self._database.begin() as connection:
            assert connection.scalar(_SELECT, {"id": self._selected})
            if inserted:
                connection.execute(self._insert, {"id": uuid4(), "data": urandom(inserted)})

    def _in_unit(self, work: Callable[[UnitOfWork, UUID], Any], case: UUID) -> object:
        return self._desk.store.run(lambda unit: work(unit, case))

    def _open_one(self, unit: UnitOfWork, case: UUID) -> bytes:
        return opened(unit, OpenCase.of(unit.cases.get(case), self._desk.keyring), [GROUP])[GROUP]

    def _bytes_of(self, case: UUID) -> int:
        """Count the bytes of all texts and sealed bytes that a case has made, its entries in both tables too."""
        tables = {schema.versions: ("standing", "sealed"), schema.marks: ("mark",)}
        tables |= {schema.cases: ("wrapped_key", "facts"), schema.details: ("sealed", "leaf", "leaf")}
        with self._database.begin() as connection:
            return sum(
                connection.scalar(select(func.sum(func.length(table.c[name]))).where(table.c.case_id == case)) or 0
                for table, names in tables.items()
                for name in names
            )


def sealed_case(
    case: UUID, office: Office, now: datetime, parts: Mapping[str, bytes], facts: bytes
) -> tuple[CaseRow, VersionRow, bytes]:
    """Return a new case as the use cases seal it: its row, its first version and its packed facts."""
    row = CaseRow(case, office.home.organisation, 1, now, now, None)
    open_, wrapped = OpenCase.new(row, office.desk.keyring)
    # Sealing a first version asks no store.
    first = open_.brought(cast("UnitOfWork", None), 1, parts)
    return replace(row, wrapped_key=wrapped), first, open_.seal(PACKED, 1, facts).sealed


def _selected(unit: UnitOfWork, case: UUID) -> CaseRow:
    row = unit.cases.get(case)
    assert row.now is not None
    return row
