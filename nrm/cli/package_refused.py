"""What both readers of sealed files, `nrm package` and `nrm replay`, say of one that they refuse.

INVARIANT (bad input is no verdict): a file that is nothing of the kind, is of another format, or is not for this key
ends with 2: there was nothing to judge. One that was altered, that nobody whom we know signed, or whose time is over
ends with 1: it was judged, and a check said no.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer

from nrm.cli.output import print_json
from nrm.referral.package_errors import (
    MisaddressedError,
    NoPackageError,
    PackageError,
    TooLargeError,
    UnknownFormatError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAID_NO: Final = 1
"""Exit code when the file was judged and may not be used."""
UNUSABLE: Final = 2
"""Exit code when there is nothing to judge."""

_NOTHING: Final = (NoPackageError, MisaddressedError, TooLargeError, UnknownFormatError)


@contextmanager
def refusals(path: Path, last: str, *, as_json: bool = False) -> Iterator[None]:
    """Say why the file at `path` is refused, `last` at the end, and leave; with `as_json` for programs too."""
    try:
        yield
    except PackageError as refused:
        if as_json:
            faults = [{"part": one.file, "what": one.what, "todo": one.todo} for one in refused.problems]
            print_json({"refused": True, "faults": faults})
        for problem in refused.problems:
            typer.echo(f"error: {path}: {problem.what}; {problem.todo}", err=True)
        typer.echo(f"REFUSED: {last}", err=True)
        raise typer.Exit(UNUSABLE if isinstance(refused, _NOTHING) else SAID_NO) from None
