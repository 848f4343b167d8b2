"""Places in a case record: found by name, filled one by one, checked one by one, walked one by one."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from nrm.case.record import CaseRecord
from nrm.case.template import Shape, shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.case.fields import Part
    from nrm.textfile import Place, Text

FACTS = "facts"
ENTRY = "@"
"""Begins the name of one entry of a list, such as `@email`: what is put under one name becomes one entry."""


def place_of(pattern: str, number: int) -> Place:
    """Return the place that `pattern` names in the entry `number`: `a.@#.b` is the entry itself, `a.@town#.b` a name.

    >>> place_of("account.situations.@town#.country", 2)
    ('account', 'situations', '@town2', 'country')
    """
    parts: list[str | int] = []
    for part in pattern.split("."):
        named = part.replace("#", str(number))
        numbered = named.removeprefix(ENTRY)
        parts.append(int(numbered) if numbered.isascii() and numbered.isdigit() else named)
    return tuple(parts)


def starred(place: Place | str) -> str:
    """Write a place with `*` for each entry of a list.

    >>> starred("account.situations.@town#.country"), starred(("contact", "channels", 0, "kind"))
    ('account.situations.*.country', 'contact.channels.*.kind')
    """
    parts = place.split(".") if isinstance(place, str) else place
    is_entry = [isinstance(part, int) or part.startswith(ENTRY) for part in parts]
    return ".".join("*" if entry else str(part) for part, entry in zip(parts, is_entry, strict=True))


def put(tree: dict[Any, Any], place: Place, value: Any) -> bool:  # noqa: ANN401 - a text, or an empty entry
    """Put `value` at `place` of a growing tree; say whether it stands there now: what stood there before stays."""
    here = tree
    for part in place[:-1]:
        here = here.setdefault(part, {})
    return bool(here.setdefault(place[-1], value) == value) or isinstance(value, dict)


def add(tree: dict[Any, Any], place: Place, code: str) -> None:
    """Add `code` to the list at `place` of a growing tree, once."""
    here = tree
    for part in place:
        here = here.setdefault(part, {})
    if code not in here.values():
        here[len(here)] = code


def get(tree: dict[Any, Any], place: Place) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what stands at `place` of a growing tree, or None."""
    here: Any = tree
    for part in place:
        here = here.get(part) if isinstance(here, dict) else None
    return here


def settled(tree: Any) -> Any:  # noqa: ANN401 - a growing tree goes in, a text tree comes out
    """Turn a growing tree into a text tree: entries become lists, numbered ones in the order of their numbers."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(isinstance(key, int) for key in tree):
        return [settled(tree[key]) for key in sorted(tree)]
    if tree and all(isinstance(key, int) or key.startswith(ENTRY) for key in tree):
        return [settled(value) for value in tree.values()]
    return {key: settled(value) for key, value in tree.items()}


def leaves(tree: Any, place: Place = ()) -> Iterator[tuple[Place, str | None]]:  # noqa: ANN401 - a text tree
    """Yield every text of a tree with its place, and before its texts, with None, every entry that has some or none."""
    if isinstance(tree, dict):
        for key, inner in tree.items():
            yield from leaves(inner, (*place, key))
    elif isinstance(tree, list):
        for index, inner in enumerate(tree):
            if isinstance(inner, dict):
                yield (*place, index), None
            yield from leaves(inner, (*place, index))
    else:
        yield place, str(tree)


def without(tree: Text, place: Place) -> Text:
    """Return a text tree without what stands at `place`."""
    head, rest = place[0], place[1:]
    if isinstance(tree, dict):
        changed = {key: without(value, rest) if key == head and rest else value for key, value in tree.items()}
        return changed if rest else {key: value for key, value in tree.items() if key != head}
    if isinstance(tree, list):
        changes = [without(value, rest) if index == head and rest else value for index, value in enumerate(tree)]
        return changes if rest else [value for index, value in enumerate(tree) if index != head]
    return tree


@cache
def field_at(names: tuple[str, ...]) -> tuple[type[Part], str, Shape]:
    """Return the part that has the field `names`, the field's own name and its shape.

    Raises:
        KeyError: a case record has no such field.
    """
    kind: Any = CaseRecord
    for name in names[:-1]:
        kind = shape(kind.model_fields[name].annotation).kind
    return kind, names[-1], shape(kind.model_fields[names[-1]].annotation)


def names_of(place: Place | str) -> tuple[str, ...]:
    """Return the names of fields in a place, without its entries."""
    return tuple(part for part in starred(place).split(".") if part != "*" and not part.isdigit())


def fits(place: Place | str, value: str) -> bool:
    """Say whether `value` is one that the field at `place` can have; of coded facts only the vocabulary knows."""
    part, name, form = field_at(names_of(place))
    try:
        part.model_validate_json(json.dumps({name: [value] if form.many else value}), strict=True)
    except ValidationError as refused:
        # Other fields may be missing here; half of a pair of surrogates has no place in the error at all.
        return all(error["loc"][:1] not in {(name,), ()} for error in refused.errors(include_input=False))
    return True
