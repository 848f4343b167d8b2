"""What the service answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import httpx

Json: TypeAlias = Mapping[str, Any]
"""A JSON object."""

_ETAG: Final = re.compile(r'"([1-9][0-9]{0,8})"')


class Answer(Mapping[str, Any]):
    """An answer as a mapping of its JSON; `version` is that of what it tells of, to be handed to the next change.

    `replayed` says that the service had answered this very request before. Printing it shows no content.
    """

    def __init__(self, body: Json, version: int | None = None, *, replayed: bool = False) -> None:
        self._body = body
        self.version = version
        self.replayed = replayed

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        return self._body[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._body)

    def __len__(self) -> int:
        return len(self._body)

    def __repr__(self) -> str:
        return f"Answer({', '.join(self._body)}; version {self.version})"


Seen: TypeAlias = int | Answer
"""The version that was seen: a number, or an answer that told it."""


def answer_of(response: httpx.Response) -> Answer:
    """Return what is in a response; one without a body, or with none that is a JSON object, is empty."""
    found = _ETAG.fullmatch(response.headers.get("ETag", ""))
    replayed = response.headers.get("Idempotency-Replayed") == "true"
    body = body_of(response)
    return Answer(body if isinstance(body, dict) else {}, int(found[1]) if found else None, replayed=replayed)


def body_of(response: httpx.Response) -> object:
    """Return the JSON of a response, or None when it has none."""
    try:
        return json.loads(response.content)
    except ValueError:  # also of bytes that are no text
        return None


def if_match(seen: Seen) -> dict[str, str]:
    """Return the header that says which version was seen.

    Raises:
        ValueError: the answer told none.
    """
    version = seen.version if isinstance(seen, Answer) else seen
    if version is None:
        raise ValueError("this answer has no version")
    return {"If-Match": f'"{version}"'}
