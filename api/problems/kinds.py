"""What pydantic finds wrong with a body, a header or a parameter: which field, why, and what to do.

The sentences are in `kinds.yaml`, by pydantic's own words for errors
(https://docs.pydantic.dev/latest/errors/validation_errors/), which are told too, for programs.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from api.problems.fault import Fault
from api.problems.texts import read_texts
from api.views.model import UNFIT, Sent
from nrm.rulebook.wording import Code, Model, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

UNFORESEEN: Final = "unforeseen"
"""The entry for kinds of which nobody thought: a new version of pydantic may have some."""

_LIMITS: Final = ("min_length", "max_length", "ge", "gt", "le", "lt")
_MOST_WORDS: Final = 40
_FIELD: Final = re.compile(r"\{([a-z_]+)\}")


class Kind(Model):
    """What is said of one kind of fault."""

    what: Wording
    todo: Wording


class Kinds(Model):
    """All kinds of faults that pydantic finds in what is sent."""

    kinds: dict[Code, Kind]


@cache
def kinds() -> Mapping[str, Kind]:
    """Return all kinds, from `kinds.yaml`.

    Raises:
        FileRefusedError: as `read_texts` raises it.
    """
    return read_texts("kinds.yaml", Kinds).kinds


def fault_of(found: Mapping[str, Any]) -> Fault:
    """Return a fault that pydantic found; its own text is left out, because it quotes the input.

    INVARIANT (no input comes back): only names, limits and words that the program itself knows are told.
    """
    first, *rest = found["loc"]
    known = first if isinstance(first, str) else "body"
    code = str(found["type"]).replace("-", "_")
    if known == "body":
        rest = list(takewhile(_is_ours, rest))  # a key that nobody knows may be anything
    pointer = "".join(f"/{_escaped(one)}" for one in rest)
    kind, values = kinds().get(code) or kinds()[UNFORESEEN], _values(found.get("ctx") or {})
    if not {*_FIELD.findall(kind.what.en + kind.todo.en)} <= values.keys():  # such as a limit that is no number
        kind = kinds()[UNFORESEEN]
    what = str(found["msg"]) if code == UNFIT else _filled(kind.what.en, values)
    return Fault(at=f"{known}{pointer}", what=what, todo=_filled(kind.todo.en, values), code=code)


def _is_ours(part: object) -> bool:
    return isinstance(part, int) or part in _fields()


@cache
def _fields() -> frozenset[str]:
    """Return the names of all fields that a body can have."""
    kinds: list[type[Sent]] = [Sent]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return frozenset(field.alias or name for kind in kinds for name, field in kind.model_fields.items())


def _values(context: Mapping[str, Any]) -> dict[str, str]:
    """Return what the models themselves say of a field: its limits and its words."""
    limits = {name: context[name] for name in _LIMITS if isinstance(context.get(name), int | float)}
    words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    listed = {"words": ", ".join(f"`{word}`" for word in words[:_MOST_WORDS])} if words else {}
    return {**{name: f"{value:.12g}" for name, value in limits.items()}, **listed}


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda field: values[field[1]], text)


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
