"""A directory read from whatever somebody was sent: a folder of CSV or JSON files, or one JSON file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.directory.assemble import assembled
from nrm.directory.hsds_csv import DATAPACKAGE, read_csv_folder
from nrm.directory.hsds_json import read_json
from nrm.directory.reading import Report
from nrm.errors import FileRefusedError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.directory.place import Box
    from nrm.directory.service import Directory


def read_hsds(path: Path, source: str, box: Box | None = None) -> tuple[Directory, Report]:
    """Read HSDS at `path` as the directory of `source`; `box` is where all its places lie.

    Raises:
        FileRefusedError: there is nothing to read, or a file is neither CSV nor JSON.
    """
    report = Report()
    if not path.exists():
        raise FileRefusedError(Problem(str(path), 0, "there is no such file or folder", "check the path"))
    if path.is_file() and path.suffix.lower() == ".csv":
        raise FileRefusedError(Problem(path.name, 0, "one CSV file alone is no directory", "name the folder it is in"))
    if path.is_file():
        rows = read_json([path], report)
    elif any(path.glob("*.csv")):
        rows = read_csv_folder(path, report)
    elif files := sorted(file for file in path.glob("*.json") if file.name != DATAPACKAGE):
        rows = read_json(files, report)
    else:
        todo = "name a folder with CSV or JSON files of HSDS, or one JSON file"
        raise FileRefusedError(Problem(str(path), 0, "there is no CSV or JSON file in this folder", todo))
    directory = assembled(rows, source, report, box)
    assert not report.lost(), report.lost()
    return directory, report
