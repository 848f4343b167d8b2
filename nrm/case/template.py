"""An empty case file to fill in, written from the model, so that it cannot fall behind it."""

from __future__ import annotations

from datetime import date
from textwrap import wrap
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from nrm.case.fields import Part
from nrm.case.record import CaseRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

WIDTH = 110
HEAD = """\
## A case record. Fill in what you know after the colon and leave the rest empty: nothing is required, and what is
## left empty counts as not known. Lines with ## explain. To use a line with one #, take the # and one space away.
"""


class Shape(NamedTuple):
    """What a field holds: parts, words of a closed list, dates, whole numbers or text; once or as a list."""

    kind: Any
    words: tuple[str, ...]
    many: bool


def shape(annotation: object) -> Shape:
    """Open `X | None`, `Annotated[X, …]` and `tuple[X, …]` down to what is written in a file."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape(inside[0])
    if origin in (UnionType, Union):
        return shape(next(one for one in inside if one is not type(None)))
    if origin is tuple:
        return shape(inside[0])._replace(many=True)
    if origin is Literal:
        return Shape(str, inside, many=False)
    return Shape(annotation, (), many=False)


def template(fact_comments: Mapping[str, str]) -> str:
    """Return a YAML file with every field of a case record, empty, each explained by what the model says of it.

    `fact_comments` names every coded fact of the vocabulary, with what it means and which values it takes.
    """
    lines = list(HEAD.splitlines())
    for name, field in CaseRecord.model_fields.items():
        lines.append("")
        if name == "facts":
            lines.extend(_explained(field.description or "", "", "## "))
            lines.append("facts:")
            lines.extend(_fact_lines(fact_comments))
        else:
            lines.extend(_field_lines(name, field, "", ""))
    return "\n".join(lines) + "\n"


def _explained(text: str, indent: str, mark: str) -> list[str]:
    start = indent + mark
    return wrap(" ".join(text.split()), WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False)


def _fact_lines(comments: Mapping[str, str]) -> Iterator[str]:
    for fact, comment in comments.items():
        yield from _explained(comment, "  ", "## ")
        yield f"  # {fact}:"


def _field_lines(name: str, field: FieldInfo, indent: str, mark: str) -> Iterator[str]:
    """Yield the lines of one field; `mark` is `# ` inside an entry of a list, which is shown but not there yet."""
    found = shape(field.annotation)
    explained = " ".join([field.description or "", *_how_to_write(found)])
    yield from _explained(explained, indent, "## " if not mark else "#   ## ")
    if not (isinstance(found.kind, type) and issubclass(found.kind, Part)):
        yield f"{indent}{mark}{name}:"
    elif found.many:
        yield f"{indent}{name}:"
        yield from _entry_lines(found.kind, indent + "  ")
    else:
        yield f"{indent}{name}:"
        for inner, inner_field in found.kind.model_fields.items():
            yield from _field_lines(inner, inner_field, indent + "  ", "")


def _entry_lines(kind: type[Part], indent: str) -> Iterator[str]:
    dash = "- "
    for name, field in kind.model_fields.items():
        yield from _field_lines(name, field, indent, f"# {dash}")
        dash = "  "


def _how_to_write(found: Shape) -> Iterator[str]:
    if found.words:
        yield ("Any of: " if found.many else "One of: ") + ", ".join(found.words) + "."
    elif found.kind is date:
        yield "A date, such as 2026-01-31."
    elif found.kind is int:
        yield "A whole number."
    if found.many and not (isinstance(found.kind, type) and issubclass(found.kind, Part)):
        yield "A list: `[one, two]`."
