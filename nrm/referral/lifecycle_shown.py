"""The table of the lifecycle for people: as Markdown, and as a picture (Mermaid, https://mermaid.js.org)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.referral.lifecycle import STATES, TABLE

if TYPE_CHECKING:
    from nrm.referral.lifecycle import Step
    from nrm.referral.referral import State


def as_markdown() -> str:
    """Return the table, a row for each of its lines."""
    rows = [
        (f"`{line.verb}`", _from(line), f"`{line.to}`", ", ".join(sorted(line.who)), _reason(line)) for line in TABLE
    ]
    head = ("verb", "from", "to", "who", "reason")
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *rows))


def as_diagram() -> str:
    """Return the same as a Mermaid state diagram; lines that join the same two states are drawn once."""
    arrows: dict[str, None] = {}
    for line in TABLE:
        for state in _ordered(line):
            arrows[f"    {state or '[*]'} --> {line.to}: {line.verb}\n"] = None
    left = {state for line in TABLE for state in line.came_from}
    for state in STATES:
        if state not in left:
            arrows[f"    {state} --> [*]\n"] = None
    return "stateDiagram-v2\n" + "".join(arrows)


def _ordered(line: Step) -> list[State | None]:
    return sorted(line.came_from, key=lambda state: STATES.index(state) if state else -1)


def _from(line: Step) -> str:
    return ", ".join(f"`{state}`" if state else "nothing" for state in _ordered(line))


def _reason(line: Step) -> str:
    if not line.reasons:
        return "–"
    listed = ", ".join(f"`{reason}`" for reason in line.reasons)
    return listed if line.needs_reason else f"if wanted: {listed}"
