"""The demonstration that `nrm serve` starts when no installation is named."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console
from rich.table import Table

from api.processes import serve_with
from api.server import listening
from nrm.cli.asking import office
from nrm.cli.demo_made import MARK, PASSWORD, TOKENS, make
from nrm.errors import FileRefusedError, Problem
from nrm.home import read_home


def demonstrate(folder: Path | None, address: str, port: int) -> None:
    """Serve a demonstration: in a new folder that is kept when it is named, or else in one that is gone at the end.

    Raises:
        FileRefusedError: there is something else in the folder.
    """
    if folder is not None and folder.exists() and not (folder / MARK).exists():
        todo = "name a new folder, or one that a demonstration made"
        raise FileRefusedError(Problem(str(folder), 0, "this is not a demonstration", todo))
    place = folder or Path(mkdtemp(prefix="nrm-demonstration-")) / "home"
    try:
        _serve(place, address, port)
    finally:
        if folder is None:
            shutil.rmtree(place.parent, ignore_errors=True)


def _serve(place: Path, address: str, port: int) -> None:
    out = Console(stderr=True, highlight=False)
    with listening(address, port) as sock:  # a port that is taken is told now, not after the making
        if not place.exists():
            _make(place, out)
        home = read_home(place)
        home = replace(home, api=home.api.model_copy(update={"address": address, "port": port, "writes": 6000}))
        host, bound = sock.getsockname()[:2]
        out.rule("DEMONSTRATION")
        out.print("Everything here is made up, and everybody may know its secrets: enter no real person.")
        if home.rulebooks.officers is None:
            out.print(
                "Its rules are read from files that nobody signed; docs/publishing.md shows how officers sign them."
            )
        out.print(f"http://{host}:{bound}/v1 · tokens for curl: {place / TOKENS}", soft_wrap=True)
        out.rule()
        serve_with(lambda: office(place, place / "passphrase", home), sock, 1, works=True)


def _make(place: Path, out: Console) -> None:
    out.print("making a demonstration, which takes some seconds …")
    table = Table(box=None, pad_edge=False)
    for heading in ("account", "role", "secret for codes (TOTP)"):
        table.add_column(heading, no_wrap=True)
    for one in make(place):
        table.add_row(one.player.name, one.player.role, one.totp)
    out.print(table)
    out.print(f"Each signs in with the password `{PASSWORD}` and a code of six digits.")
