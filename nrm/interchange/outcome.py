"""What comes of an import or an export: the records or the bytes, and everything that did not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.textfile import Document


@dataclass(frozen=True, order=True)
class Unmapped:
    """One thing that the other side cannot hold, or holds less exactly.

    INVARIANT (no report quotes a case): `field` is a name of the standard or of our record, or the position of a
    column that neither knows; `why` names codes of the standard and of our vocabulary, and never what was written.
    """

    record: int
    field: str
    why: str

    def __str__(self) -> str:
        return f"record {self.record}: {self.field}: {self.why}"


@dataclass(frozen=True)
class Imported:
    """Case records that were taken in, in the order of the file, and what of the file is not in them."""

    records: tuple[Document, ...] = field(repr=False)
    unmapped: tuple[Unmapped, ...]


@dataclass(frozen=True)
class Exported:
    """A file for another system, and what of the records is not in it."""

    content: bytes = field(repr=False)
    unmapped: tuple[Unmapped, ...]


def summary(unmapped: Iterable[Unmapped]) -> list[tuple[str, str, list[int]]]:
    """Return (field, why, the numbers of the records), so that the same fault in many records is one line."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in unmapped:
        shown = ".".join(part for part in one.field.split(".") if not part.isdigit())
        numbers = found.setdefault((shown, one.why), [])
        if one.record not in numbers:
            numbers.append(one.record)
    return [(shown, why, numbers) for (shown, why), numbers in found.items()]
