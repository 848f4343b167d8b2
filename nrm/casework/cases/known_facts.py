"""The coded facts of every case that is kept, opened in bulk, for counting; no record of anybody is opened for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from uuid import UUID

from nrm.casework.safe import PACKED
from nrm.vault.bulk import open_many
from nrm.vault.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nrm.casework.desk import Desk
    from nrm.casework.ports import PackedRow, UnitOfWork

AT_ONCE: Final = 10_000


def known_facts(desk: Desk) -> Iterator[dict[str, object]]:
    """Yield what is known of each case, as {fact: value, list of codes, or number}.

    Raises:
        VaultError: a case cannot be opened; a count without it would be wrong.
    """
    after: UUID | None = None
    while rows := desk.store.run(_page(after)):
        for opened in open_many(desk.keyring, PACKED, rows):
            if isinstance(opened, VaultError):
                raise opened
            yield json.loads(opened)
        after = UUID(bytes=rows[-1][0])


def _page(after: UUID | None) -> Callable[[UnitOfWork], Sequence[PackedRow]]:
    return lambda unit: unit.cases.packed(after, AT_ONCE)
