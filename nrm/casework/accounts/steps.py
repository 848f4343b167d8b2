"""What lies between two steps of one sign-in: found by an opaque token, for one stage, for some minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from nrm.casework.accounts.errors import wrong
from nrm.casework.accounts.registers import ACCOUNTS, STEPS, Step
from nrm.signin.tokens import digest, is_token, new_token

if TYPE_CHECKING:
    from nrm.casework.accounts.registers import Stage
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.registry import Record
    from nrm.signin.account import Account

LIFE: Final = timedelta(minutes=10)
"""How long somebody may take for the next step."""


def put(desk: Desk, unit: UnitOfWork, stage: Stage, account: Account | None = None, **more: Any) -> str:  # noqa: ANN401
    """Keep a step and return the token that stands for it; `more` are fields of `Step`."""
    token, until = new_token(), desk.clock() + LIFE
    owner, epoch = (None, 0) if account is None else (account.id, account.epoch)
    step = Step(digest=digest(token), stage=stage, until=until, account=owner, epoch=epoch, **more)
    STEPS.add(desk, unit, uuid4(), step, owner=owner, until=until)
    return token


def found(desk: Desk, unit: UnitOfWork, token: str, stage: Stage) -> Record[Step]:
    """Return the step that a token stands for; whoever is done with it removes it, in the same unit of work.

    Raises:
        SignInDeniedError: there is none, it is of another stage, or its time is over.
    """
    held = STEPS.named(desk, unit, digest(token).encode()) if is_token(token) else None
    if held is None or held.thing.stage != stage or desk.clock() >= held.thing.until:
        raise wrong()
    return held


def account_of(desk: Desk, unit: UnitOfWork, step: Record[Step]) -> Record[Account]:
    """Return the account of a step, as long as it is as it was when the step began.

    Raises:
        SignInDeniedError: it was suspended, or its sessions were ended, in the meantime.
    """
    held = ACCOUNTS.get(desk, unit, step.thing.account) if step.thing.account is not None else None
    if held is None or held.thing.state != "active" or held.thing.epoch != step.thing.epoch:
        raise wrong()
    return held
