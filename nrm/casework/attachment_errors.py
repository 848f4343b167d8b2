"""Why an attachment is refused. None of these carries its name or anything of its content."""

from __future__ import annotations

from nrm.casework.errors import CaseworkError
from nrm.errors import Problem

_PLACE = "attachment"


class NoSuchAttachmentError(CaseworkError):
    """The case has no such attachment (any more)."""

    def __init__(self) -> None:
        super().__init__(Problem(_PLACE, 0, "the case has no such attachment", "check the identifier"))


class MediaRefusedError(CaseworkError):
    """The content is of no type that is kept, or pretends to be another; nothing of it was kept."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(Problem(_PLACE, 0, what, todo))


class AttachmentTooLargeError(CaseworkError):
    """It is larger than an attachment may be, or the case would have too many; nothing of it was kept."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(Problem(_PLACE, 0, what, todo))


class UploadOverError(CaseworkError):
    """It took so long that what had come was removed."""

    def __init__(self) -> None:
        super().__init__(Problem(_PLACE, 0, "it took too long to arrive; nothing of it was kept", "add it again"))
