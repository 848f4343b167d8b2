"""What the documents list is there: packages that are installed, invariants that stand in the code."""

from __future__ import annotations

import re

import pytest
from documents import ROOT

INSTALLED = re.compile(r"^packages\+?=\(([^)]*)\)", re.MULTILINE)
STATED = re.compile(r"INVARIANT \(([^)]*)\)")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def rows_of(text, heading):
    """Return the rows of the table under a heading."""
    table = text.split(f"| {heading} |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


def packages():
    return " ".join(INSTALLED.findall(read(".ci/run"))).split()


def invariants():
    listed = read("ARCHITECTURE.md").split("\n## Invariants\n")[1].split("\n## ")[0]
    return [" ".join(name.split()) for name in re.findall(r"\*([^*]+)\*", listed)]


@pytest.fixture(scope="module")
def stated():
    """All names of invariants in the code; a name may go over the end of a line."""
    texts = (path.read_text(encoding="utf-8") for room in ("nrm", "api") for path in (ROOT / room).rglob("*.py"))
    joined = (re.sub(r"\n\s*(#\s+)?", " ", text) for text in texts)
    return {name.lower() for text in joined for name in STATED.findall(text)}


def test_the_readme_says_of_every_debian_package_that_is_installed_what_it_is_for():
    said = {name: row[1] for row in rows_of(read("README.md"), "Debian's packages") for name in row[0].split(", ")}
    assert sorted(said) == sorted(f"`{name}`" for name in packages())
    assert all(said.values())


def test_there_are_packages_and_invariants_to_be_found():
    assert {"git", "age", "softhsm2"} <= set(packages())
    assert {"rules only add", "minimal", "only danger passes"} <= set(invariants())


@pytest.mark.parametrize("name", invariants())
def test_an_invariant_of_the_list_stands_in_the_code_under_its_name(name, stated):
    assert name.lower() in stated, f"write `INVARIANT ({name}): …` where it is kept"
