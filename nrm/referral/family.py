"""Links between the cases of one family: each stays a case of its own, and only that somebody is in danger is told."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from nrm.rulebook.wording import Model

Relation = Literal["sibling", "parent", "child", "partner", "other_relative"]


class Link(Model):
    """One end of a link, kept with one case; the other end is kept with the other.

    `raised` says that the other is known to be at risk, and nothing of why.
    """

    id: UUID
    at: AwareDatetime
    other: UUID
    relation: Relation
    raised: bool = False
    ended: bool = False
