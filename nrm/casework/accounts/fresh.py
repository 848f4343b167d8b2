"""What a session that was left open must not do: change what its holder signs in by.

INVARIANT (an open session becomes no key): a token for a program is made, and a passkey taken back, only by who signed
in within `FRESH`; password, app and passkey are set up only with the password.
INVARIANT (no token makes a token): nor takes it back a passkey; who has stolen one has it for its days, and no longer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from nrm.casework.accounts.door import refuse
from nrm.casework.accounts.errors import SignInDeniedError, sign_in_again

if TYPE_CHECKING:
    from datetime import datetime

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.signin.session import SessionKind

FRESH: Final = timedelta(minutes=10)
"""How long after a sign-in its session may do this."""


def need_fresh(desk: Desk, asked: Asked, verb: str, kind: SessionKind, begun: datetime) -> None:
    """Let pass whose session is their own sign-in, which began at `begun`, just now.

    Raises:
        SignInDeniedError: `not_permitted` for a token, `sign_in_again` for an older session; on the log.
    """
    if kind != "browser":
        what = "a token changes nothing that somebody signs in by"
        refuse(desk, asked, verb, SignInDeniedError("not_permitted", what, "sign in to do this"))
    if abs(desk.clock() - begun) >= FRESH:  # a sign-in that is yet to come says that a clock is wrong
        refuse(desk, asked, verb, sign_in_again())
