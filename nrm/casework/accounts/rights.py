"""Who may do what with an account: asked of the policies in `nrm/access/policies/`, with the account in hand.

INVARIANT (nobody gives themselves rights): another administrator changes an administrator's account.
INVARIANT (a service is nothing besides): what lets administrators keep the accounts of services counts for an account
that has no other role; with one, it would be a caseworker of whichever organisation the administrator named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nrm.access import Account as Holding
from nrm.access import Session as Own
from nrm.casework.asked import OtherOrganisationError, permit
from nrm.casework.errors import OtherRecordError
from nrm.referral.lifecycle import PROVIDER

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.signin.account import Account

ACCOUNT: Final = Holding
"""The kind of record that an account is, for who asks before any is looked for."""


def permit_account(asked: Asked, verb: str, account: Account) -> None:
    """Let pass who may do `verb` with this account.

    Raises:
        NotPermittedError: the role may not, or it is their own account.
        OtherRecordError: the account is of another organisation.
    """
    service = set(account.roles) == {PROVIDER}
    try:
        permit(asked, verb, Holding(account.id, account.organisation, service))
    except OtherOrganisationError:
        raise OtherRecordError from None


def permit_own(asked: Asked, verb: str, account: UUID) -> None:
    """Let pass who does `verb` with their own sessions and credentials. Raises `NotPermittedError`."""
    permit(asked, verb, Own(account))
