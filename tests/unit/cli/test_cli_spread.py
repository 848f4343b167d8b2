"""Sets of options: what typer sees of a command that takes one, and what the command gets."""

import inspect
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, get_type_hints

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from nrm.cli.at_office import AtHome, AtOffice, AtService
from nrm.cli.directory_place import Installed
from nrm.cli.spread import spread

Place = Annotated[Path, typer.Option("--place", help="Where.")]
Name = Annotated[str, typer.Option("--name", help="Who.")]
Times = Annotated[int, typer.Option("--times", help="How often.")]


@dataclass(frozen=True, kw_only=True)
class Base:
    place: Place
    times: Times = 1


@dataclass(frozen=True, kw_only=True)
class Wider(Base):
    name: Name = "nobody"


def by_hand(word: Annotated[str, typer.Argument()], *, place: Place, times: Times = 1, name: Name = "nobody") -> None:
    """Say it."""
    typer.echo(repr((word, place, times, name)))


def with_a_set(word: Annotated[str, typer.Argument()], wider: Wider) -> None:
    """Say it."""
    typer.echo(repr((word, wider.place, wider.times, wider.name)))


def command(function):
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command("say")(function)
    return lambda *words: CliRunner().invoke(app, words)


def test_the_help_is_that_of_a_command_with_the_options_written_out():
    assert command(spread(with_a_set))("--help").output == command(by_hand)("--help").output


@given(st.integers(), st.from_regex(r"[a-z]{1,9}", fullmatch=True), st.sampled_from([(), ("--name", "Ana")]))
def test_a_command_gets_what_it_would_get_with_the_options_written_out(times, place, name):
    typed = ("w", "--place", place, f"--times={times}", *name)
    said = command(spread(with_a_set))(*typed)
    assert said.exit_code == 0
    assert said.output == command(by_hand)(*typed).output


def test_an_option_that_a_set_needs_is_asked_for():
    said = command(spread(with_a_set))("w")
    assert said.exit_code == 2
    assert "--place" in said.output


def test_a_command_without_a_set_stays_as_it_is():
    spreaded = inspect.signature(spread(by_hand)).parameters
    assert list(spreaded) == ["word", "place", "times", "name"]
    assert {one.default for one in spreaded.values()} == {inspect.Parameter.empty, 1, "nobody"}


def test_two_options_of_one_name_are_refused_when_the_command_is_made():
    def twice(name: Name, wider: Wider) -> None:
        """Never called."""

    with pytest.raises(ValueError, match="duplicate parameter name: 'name'"):
        spread(twice)


@pytest.mark.parametrize("kind", [AtHome, AtOffice, AtService, Installed])
def test_every_field_of_the_sets_of_an_office_is_one_option_that_is_typed_out(kind):
    hints = get_type_hints(kind, include_extras=True)
    for one in fields(kind):
        [option] = hints[one.name].__metadata__
        assert isinstance(option, typer.models.OptionInfo)
        assert option.default == f"--{one.name.replace('_', '-')}"
        assert option.help
