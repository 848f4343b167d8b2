"""Text trees turned into pydantic models, and pydantic's faults into problems that a policy officer can mend."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from nrm.errors import MOST_FAULTS, Problem, is_slip_of, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.textfile import Document, Place, Text


MOST_DIGITS = 9
"""Digits of a whole number at most: RFC 8785, which names rulebooks, has no whole numbers above 2^53."""


def _digits(value: object) -> object:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        return value
    if len(value) > MOST_DIGITS:
        raise PydanticCustomError("too_many_digits", "too many digits")
    return int(value)


def _written_as_date(value: object) -> object:
    # Pydantic reads the text "0" as a number of seconds since 1970; a person's age must never come from that.
    if not isinstance(value, str):
        return value
    try:
        # Python alone would also take `20260131` and `2026-W05-6`; people would not.
        return date.fromisoformat(value if _DATE.fullmatch(value) else "")
    except ValueError:
        raise PydanticCustomError("date_parsing", "not a date") from None


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Whole = Annotated[int, BeforeValidator(_digits)]
"""A whole number, 0 or more, written as digits (every scalar in our files is text)."""

IsoDate = Annotated[date, BeforeValidator(_written_as_date)]
"""A date written as 2026-01-31."""

LONGEST_SHOWN = 60
"""Characters of an offending value that an error shows at most."""

_SENTENCES = {
    "date": "is not a date",
    "date_from_datetime_parsing": "is not a date",
    "date_parsing": "is not a date",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "too_many_digits": "is too large a number",
    "string_pattern_mismatch": "is not written in the form that is expected here",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "too_short": "has too few entries",
    "string_type": "must be one piece of text",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be `key: value` lines",
    "model_type": "must be `key: value` lines",
    "model_attributes_type": "must be `key: value` lines",
    "union_tag_not_found": "needs a `type`",
}

_REMEDIES = {
    "date": "write it as `2026-01-31`",
    "date_from_datetime_parsing": "write it as `2026-01-31`",
    "date_parsing": "write it as `2026-01-31`",
    "int_type": "write digits only",
    "int_parsing": "write digits only",
    "too_many_digits": f"write at most {MOST_DIGITS} digits",
    "string_too_short": "write something, or leave the line out",
}


def parse(document: Document, kind: Any, problems: list[Problem], *, private: bool = False) -> Any:  # noqa: ANN401
    """Read `document` as `kind` (a model or type), or add what is wrong to `problems` and return None.

    With `private` no value of the document is shown, because it may be personal data, and no key but those of `kind`.
    What is left is a slip of the pen in a word of `kind` (`nrm.errors.is_slip_of`).
    """
    try:
        return _adapter(kind).validate_json(json.dumps(document.data), strict=True)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)[:MOST_FAULTS]
        problems.extend(
            _problem(document, error, kind, private=private) for error in errors if not _only_follows(error, errors)
        )
        if refused.error_count() > MOST_FAULTS:
            problems.append(document.problem((), "there are more faults than are told here", "mend these first"))
        return None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401
    return TypeAdapter(kind)


def _only_follows(error: Any, errors: list[Any]) -> bool:  # noqa: ANN401
    """Say whether `error` is there only because of another: "too few entries" of faulty entries, or a second form.

    A text that is wrong where a text or a mapping may stand is wrong once, as the text that somebody meant it to be.
    """
    loc = error["loc"]
    if error["type"] == "too_short":
        return any(len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in errors)
    beside = (other for other in errors if other is not error and other["loc"][:-1] == loc[:-1])
    return (
        error["type"] == "model_type"
        and isinstance(error["input"], str)
        and any(other["type"] == "value_error" for other in beside)
    )


def _problem(document: Document, error: Any, kind: Any, *, private: bool) -> Problem:  # noqa: ANN401
    place = _place_in(document.data, error["loc"])
    shown = ".".join(_names(place, kind) if private else map(str, place)) or "the file"
    value = _shown(error.get("input"), private=private)
    cause = error["type"]
    if cause == "missing":
        return document.problem(place, f"`{error['loc'][-1]}` is missing in {_quoted(shown)}", "add it")
    if cause == "extra_forbidden":
        key = str(error["loc"][-1])
        valid = _fields(kind, error["loc"][:-1])
        near = nearest(key, valid)
        name = f"`{key}`" if not private or is_slip_of(key, valid) else "this line"
        return document.problem(place, f"{name} is not known here", near)
    if cause in {"literal_error", "union_tag_invalid"}:
        expected = str(error.get("ctx", {}).get("expected") or error.get("ctx", {}).get("expected_tags", ""))
        words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
        tag = error.get("ctx", {}).get("tag")
        given = tag if tag is not None else error.get("input")
        near = nearest(str(given), words)
        value = _shown(given, private=private and not is_slip_of(str(given), words))
        said = f"cannot be{value}" if value else "has a value that is not valid"
        return document.problem(place, f"{_quoted(shown)} {said}", near)
    if cause == "value_error":
        return document.problem(place, f"{_quoted(shown)}: {error['ctx']['error']}", "")
    sentence = _SENTENCES.get(cause, "cannot be read")
    return document.problem(place, f"{_quoted(shown)}{value} {sentence}", _REMEDIES.get(cause, ""))


def _names(place: Place, kind: Any) -> Iterable[str]:  # noqa: ANN401
    """Return the parts of `place` that `kind` names itself; a key that somebody typed freely may be personal."""
    for depth, part in enumerate(place):
        yield str(part) if isinstance(part, int) or part in _fields(kind, place[:depth]) else "…"


def _quoted(shown: str) -> str:
    return shown if shown == "the file" else f"`{shown}`"


def _shown(value: object, *, private: bool) -> str:
    if private or not isinstance(value, str) or not value:
        return ""
    return f" `{value[:LONGEST_SHOWN]}…`" if len(value) > LONGEST_SHOWN else f" `{value}`"


def _place_in(data: Text, loc: Iterable[int | str]) -> Place:
    """Keep of a pydantic location what exists in the document; union tags and key markers are dropped."""
    place: list[str | int] = []
    here: Any = data
    for part in loc:
        in_mapping = isinstance(here, dict) and part in here
        in_list = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if in_mapping or in_list:
            here = here[part]
            place.append(part)
    return tuple(place)


def _fields(kind: Any, loc: tuple[int | str, ...]) -> set[str]:  # noqa: ANN401
    """Return the names that are valid at `loc` inside `kind`, by following annotations."""
    models = [kind]
    for part in loc:
        following: list[Any] = []
        for model in models:
            for candidate in _unwrapped(model):
                if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                    fields = candidate.model_fields
                    match = [f.annotation for name, f in fields.items() if (f.alias or name) == part]
                    tagged = candidate.model_fields.get("type")
                    following.extend(match)
                    if not match and tagged is not None and part in get_args(tagged.annotation):
                        following.append(candidate)
                else:
                    following.extend(get_args(candidate)[-1:] if part != "[key]" else [])
        models = following or models
    found = [c for model in models for c in _unwrapped(model) if isinstance(c, type) and issubclass(c, BaseModel)]
    return {field.alias or name for model in found for name, field in model.model_fields.items()}


def _unwrapped(kind: Any) -> list[Any]:  # noqa: ANN401
    """Open `X | None`, `Annotated[X, …]`, `tuple[X, …]` down to models and mappings."""
    arguments = get_args(kind)
    origin = getattr(kind, "__origin__", None)
    if not arguments or origin is dict:
        return [kind]
    return [inner for argument in arguments if argument is not Ellipsis for inner in _unwrapped(argument)]
