"""Cases, for those who keep them: taken in, read, changed, decided, explained; files, duties and what is owed."""

from __future__ import annotations

import base64
import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import httpx

from nrm.client.answer import Answer, answer_of, if_match
from nrm.client.errors import FileDamagedError
from nrm.client.wire import Wire, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from uuid import UUID

    from nrm.client.answer import Json, Seen

_PIECE: Final = 1 << 16
_OCTETS: Final = "application/octet-stream"


class Cases:
    """Methods raise `ProblemError` and `UnreachableError`; `docs/api.md` says what each answers."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def take_in(self, record: Json, on: str | None = None, country: str | None = None) -> Answer:
        """Take a record in as a new case and decide about it at once: `case`, `decision`, `plan`."""
        params = {name: value for name, value in {"on": on, "country": country}.items() if value is not None}
        return answer_of(self._wire.ask("POST", place("intakes"), json=record, params=params))

    def open_case(self, record: Json) -> Answer:
        """Take a record in as a new case, undecided."""
        return self._wire.send("POST", place("cases"), record)

    def each(self) -> Iterator[dict[str, Any]]:
        """Yield every case of the organisation, unopened."""
        return self._wire.pages(place("cases"))

    def history(self, case: UUID | str) -> Answer:
        """Tell what happened to a case."""
        return self._wire.get(place("cases", case))

    def groups(self, case: UUID | str, groups: Sequence[str], version: int | None = None) -> Answer:
        """Open named groups of a record; the answer has the version that a change needs."""
        wanted: dict[str, Any] = {"group": list(groups), **({} if version is None else {"version": version})}
        return self._wire.get(place("cases", case, "groups"), wanted)

    def amend(self, case: UUID | str, record: Json, seen: Seen) -> Answer:
        """Put the groups of `record` in the place of those that the case has, if it still has the version seen."""
        return self._wire.send("PATCH", place("cases", case), record, if_match(seen))

    def find(self, kind: str, value: str) -> Answer:
        """Find cases by an identifier of the person: a document number, a telephone number, an e-mail address."""
        return self._wire.send("POST", place("cases", "search"), {"kind": kind, "value": value})

    def decide(self, case: UUID | str, on: str | None = None, country: str | None = None) -> Answer:
        """Decide what the person is owed, and keep the decision."""
        return self._wire.send("POST", place("cases", case, "decisions"), {"on": on, "country": country})

    def decision(self, case: UUID | str, decision: UUID | str) -> Answer:
        """Read a decision as it was made."""
        return self._wire.get(place("cases", case, "decisions", decision))

    def explain(self, case: UUID | str, decision: UUID | str, code: str) -> Answer:
        """Say why a line is in a plan, or which fact would bring it."""
        return self._wire.get(place("cases", case, "decisions", decision, "explanations", code))

    def letter(self, case: UUID | str, decision: UUID | str, *, discreet: bool = False) -> str:
        """Return the plan as a letter to the person."""
        path = place("cases", case, "decisions", decision, "letter")
        return self._wire.ask("GET", path, params={"discreet": discreet}).text

    def what_if(self, case: UUID | str, facts: Mapping[str, str | int | Sequence[str]]) -> Answer:
        """Say what the plan would be if some facts were otherwise; nothing of it is kept."""
        return self._wire.send("POST", place("cases", case, "what-if"), {"facts": dict(facts)})

    def duties(self, case: UUID | str) -> list[dict[str, Any]]:
        """List what is to be done for a case."""
        return list(self._wire.get(place("cases", case, "duties"))["items"])

    def finish(self, case: UUID | str, duty: UUID | str) -> Answer:
        """Note that a duty or a task is done."""
        return self._wire.send("POST", place("cases", case, "duties", duty, "done"))

    def waiting(self) -> Iterator[dict[str, Any]]:
        """Yield every duty that falls to the role, over all cases that it may see."""
        return self._wire.pages(place("duties"))

    def attachments(self, case: UUID | str) -> list[dict[str, Any]]:
        """List the files of a case."""
        return list(self._wire.get(place("cases", case, "attachments"))["items"])

    def attach(self, case: UUID | str, file: Path, group: str = "evidence", name: str | None = None) -> Answer:
        """Keep a file with a case, read piece by piece; `name` is what it is called there, if not as on the disk."""
        called = quote(name or file.name, safe="")
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{called}", "Content-Type": _OCTETS}
        path, params = place("cases", case, "attachments"), {"group": group}
        with file.open("rb") as content:
            return answer_of(self._wire.ask("POST", path, headers, content=content, params=params))

    def fetch(self, case: UUID | str, attachment: UUID | str, to: Path) -> Answer:
        """Write a file of a case into the new file `to`, which only its owner can read.

        Raises:
            FileDamagedError: it did not arrive whole; nothing of it is left.
            FileExistsError: there is a file already.
        """
        path = place("cases", case, "attachments", attachment)
        with self._wire.stream("GET", path) as response:
            descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            whole = False
            try:
                with os.fdopen(descriptor, "wb") as file:
                    whole = _written(response, file.write)
            finally:
                if not whole:
                    to.unlink()
            if not whole:
                raise FileDamagedError(to.name)
            return Answer({"media": response.headers.get("NRM-Media-Type", "")})


def _written(response: httpx.Response, write: Callable[[bytes], object]) -> bool:
    """Write what comes; say whether it is all, and what its digest says (RFC 9530)."""
    digest = hashlib.sha256()
    with suppress(httpx.RequestError):
        for piece in response.iter_bytes(_PIECE):
            digest.update(piece)
            write(piece)
        found = base64.b64encode(digest.digest()).decode()
        return bool(response.headers.get("Content-Digest") == f"sha-256=:{found}:")
    return False
