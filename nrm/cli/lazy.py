"""Commands that are loaded only when they are called: nobody waits for the solver in order to decide about a case."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

LONGEST = 500
"""Characters of a help line that are shown; all are shorter."""


class Group(TyperGroup):
    """A group that lists what each command does in a whole sentence, and not as much of it as fits one line."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer does not publish these types
        """Write the list of commands."""
        commands: list[Any] = [self.get_command(ctx, name) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(one.name, one.get_short_help_str(LONGEST)) for one in commands if not one.hidden])


class LazyGroup(Group):
    """A group whose commands stand in modules of their own.

    `members` gives for each command `module:name` and its help line; the name is a `Typer` of several commands, or the
    function of one. The help line stands here too, so that a list of commands loads none of them.
    """

    members: ClassVar[dict[str, tuple[str, str]]] = {}

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(**given)
        # Of a member its name and help line: enough for a list of commands, and for what was nearly typed.
        named = {name: TyperCommand(name, callback=None, help=line) for name, (_, line) in self.members.items()}
        self.commands = {**named, **self.commands}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - as above
        """Return the command that is called, loaded."""
        if args[0] in self.members:
            return args[0], _loaded(args[0], *self.members[args[0]]), args[1:]
        return super().resolve_command(ctx, args)


def _loaded(command: str, place: str, help_line: str) -> Any:  # noqa: ANN401 - as above
    module, name = place.split(":")
    found = getattr(import_module(module), name)
    around = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        own = found.info.cls  # lazy itself, or typer's mark for "not said"
        around.add_typer(found, name=command, help=help_line, cls=own if isinstance(own, type) else Group)
        group: Any = get_command(around)
        return group.commands[command]
    around.command(command)(found)
    return get_command(around)
