"""What all requests of one process share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.checks import Checks

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.cursors import Cursors
    from api.security.pace import Pace
    from api.security.signed_in import SignIn
    from api.watching.numbers import Numbers
    from nrm.casework.accounts.door import Door
    from nrm.casework.desk import Desk
    from nrm.home import Home
    from nrm.publishing.officers import Officers
    from nrm.rulebook.sentence import Speaker
    from nrm.serving import ApiSettings
    from nrm.vault.envelope import DataKey


@dataclass(frozen=True)
class State:
    """An installation as routes see it: its desk and settings, who is behind a token, and how pages go on.

    `speaker` speaks one of the four languages; `directory_key` opens the directory that is kept. `officers` reads who
    may sign rulebooks; where it is None nobody says so, and rules are read from files. `checks` are those of proposals.
    """

    desk: Desk
    home: Home
    speaker: Callable[[str], Speaker]
    sign_in: SignIn
    cursors: Cursors
    settings: ApiSettings
    pace: Pace
    numbers: Numbers
    directory_key: DataKey
    door: Door
    officers: Callable[[], Officers] | None = None
    checks: Checks = field(default_factory=Checks)
