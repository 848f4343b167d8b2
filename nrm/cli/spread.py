"""Options that several commands share: declared once, as a dataclass, and spread over the command that takes one."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """Return `command` as typer shall see it: each parameter that is a dataclass is the options that are its fields.

    Every field is typed as an option is, `Annotated[…, typer.Option(…)]`; its default is the default of the option.

    Raises:
        ValueError: two options of one command have the same name.
    """
    hints = get_type_hints(command, include_extras=True)
    sets: dict[str, type] = {
        name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)
    }
    plain = inspect.signature(command)

    def options() -> Iterator[inspect.Parameter]:
        for one in plain.parameters.values():
            if one.name in sets:
                yield from _options_of(sets[one.name])
            else:
                yield one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name])

    @wraps(command)
    def gathered(**typed: Any) -> None:  # noqa: ANN401 - whatever the options are
        for name, kind in sets.items():
            typed[name] = kind(**{field.name: typed.pop(field.name) for field in fields(kind)})
        command(**typed)

    gathered.__signature__ = plain.replace(parameters=list(options()))  # type: ignore[attr-defined]
    return gathered


def _options_of(kind: type) -> Iterator[inspect.Parameter]:
    # Hints of a class are read where each of its bases was written; those of its constructor would not be.
    hints = get_type_hints(kind, include_extras=True)
    for one in inspect.signature(kind).parameters.values():
        yield one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name])
