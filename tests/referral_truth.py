"""Who may be told what, worked out a second time in the plainest way: from what was said, in the order it was said."""

from __future__ import annotations

from datetime import UTC


def agrees(lines, group, service, day, *, child, of_age, ends=True):
    """Say whether a group may go to a service, by what was said and in which order it was said."""
    about = [line for line in lines if line.service in {None, service} and (not line.groups or group in line.groups)]
    minor = child or (of_age is not None and day < of_age)
    if minor:
        own = _last(line for line in about if line.by == "self")
        if own is not None and own.state != "given":
            return False
        about = [line for line in about if line.by == "guardian"]
    said = _last(about)
    if said is None or said.state != "given" or (said.by == "guardian" and not minor):
        return False
    outgrown = of_age is not None and said.at.astimezone(UTC).date() < of_age <= day
    return not ends or not (outgrown or (said.until is not None and said.until < day))


def _last(lines):
    lines = list(lines)
    named = [line for line in lines if line.service is not None]
    if named and named[-1].state != "given":
        return named[-1]
    return lines[-1] if lines else None
