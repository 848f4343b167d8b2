"""Where a command finds the directory: in files that somebody names, or sealed in an installation."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nrm.casework.office import directory_kept
from nrm.cli.asking import HomeElse, RoleElse, WhoElse, asking, office
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - read by `spread` at run time
from nrm.directory.candidate import candidates
from nrm.directory.sidecar import read_sidecars
from nrm.directory.store import read_directory
from nrm.errors import FileRefusedError, Problem, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nrm.bootstrap_store import Office
    from nrm.casework.asked import Asked
    from nrm.casework.office.directory_sealed import Kept
    from nrm.directory.candidate import Candidate
    from nrm.directory.service import Directory, Key
    from nrm.directory.sidecar import Sidecar


@dataclass(frozen=True, kw_only=True)
class Installed:
    """Which installation was named, if any, and who asks it."""

    home: HomeElse = None
    who: WhoElse = ""
    role: RoleElse = ""
    passphrase_file: PassphraseFile = None

    @contextmanager
    def opened(self) -> Iterator[tuple[Office, Asked]]:
        """Open the installation (errors as of `nrm.cli.asking`)."""
        if self.home is None:
            todo = "give --home for an installation, or the file of a directory"
            raise UnknownNameError(Problem("--home", 0, "no directory is named", todo))
        with office(self.home, self.passphrase_file) as found:
            yield found, asking(found, self.who, None, self.role)


@dataclass(frozen=True)
class InFiles:
    """A directory in a file, and records in a folder of their own."""

    file: Path
    folder: Path | None

    @cached_property
    def directory(self) -> Directory:
        """All that was imported (errors as of `read_directory`)."""
        return read_directory(self.file)

    @cached_property
    def sidecars(self) -> Mapping[Key, Sidecar]:
        """The mechanism's own records (errors as of `read_sidecars`, and where no folder is named)."""
        if self.folder is None:
            todo = "name the folder of the mechanism's own records; without them nobody knows what is confidential"
            raise FileRefusedError(Problem("--sidecars", 0, "no folder is named", todo))
        return records(self.folder)

    @property
    def services(self) -> tuple[Candidate, ...]:
        """Every service as matching sees it."""
        return candidates(self.directory, self.sidecars)


def records(folder: Path) -> Mapping[Key, Sidecar]:
    """Read the records in `folder` (errors as of `read_sidecars`, and where there is no such folder)."""
    if not folder.is_dir():
        # Read as empty, a slip in this path would show every hidden place.
        todo = "check the path; without the records nobody knows what is confidential"
        raise FileRefusedError(Problem(str(folder), 0, "there is no such folder", todo))
    return read_sidecars(folder)


def found(file: Path | None, folder: Path | None, installed: Installed) -> InFiles | Kept:
    """Return the directory in `file` with the records in `folder`; where no file is named, that of the installation."""
    if file is not None:
        return InFiles(file, folder)
    if folder is not None:
        todo = "leave `--sidecars` out; `nrm directory sidecars` changes what is kept"
        raise UnknownNameError(Problem("--sidecars", 0, "an installation has records of its own", todo))
    with installed.opened() as (opened, asked):
        return directory_kept.read(opened.desk, asked, opened.directory_key)
