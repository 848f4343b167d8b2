"""Why an oversight body looks: one word of a closed list, stated before it looks."""

from __future__ import annotations

from nrm.audit.actions import OVERSIGHT_REASONS
from nrm.errors import Problem, UnknownNameError, nearest


def check_reason(reason: str) -> None:
    """Refuse a reason that is not of the list; what was given is not repeated, because it may be a name.

    Raises:
        UnknownNameError: with the words of the list.
    """
    if reason not in OVERSIGHT_REASONS:
        raise UnknownNameError(Problem("reason", 0, "this is not a reason of the list", nearest("", OVERSIGHT_REASONS)))
