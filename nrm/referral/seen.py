"""The messages that a service has opened, in one small private file, so that a package that comes twice is known."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from nrm.errors import NrmError, Problem
from nrm.vault.errors import VaultError
from nrm.vault.private_file import alone, read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEPT: Final = timedelta(days=30)
"""How long after its end a message is still remembered, should a clock be put back."""

_LINE = re.compile(r"(?P<message>[0-9a-f-]{36}) (?P<until>\S{20,40})")


class SeenRefusedError(NrmError):
    """The file of what was opened before cannot be used; then nothing is opened, because it may have come before."""


class SeenMessages:
    """Messages and until when each must be remembered; knows no file (see `remembered`)."""

    def __init__(self, until: dict[UUID, datetime]) -> None:
        self.until = until

    def add(self, message: UUID, until: datetime) -> bool:
        """Remember a message; say whether it is new."""
        new = message not in self.until
        self.until[message] = max(until, self.until.get(message, until))
        return new


@contextmanager
def remembered(path: Path, now: datetime) -> Iterator[SeenMessages]:
    """Lend what the file knows to one process at a time, and write it when the work inside went well.

    When the work fails the file stays as it is, so that a package whose files could not be written can be opened once
    more. What ended more than 30 days before `now` is forgotten: such a package is refused as expired.

    Raises:
        SeenRefusedError: it cannot be read, written or locked, is open to others, or is not such a file.
    """
    with _blamed(path), alone(path):
        seen = SeenMessages(_read(path) if path.exists() else {})
        yield seen
        kept = sorted((message, until) for message, until in seen.until.items() if until > now - KEPT)
        write_private(path, "".join(f"{message} {until.isoformat()}\n" for message, until in kept).encode())


def _read(path: Path) -> dict[UUID, datetime]:
    data, _ = read_private(path)
    found = {}
    for at, line in enumerate(data.decode("ascii", "replace").splitlines(), start=1):
        try:
            read = _LINE.fullmatch(line)
            message, until = (UUID(read["message"]), datetime.fromisoformat(read["until"])) if read else (None, None)
        except ValueError:
            message = until = None
        if message is None or until is None or until.tzinfo is None:
            todo = "restore it from your backup; do not delete it, or a package that comes twice goes unnoticed"
            raise SeenRefusedError(Problem(str(path), at, "the line is not a message and a time", todo))
        found[message] = until
    return found


@contextmanager
def _blamed(path: Path) -> Iterator[None]:
    """Name our file in what the vault says of a private one, which it calls a key file."""
    try:
        yield
    except VaultError as fault:
        raise SeenRefusedError([Problem(str(path), 0, one.what, one.todo) for one in fault.problems]) from None
