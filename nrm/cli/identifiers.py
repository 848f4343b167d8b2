"""Identifiers as a person types them; a command gets them read."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from nrm.errors import Problem, UnknownNameError


def typed_id(text: str, place: str = "CASE", todo: str = "use what `nrm case open` printed") -> UUID:
    """Return the identifier that was typed.

    Raises:
        UnknownNameError: it is not a UUID; what was typed is not shown, because it may be a name.
    """
    try:
        return UUID(text)
    except ValueError:
        raise UnknownNameError(Problem(place, 0, "this is not an identifier", todo)) from None


def argument(place: str, todo: str, said: str) -> Any:  # noqa: ANN401 - typer does not publish the type of its arguments
    """Return an argument that is read as an identifier (errors as of `typed_id`); `said` is its help."""
    return typer.Argument(metavar=place, parser=lambda text: typed_id(text, place, todo), help=said)


CaseId = Annotated[
    UUID, typer.Argument(metavar="CASE", parser=typed_id, help="The identifier that `nrm case open` printed.")
]
ReferralId = Annotated[
    UUID, argument("REFERRAL", "use what `nrm referral list` shows", "The identifier that `nrm referral list` shows.")
]
AttachmentId = Annotated[
    UUID,
    argument(
        "ATTACHMENT", "use what `nrm case attachments` shows", "The identifier that `nrm case attachments` shows."
    ),
]
Attach = Annotated[
    list[UUID] | None,
    typer.Option(
        "--attach",
        metavar="ATTACHMENT",
        parser=lambda text: typed_id(text, "--attach", "use what `nrm case attachments` shows"),
        help="An attachment of the case that goes with it; repeat for several.",
    ),
]
