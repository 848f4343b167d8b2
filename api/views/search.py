"""What is looked for, and what was found."""

from __future__ import annotations

from pydantic import Field

from api.views.case import ListedView
from api.views.model import Sent, View
from nrm.casework.cases.search import Kind


class Looking(Sent):
    """An identifier of a person; it stands in no address and in no log."""

    kind: Kind
    value: str = Field(min_length=1, max_length=320, description="As it is written; a telephone with country code.")


class FoundView(View):
    """Cases of your organisation with this identifier."""

    items: list[ListedView]
    known_elsewhere: bool = Field(
        description="An organisation already has a case with this identifier; ask the coordinator."
    )
