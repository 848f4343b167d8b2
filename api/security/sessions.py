"""Tokens of sessions, looked up in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.security.signed_in import SignedIn
from nrm.casework.accounts.sessions import session_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.security.signed_in import SignIn
    from nrm.casework.desk import Desk


def sign_in_of(desk: Desk) -> SignIn:
    """Return what finds out who is behind a token (errors as `nrm.casework.accounts.sessions.session_of`)."""

    def sign_in(token: str, refusing: Callable[[], None]) -> SignedIn:
        found = session_of(desk, token, refusing=refusing)
        account = found.account
        return SignedIn(
            account=account.id,
            organisation=account.organisation,
            roles=tuple(account.roles),
            unit=account.unit,
            session=found.session.id,
            begun=found.session.begun,
            name=account.display_name,
            kind=found.session.kind,
        )

    return sign_in
