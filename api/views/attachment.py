"""Attachments as they go out: what is known of each besides its bytes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import Field

from api.views.model import View
from api.views.words import WordView, word

if TYPE_CHECKING:
    from nrm.casework.attachment import Attachment
    from nrm.rulebook.sentence import Speaker


class AttachmentView(View):
    """A file that is kept with a case."""

    attachment: UUID
    name: str = Field(description="As it was given, made safe for every screen and disk.", examples=["scan.pdf"])
    media: str = Field(description="What it was found to be by its content.", examples=["application/pdf"])
    size: int = Field(ge=1, description="Bytes.")
    sha256: str = Field(description="In hexadecimal.", examples=["9f86d081884c7d659a2feaa0c55ad015" * 2])
    group: WordView = Field(description="The group of the record with which it is disclosed.")
    added: datetime


class AttachmentsView(View):
    """The attachments of a case, the oldest first."""

    items: list[AttachmentView]


def attachment_view(one: Attachment, speaker: Speaker) -> AttachmentView:
    """Return one attachment."""
    return AttachmentView(
        attachment=one.id,
        name=one.name,
        media=one.media,
        size=one.size,
        sha256=one.sha256,
        group=word(speaker.words.groups, one.group, speaker),
        added=one.added_at,
    )
