"""Commands that are loaded only when they are called: nobody waits for the solver in order to decide about a case."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class LazyGroup(TyperGroup):
    """A group whose commands stand in modules of their own.

    `members` gives for each command `module:name` and its help line; the name is a `Typer` of several commands, or the
    function of one. The help line stands here too, so that a list of commands loads none of them.
    """

    members: ClassVar[dict[str, tuple[str, str]]] = {}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer does not publish the type of its contexts
        """Return the names of all commands, in the order in which they stand."""
        return [*self.members, *(name for name in super().list_commands(ctx) if name not in self.members)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Return a command for a list of them: of a member its name and help line."""
        if cmd_name in self.members:
            return TyperCommand(cmd_name, callback=None, help=self.members[cmd_name][1])
        return super().get_command(ctx, cmd_name)

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
        around.add_typer(found, name=command, help=help_line)
        group: Any = get_command(around)
        return group.commands[command]
    around.command(command)(found)
    return get_command(around)
