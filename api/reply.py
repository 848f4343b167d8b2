"""What a route answers: a status, a body and headers, the same whether it is made now or was kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from pydantic import BaseModel


@dataclass(frozen=True)
class Reply:
    """One answer; `body` is JSON. `about` is the case that it tells of, with which a kept answer goes."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    about: UUID | None = None

    @classmethod
    def of(
        cls,
        view: BaseModel | None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        about: UUID | None = None,
    ) -> Reply:
        """Return the answer that holds `view`."""
        body = b"" if view is None else view.model_dump_json(exclude_none=False).encode()
        return cls(204 if view is None else status, body, headers or {}, about)

    def response(self) -> Response:
        """Return it as the server sends it."""
        kind = "application/json" if self.body else None
        return Response(self.body or None, self.status, dict(self.headers), kind)

    def kept(self) -> str:
        """Return it as text that `from_kept` reads."""
        return json.dumps([self.status, self.body.decode(), dict(self.headers)], ensure_ascii=False)

    @classmethod
    def from_kept(cls, text: str) -> Reply:
        """Return what `kept` wrote."""
        status, body, headers = json.loads(text)
        return cls(status, body.encode(), headers)
