"""Commands that are loaded only when they are called: nobody waits for the solver in order to decide about a case."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command

if TYPE_CHECKING:
    import click


class LazyGroup(TyperGroup):
    """A group whose commands stand in modules of their own.

    `members` gives for each command `module:name` and what it does; the name is a `Typer` of several commands or a
    function. The help line stands here as well, so that a list of commands loads none of them.
    """

    members: ClassVar[dict[str, tuple[str, str]]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order in which they stand."""
        return [*self.members, *(name for name in super().list_commands(ctx) if name not in self.members)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command. While help or completion lists them all, a stand-in with the help line is enough."""
        if cmd_name not in self.members:
            return super().get_command(ctx, cmd_name)
        place, help_ = self.members[cmd_name]
        if ctx.resilient_parsing or not _called(ctx):
            return _stand_in(cmd_name, help_)
        module, name = place.split(":")
        found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            command = get_command(found)
        else:
            alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
            alone.command(cmd_name)(found)
            command = get_command(alone)
        command.name, command.help, command.short_help = cmd_name, command.help or help_, help_
        return command
