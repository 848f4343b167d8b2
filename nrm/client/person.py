"""The person in their own case, through a link and a PIN."""

from __future__ import annotations

from nrm.client.wire import Wire


class Person:
    """Methods raise `ProblemError` and `UnreachableError`; `docs/api.md` says what each answers."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
