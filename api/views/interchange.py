"""Records of other systems as they come in and go out, with what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from api.views.case import KeptView
from api.views.model import Sent, View
from nrm.interchange.outcome import summary
from nrm.rulebook.vocabulary import Group

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.interchange import Unmapped


class UnmappedView(View):
    """One thing that the other side cannot hold, or holds less exactly; nothing of a record is quoted."""

    field: str = Field(examples=["prs_Deceased"])
    why: str = Field(examples=["our record has no field for it"])
    records: list[int] = Field(description="In which records, counted from 1.")


class ImportedView(View):
    """What was read: records as cases take them, or, where they were opened, the cases; and what does not fit."""

    records: list[dict[str, Any]]
    cases: list[KeptView]
    unmapped: list[UnmappedView]


class ExportSent(Sent):
    """How the file shall be written, and which groups shall be in it; all that the purpose needs if none is named."""

    form: Literal["htcds"] = "htcds"
    format: Literal["csv", "json"] = "json"
    groups: list[Group] = Field(default=[], max_length=11)


class ExportedView(View):
    """A file for another system, as text, and what of the case is not in it."""

    form: Literal["htcds"]
    format: Literal["csv", "json"]
    content: str
    unmapped: list[UnmappedView]


def unmapped_view(found: Iterable[Unmapped]) -> list[UnmappedView]:
    """Return what does not fit, the same fault of many records as one line."""
    return [UnmappedView(field=field, why=why, records=records) for field, why, records in summary(found)]
