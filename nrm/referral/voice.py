"""What the person says: whether they want what they are offered, and what they think of a service (A/RES/76/7 §12)."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints

from nrm.rulebook.wording import Code, Model

LONGEST_REMARK: Final = 4000

Remark = Annotated[str, StringConstraints(max_length=LONGEST_REMARK)]


class Choice(Model):
    """The person wants an offer, or does not; the newest counts, and a refusal can always be taken back."""

    id: UUID
    at: AwareDatetime
    offer: Code
    wanted: bool
    by: Literal["self", "guardian"] = "self"


class Feedback(Model):
    """What the person says of one service that they were referred to; `met` says whether it met the need."""

    id: UUID
    at: AwareDatetime
    referral: UUID
    met: Literal["yes", "partly", "no", "unknown"] = "unknown"
    safe: Literal["yes", "no", "unknown"] = "unknown"
    remark: Remark = ""
