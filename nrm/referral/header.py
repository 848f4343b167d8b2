"""The head of a referral package: for whom it is, what for, on which footing, and until when it counts."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Code, Language, Model, Words

FORMAT: Final = "nrm-referral-1"
"""The first form of `referral.json`."""


class Recipient(Model):
    """The one service that a package is for: its key in the directory, and the age recipient it was sealed to."""

    source: Words
    id: Words
    kind: Code
    age: str


class Attached(Model):
    """A file that a package carries besides: its name there, what it is, and the group of the record it goes with.

    `size` counts bytes, `sha256` is in hexadecimal. The name that the file was given is not told.
    """

    file: Annotated[str, StringConstraints(pattern=r"^attachments/[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9])?$")]
    media: Words
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    group: Group


class Header(Model):
    """Everything in `referral.json` besides the groups of the record.

    `sender` is the name of the mechanism's log (its origin). `message` is new for every package, so that a package that
    comes a second time is known; `referral` stays the same for as long as the referral lives. `replaces` is the message
    that this one takes the place of. `offer` is the help that is asked for, None when only a duty is fulfilled.
    `attachments` are the files that come with it, of groups that are among `groups`.
    """

    format: Literal["nrm-referral-1"] = FORMAT
    kind: Literal["referral", "revocation"] = "referral"
    sender: Words
    referral: UUID
    message: UUID
    replaces: UUID | None = None
    recipient: Recipient
    offer: Code | None = None
    disclosure: Code
    purpose: Code
    basis: Literal["consent", "duty"]
    duty: Code | None = None
    sources: tuple[Words, ...] = ()
    groups: tuple[Group, ...] = ()
    attachments: tuple[Attached, ...] = ()
    language: Language = "en"
    sent_at: AwareDatetime
    expires_at: AwareDatetime
