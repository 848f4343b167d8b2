"""The command as a whole: its exit codes, its help, and what happens when the program itself fails."""

import errno
import importlib.metadata
import subprocess
import sys

import pytest
import typer

from nrm.cli.main import app

ON = ("--on", "2026-03-01")
CANARY = "Marisol Quesada"


def commands(group, path=()):
    """Every command of `nrm`, by its words."""
    for name in group.list_commands(None):
        _, command, _ = group.resolve_command(None, [name])
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


EVERY = list(commands(typer.main.get_command(app)))


def test_it_says_which_version_it_is(real_nrm):
    said = real_nrm("--version")
    assert (said.code, said.out, said.err) == (0, f"nrm {importlib.metadata.version('nrm')}\n", "")


def test_all_commands_are_there():
    assert {" ".join(words) for words in EVERY} >= {
        "case facts",
        "case new",
        "case schema",
        "decide",
        "explain",
        "rules check",
        "rules list",
        "rules schema",
        "rules show",
        "seeds coverage",
    }


def test_a_list_of_commands_has_the_help_line_of_each_and_loads_none():
    loaded = "import sys, nrm.cli.main as m; m.run(['--help'])"
    code = f"""
import atexit, sys
atexit.register(lambda: print('z3' in sys.modules, 'sqlalchemy' in sys.modules))
{loaded}
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Check files" not in said.stdout
    assert "The log: verify, prove, look, copy." in said.stdout
    assert said.stdout.splitlines()[-1] == "False False"


@pytest.mark.parametrize("group", [(), *sorted({words[:1] for words in EVERY if len(words) > 1})], ids=" ".join)
def test_a_list_of_commands_says_what_each_does_in_whole_sentences(real_nrm, group):
    said = real_nrm(*group, "--help")
    commands = " ".join(said.out.partition("Commands:")[2].split())
    assert commands.endswith((".", ")."))
    assert "..." not in commands
    assert max(map(len, said.lines)) <= 80


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_has_help_and_every_option_is_explained(real_nrm, words):
    said = real_nrm(*words, "--help")
    assert said.code == 0
    assert said.lines[0].startswith("Usage: nrm " + " ".join(words))
    command = typer.main.get_command(app)
    for word in words:
        _, command, _ = command.resolve_command(None, [word])
    assert command.help
    assert all(getattr(option, "help", "") for option in command.params)
    for option in command.params:
        assert any(name in said.out for name in (*option.opts, option.metavar or ""))


def test_without_a_command_the_help_is_shown(real_nrm):
    said = real_nrm()
    assert said.code == 2
    assert "Usage: nrm" in said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("dcide", "case.yaml"), "No such command 'dcide'. Did you mean 'decide'?"),
        (("rules", "cheek"), "No such command 'cheek'. Did you mean 'check'?"),
        (("keys", "statsu"), "No such command 'statsu'. Did you mean 'status'?"),
        (("decide", "case.yaml", "--jsn"), "No such option"),
        (("decide", "case.yaml", "--on"), "requires an argument"),
        (("explain", "case.yaml"), "Missing argument"),
    ],
)
def test_a_slip_in_the_command_itself_leaves_with_2_and_a_hint(real_nrm, arguments, fault):
    said = real_nrm(*arguments)
    assert (said.code, said.out) == (2, "")
    assert fault in said.err


def test_the_installed_command_is_this_one():
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="nrm")
    assert script.value == "nrm.cli.main:run"


@pytest.mark.parametrize("fault", [ValueError(CANARY), KeyError(CANARY), RecursionError(CANARY), OSError(5, CANARY)])
def test_a_failure_of_the_program_itself_shows_its_kind_and_nothing_of_the_case(nrm, child, monkeypatch, fault):
    def failing(*_):
        raise fault

    monkeypatch.setattr("nrm.bootstrap.derive_facts", failing)
    said = nrm("decide", child, *ON)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"error: the program itself failed (`{type(fault).__name__}`); nothing was decided; please report this\n"
    )
    assert CANARY not in said.err


def test_a_failure_that_was_caused_by_another_shows_neither(nrm, child, monkeypatch):
    def failing(*_):
        raise RuntimeError(CANARY) from KeyError(CANARY)

    monkeypatch.setattr("nrm.bootstrap.derive_facts", failing)
    said = nrm("explain", child, "shelter", *ON)
    assert said.code == 2
    assert CANARY not in said.out + said.err
    assert "Traceback" not in said.err


def test_control_c_leaves_with_130_and_says_that_nothing_was_changed(nrm, child, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("nrm.bootstrap.derive_facts", stopped)
    said = nrm("decide", child, *ON)
    assert (said.code, said.out) == (130, "")
    assert said.err == "stopped; nothing was changed\n"


def test_a_reader_who_has_gone_is_no_failure(nrm, child, monkeypatch):
    def gone(*_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    for stream in ("stdout", "stderr"):  # Typer silences both, and the test must have them back
        monkeypatch.setattr(sys, stream, getattr(sys, stream))
    monkeypatch.setattr("nrm.bootstrap.derive_facts", gone)
    said = nrm("decide", child, *ON)
    assert (said.code, said.out, said.err) == (0, "", "")


def test_an_error_is_never_wrapped_and_its_brackets_are_no_markup(nrm, tmp_path):
    path = tmp_path / ("x" * 100) / "[bold]case[/bold].yaml"
    said = nrm("decide", path, *ON)
    assert said.err == f"error: {path}: there is no such file; check the path\n"
