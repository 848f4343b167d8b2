"""One page of a list, with the sealed word behind which the next one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from api.views.model import Page, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from api.call import Call

T = TypeVar("T")
V = TypeVar("V", bound=View)


def page(
    call: Call,
    name: str,
    cursor: str | None,
    limit: int,
    find: Callable[[UUID | None, int], Sequence[T]],
    view: Callable[[T], V],
    key: Callable[[T], UUID],
) -> Page[V]:
    """Return a page of the list `name`: `limit` entries at most behind `cursor`, each shown by `view`.

    `find` returns the entries behind the one of an identifier (None: from the beginning), so many at most; `key` is the
    identifier of an entry.

    Raises:
        Told: the cursor is none of this list and asker.
    """
    of = call.list_of(name)
    found = find(call.state.cursors.after(cursor, of), limit + 1)  # one more tells whether there is a next page
    more = len(found) > limit
    return Page(
        items=[view(one) for one in found[:limit]],
        next=call.state.cursors.sealed(key(found[limit - 1]).bytes, of) if more else None,
    )
