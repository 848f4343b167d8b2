"""What is kept of an attachment besides its bytes, and how large attachments may be."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from nrm.models import Whole
from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Model, Words

KIND: Final = "attachment"
"""The name under which what is kept of one is sealed."""

_Positive = Annotated[Whole, Field(ge=1)]


class Attachment(Model):
    """A file that is kept with a case: the name it was given, and what it was found to be.

    `media` is one of `nrm.casework.cases.media.MEDIA`, `size` counts bytes, `sha256` is in hexadecimal. `group` is the
    group of the record with which it is disclosed. `parts` counts the parts that it is sealed in.
    """

    id: UUID
    name: Words
    media: Words
    size: int
    sha256: str
    group: Group
    added_at: AwareDatetime
    parts: int


class AttachmentLimits(Model):
    """The part `attachments` of an installation's settings: bytes of each, bytes of all of a case, and how many."""

    bytes_each: _Positive = 25 << 20
    bytes_of_case: _Positive = 200 << 20
    most: _Positive = 100
