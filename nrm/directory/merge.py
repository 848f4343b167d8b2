"""A second import beside the first: what is new, what changed, what is gone; nothing is ever there twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from nrm.directory.service import Directory, Key, Sourced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

S = TypeVar("S", bound=Sourced)


@dataclass(frozen=True)
class Changes:
    """The services that an import adds, changes, leaves as they are, and no longer has; and the directory after it."""

    directory: Directory
    added: tuple[Key, ...]
    changed: tuple[Key, ...]
    unchanged: tuple[Key, ...]
    gone: tuple[Key, ...]


def merge(existing: Directory, imported: Directory, source: str) -> Changes:
    """Put all that `imported` says of `source` in the place of what `existing` said of it.

    Other sources stay as they are. What is gone is not in the directory any more, and is named, because somebody may
    be waiting there for an answer.
    """
    before = {one.key: one for one in existing.services if one.source == source}
    after = {one.key: one for one in imported.services if one.source == source}
    both = before.keys() & after.keys()
    return Changes(
        directory=Directory(
            organisations=_replaced(existing.organisations, imported.organisations, source),
            services=_replaced(existing.services, imported.services, source),
            locations=_replaced(existing.locations, imported.locations, source),
            terms=_replaced(existing.terms, imported.terms, source),
            carried=_replaced(existing.carried, imported.carried, source),
        ),
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(key for key in both if not _same(key, before, after, existing, imported))),
        unchanged=tuple(sorted(key for key in both if _same(key, before, after, existing, imported))),
        gone=tuple(sorted(before.keys() - after.keys())),
    )


def _same(key: Key, before: Mapping[Key, S], after: Mapping[Key, S], existing: Directory, imported: Directory) -> bool:
    """Say whether a service is as it was, with its places and whoever runs it."""
    old, new = existing.service[key], imported.service[key]
    return (
        before[key] == after[key]
        and existing.locations_of(old) == imported.locations_of(new)
        and existing.organisation_of(old) == imported.organisation_of(new)
    )


def _replaced(before: Iterable[S], after: Iterable[S], source: str) -> tuple[S, ...]:
    others = [one for one in before if one.source != source]
    return tuple(sorted([*others, *(one for one in after if one.source == source)], key=lambda one: one.key))
