"""Where the engine finds what policy officers own: the folders of rules and of the catalogue of commitments."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """The folders that one run works with."""

    rules: Path
    seeds: Path


def settings(rules: Path | None = None, seeds: Path | None = None) -> Settings:
    """Return the folders: as given, else from `NRM_RULES` and `NRM_SEEDS`, else the ones that came with the program."""
    return Settings(
        rules=rules or _from_environment("NRM_RULES") or _shipped("rules"),
        seeds=seeds or _from_environment("NRM_SEEDS") or _shipped("seeds"),
    )


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def _shipped(name: str) -> Path:
    """Return the folder in the source tree, or the copy inside an installed package."""
    in_tree = _PACKAGE.parent / name
    return in_tree if in_tree.is_dir() else _PACKAGE / "shipped" / name
