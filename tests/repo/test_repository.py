"""The repository keeps its own house rules."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 500
USUAL_LINES = 200
REGISTRIES = re.compile(r"pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|deb[.]debian|crates[.]io|proxy[.]golang")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|farm|root|tmp/bash_jobs)/")


def tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout  # noqa: S607
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts():
    if not (ROOT / ".git").exists():
        pytest.skip("THE REPOSITORY'S OWN RULES WERE NOT CHECKED: this is not a git checkout")
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in tracked()}


def test_no_python_file_is_longer_than_500_lines(texts):
    long = {name: text.count("\n") for name, text in texts.items() if name.endswith(".py")}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_most_files_of_the_library_are_short(texts):
    lines = sorted(text.count("\n") for name, text in texts.items() if name.startswith("nrm/") and name.endswith(".py"))
    assert lines[int(len(lines) * 0.9)] <= USUAL_LINES


def test_no_file_names_a_package_registry_or_a_path_of_one_machine(texts):
    own = "tests/repo/test_repository.py"
    found = [
        name for name, text in texts.items() if name != own and (REGISTRIES.search(text) or MACHINE_PATHS.search(text))
    ]
    assert found == []


def test_every_dependency_is_pinned_with_a_hash(texts):
    for name in ("requirements/build.txt", "requirements/run.txt", "requirements/dev.txt"):
        for entry in re.split(r"\n(?=\S)", texts[name].strip()):
            assert re.match(r"\S+==\S+.*--hash=sha256:", entry, re.DOTALL), (name, entry[:60])


def test_every_public_module_says_in_its_first_line_what_it_is(texts):
    silent = [n for n, t in texts.items() if n.startswith("nrm/") and n.endswith(".py") and not t.startswith('"""')]
    assert silent == []


def test_the_changelog_names_the_version_or_an_unreleased_part(texts):
    assert "## [Unreleased]" in texts["CHANGELOG.md"]


def test_the_top_level_documents_are_there(texts):
    wanted = {"README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "Makefile"}
    assert wanted | {"docs/glossary.md", "docs/authoring.md", "docs/performance.md", ".ci/run"} <= set(texts)


def test_links_between_documents_lead_somewhere(texts):
    link = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
    pages = {name: text for name, text in texts.items() if name.endswith(".md")}
    links = [(name, target) for name, text in pages.items() for target in link.findall(text)]
    assert [(name, target) for name, target in links if not (ROOT / name).parent.joinpath(target).exists()] == []


def test_every_make_target_says_what_it_does(texts):
    makefile = texts["Makefile"]
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    described = set(re.findall(r"^([a-z]+):[^\n]*## ", makefile, re.MULTILINE))
    assert set(phony[1].split()) == described


def test_the_hooks_run_before_a_commit_are_those_of_make_check(texts):
    hooks = yaml.safe_load(texts[".pre-commit-config.yaml"])["repos"][0]["hooks"]
    check = texts["Makefile"].split("\ncheck:")[1].split("\nfix:")[0]
    for hook in hooks:
        command = hook["entry"].replace(".venv/bin/", "$(BIN)/").split(" --")[0]
        assert command in check, hook["id"]
