"""`nrm serve`: the REST service, of an installation or as a demonstration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path  # noqa: TC003 - typer reads the annotation at run time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from nrm.bootstrap_store import read_home
from nrm.cli.asking import office
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - as above
from nrm.errors import FileRefusedError, Problem

if TYPE_CHECKING:
    from nrm.home import Home


UNSIGNED: Final = (
    "warning: rules are read from files that nobody signed; before any real person is decided about here, "
    "say who signs them (docs/publishing.md)"
)


def serve(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option("--home", metavar="DIR", envvar="NRM_HOME", help="An installation; without it, a demonstration."),
    ] = None,
    demo: Annotated[
        Path | None, typer.Option("--demo", metavar="DIR", help="Keep the demonstration in this folder.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Instead of the one in home.toml.")
    ] = None,
    address: Annotated[str | None, typer.Option("--address", help="Instead of the one in home.toml.")] = None,
    processes: Annotated[int | None, typer.Option("--processes", min=1, max=64, help="PostgreSQL only.")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Answer REST requests until stopped (SIGTERM or Ctrl-C); what is being answered then is answered first."""
    if demo is not None and not _typed(context, "home"):
        home = None  # what is typed counts more than what the shell remembers of another day
    if home is not None and demo is not None:
        raise FileRefusedError(Problem("--demo", 0, "an installation is named too", "leave one of the two out"))
    if home is None:
        from nrm.cli.demo import demonstrate  # noqa: PLC0415 - who serves an installation need not load it

        demonstrate(demo, address or "127.0.0.1", 8000 if port is None else port)
        return
    found = _settled(read_home(home), port, address, processes)
    from api.processes import serve_with  # noqa: PLC0415 - no other command waits for a web framework
    from api.server import listening  # noqa: PLC0415 - as above

    if found.rulebooks.officers is None:
        typer.echo(UNSIGNED, err=True)
    count = found.api.processes
    if count > 1 and passphrase_file is None:
        problem = Problem(
            "--processes", 0, "several processes cannot all ask for the passphrase", "give --passphrase-file"
        )
        raise FileRefusedError(problem)
    with listening(found.api.address, found.api.port) as sock:
        host, bound = sock.getsockname()[:2]
        scheme = "https" if found.api.certificate else "http"
        typer.echo(f"listening on {scheme}://{host}:{bound}/v1 with {count} process(es)", err=True)
        code = serve_with(lambda: office(home, passphrase_file, found), sock, count, works=found.api.worker == "inside")
    raise typer.Exit(code)


def _typed(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _settled(home: Home, port: int | None, address: str | None, processes: int | None) -> Home:
    """Return the installation with what was typed in the place of its settings.

    Raises:
        FileRefusedError: several processes are asked for on a file.
    """
    given = {"port": port, "address": address, "processes": processes}
    settings = home.api.model_copy(update={name: value for name, value in given.items() if value is not None})
    if settings.processes > 1 and home.database_file is not None:
        what = "several processes cannot share a SQLCipher file"
        raise FileRefusedError(Problem("--processes", 0, what, "use PostgreSQL, or one process"))
    return replace(home, api=settings)
