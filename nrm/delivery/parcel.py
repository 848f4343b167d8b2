"""What is delivered, and how a try ended.

INVARIANT (a code tells nothing): the result of a try is a code of a closed list; no address, host, folder or content is
in it, so that it may stand in the log and in a task.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.directory.sidecar import Delivery

Kind = Literal["package", "revocation"]

LaterCode = Literal[
    "busy",  # the service asked for patience: 408, 425 or 429
    "connection_lost",  # it broke off before its answer was whole; it may have the message
    "folder_unavailable",  # the disk is full, or the share does not answer
    "name_not_found",  # its name leads to no address
    "server_error",  # 500 to 599
    "timeout",
    "unreachable",  # no connection
]
"""Why to try again."""

ImpossibleCode = Literal[
    "address_forbidden",  # its name leads to a private or special address
    "answer_too_large",  # a service does not answer so; whatever stands there has not taken the message
    "certificate_refused",
    "folder_missing",
    "folder_not_writable",
    "folder_refused",  # outside the root, a link, or something else than a folder or a file
    "host_not_allowed",
    "no_root",  # the installation has no folder for file drops
    "other_bytes",  # another file stands under this message's name
    "redirected",
    "refused",  # any other answer, as 400 to 499
    "url_refused",  # not a plain `https://` address
]
"""Why nobody but a person can help."""


@dataclass(frozen=True)
class Parcel:
    """One sealed message on its way: `body` is the age file; `message` is the same at every try, and new for another.

    The ids go to nobody but the service that the body is sealed to; `referral` is for the caller and leaves with none.
    """

    message: UUID
    referral: UUID
    body: bytes = field(repr=False)
    way: Delivery = field(repr=False)
    kind: Kind = "package"


@dataclass(frozen=True)
class Delivered:
    """The service has the message. `receipt` is what it answered, unverified; None when it answered nothing."""

    receipt: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Later:
    """Not this time; `after` is how many seconds the service asked to wait, None when it did not say."""

    code: LaterCode
    after: float | None = None


@dataclass(frozen=True)
class Impossible:
    """No further try can help before a person did something."""

    code: ImpossibleCode


@dataclass(frozen=True)
class Waiting:
    """The message lies ready; the service fetches it."""


Result = Delivered | Later | Impossible | Waiting
