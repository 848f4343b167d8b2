"""Why a rulebook is not published, each reason with an error of its own. What stands in rulebooks is public."""

from __future__ import annotations

from nrm.errors import NrmError, Problem


class PublishingError(NrmError):
    """The root of these errors: no rulebook came into force, and none was loaded."""


class BundleRefusedError(PublishingError):
    """The bytes are no bundle, hold something that no bundle holds, or are not those that were signed."""


class StatementRefusedError(PublishingError):
    """A statement is not written as it must be, or does not say what is true of its bundle."""


class NotSignedError(PublishingError):
    """A signature is false, of nobody who may sign so, or missing."""


class NoRulebookError(PublishingError):
    """No rulebook decides here today, or the one that should may not: the error says why."""


class SameOfficerError(PublishingError):
    """Author and approver are one person, or of one unit."""

    def __init__(self, what: str) -> None:
        todo = "an officer of another unit, with a key of their own, has to read and sign the statement"
        super().__init__(Problem("approval", 0, what, todo))


class ChecksFailedError(PublishingError):
    """An example fails, a guarantee is not proved, or the checks find something else than the statement says."""
