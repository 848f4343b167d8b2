"""Tokens that somebody makes for a program of their own: they live for some days, are listed, and are taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from nrm.casework.accounts.errors import over
from nrm.casework.accounts.registers import ACCOUNTS
from nrm.casework.accounts.rights import permit_own
from nrm.casework.accounts.sessions import begin
from nrm.casework.errors import CaseworkError
from nrm.casework.journal import Journal
from nrm.errors import Problem

if TYPE_CHECKING:
    from nrm.casework.accounts.door import Door
    from nrm.casework.accounts.sessions import Begun
    from nrm.casework.asked import Asked
    from nrm.casework.ports import UnitOfWork

LONGEST_LABEL = 80


class TokenRefusedError(CaseworkError):
    """A token cannot be made so."""


def make_token(door: Door, asked: Asked, label: str, days: int) -> Begun:
    """Make a token for a program that acts for the asker; the token is shown once.

    Raises:
        TokenRefusedError: it would live too long, or its label is empty or too long.
    """
    most = door.settings.token_days

    def work(unit: UnitOfWork) -> Begun:
        permit_own(asked, "credential:add", asked.who)
        if not 1 <= days <= most:
            raise TokenRefusedError(Problem("days", 0, f"a token lives 1 to {most} days", "make a new one in time"))
        if not label.strip() or len(label) > LONGEST_LABEL:
            what = f"a token has a label of 1 to {LONGEST_LABEL} characters"
            raise TokenRefusedError(Problem("label", 0, what, "say which program it is for"))
        held = ACCOUNTS.get(door.desk, unit, asked.who)
        if held is None or held.thing.state != "active":
            raise over()
        Journal(door.desk, asked).write(unit, "credential:add")
        return begin(door.desk, unit, held.thing, "token", timedelta(days=days), label=label.strip())

    return Journal(door.desk, asked).attempt("credential:add", work)
