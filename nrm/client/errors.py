"""What can go wrong between a program and the service.

INVARIANT (an error holds nothing that was sent): no error of the client holds a token, a body, or an address with an
identifier in it, nor an exception of the network library, which would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nrm.errors import NrmError, Problem


class ClientError(NrmError):
    """A request did not come out."""


class ClientSettingsError(ClientError):
    """The client cannot be used so, such as with an address that would carry the token in the clear."""


class UnreachableError(ClientError):
    """The service did not answer, also when asked again; whether it did what was asked is not known.

    The same call again is a new request: look first whether the change is there.
    """

    def __init__(self, place: str, lost: str) -> None:
        super().__init__(Problem(place, 0, f"the service did not answer ({lost})", "look whether it runs; try later"))


class FileDamagedError(ClientError):
    """A file did not arrive whole, or is not the one that was kept; nothing of it was left."""

    def __init__(self, place: str) -> None:
        super().__init__(Problem(place, 0, "the file did not arrive whole", "fetch it again"))


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of what was sent: where it is, what it is, and what to do.

    `code` is for programs; `lang` is the language of the words where it is not that of the client, such as `en`.
    """

    at: str
    what: str
    todo: str = ""
    code: str = ""
    lang: str = ""


class ProblemError(ClientError):
    """The service said no (RFC 9457): `code` is for programs, the rest for people, in the language of the client.

    `request` is the number of the request, by which those who run the service find it.
    """

    def __init__(self, status: int, told: object) -> None:
        said: dict[str, Any] = told if isinstance(told, dict) else {}
        self.status = status
        self.code = _text(said, "code") or "unknown"
        self.title = _text(said, "title") or "the service said no"
        self.todo = _text(said, "todo")
        self.request = _text(said, "instance").removeprefix("urn:uuid:")
        faults = said.get("errors")
        self.faults = tuple(
            Fault(*(_text(one, name) for name in ("at", "what", "todo", "code", "lang")))
            for one in (faults if isinstance(faults, list) else [])
            if isinstance(one, dict)
        )
        whole = Problem("service", 0, f"{self.title} (`{self.code}`, {status})", self.todo)
        super().__init__([whole, *(Problem(one.at, 0, one.what, one.todo) for one in self.faults)])


def _text(said: dict[str, Any], name: str) -> str:
    found = said.get(name)
    return found if isinstance(found, str) else ""
