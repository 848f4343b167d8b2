"""The crosswalks as tables, for `docs/interchange.md`: what people read is what the program does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.interchange.crosswalk import crosswalk, target_of
from nrm.interchange.places import starred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.interchange.crosswalk import Code, Row

_ARROWS = {"both": "↔", "in": "→", "out": "←"}


def table(name: str, *, only_in: bool = False) -> str:
    """Return the crosswalk `name` as a Markdown table; `only_in` is for forms that are read and never written."""
    walk = crosswalk(name)
    head = [walk.source + ".", "", "| theirs | | ours | note |", "|---|---|---|---|"]
    return "\n".join([*head, *(line for row in walk.rows for line in _lines(row, only_in=only_in))])


def _lines(row: Row, *, only_in: bool) -> Iterator[str]:
    place = starred(row.ours) if row.ours else ""
    words = ", ".join(f"{key} {word}" for key, word in row.where.items())
    conditions = [f"event {row.event}" if row.event else "", f"with {words}" if words else ""]
    shown = f"`{place}`" if place else "–"
    more = "; ".join(one for one in conditions if one)
    arrow = "" if not place and not row.codes else "→" if only_in else _ARROWS[row.way]
    yield f"| **`{row.theirs}`** | {arrow} | {shown}{f' ({more})' if more else ''} | {_escaped(row.note)} |"
    for code in row.codes:
        yield f"| `{code.theirs}` | {_arrow(code, only_in=only_in)} | {_ours(row, code)} | {_escaped(code.note)} |"


def _arrow(code: Code, *, only_in: bool) -> str:
    if not code.ours:
        return ""
    return "→" if only_in else _ARROWS[code.way]


def _ours(row: Row, code: Code) -> str:
    if not code.ours:
        return "–"
    target = target_of(row, code)
    if not target.code:
        return f"`{starred(target.place)}`"
    return f"`{target.code}`" if target.place == row.ours else f"`{starred(target.place)}` = `{target.code}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
