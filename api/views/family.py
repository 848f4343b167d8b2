"""Links to the cases of relatives."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field

from api.views.model import Id, Sent, View
from nrm.referral.family import Relation

if TYPE_CHECKING:
    from nrm.referral.family import Link


class LinkSent(Sent):
    """The case of a relative that your organisation keeps too."""

    other: Id
    relation: Relation = Field(description="What the person of the other case is to the one of this.")


class LinkView(View):
    """One link; of the other case nothing is told but that its person is in danger."""

    other: UUID
    relation: Relation
    since: datetime
    in_danger: bool


class LinksView(View):
    """The links of a case that were not ended."""

    items: list[LinkView]


def link_view(one: Link) -> LinkView:
    """Return one link."""
    return LinkView(other=one.other, relation=one.relation, since=one.at, in_danger=one.raised)
