"""What an account may be."""

from __future__ import annotations

from typing import Final, Literal, get_args

Role = Literal[
    "first_responder",
    "caseworker",
    "supervisor",
    "coordinator",
    "provider",
    "rule_author",
    "rule_approver",
    "overseer",
    "statistician",
    "administrator",
]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""What an account may be. `person` and `worker` are not here: the person has a link, the program signs in nowhere."""
