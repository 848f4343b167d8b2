"""Wording of consent that is incomplete or would be read out unfilled is refused, all faults at once."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from nrm.errors import FileRefusedError
from nrm.referral.wording import read_wordings
from nrm.rulebook.digest import digest
from nrm.rulebook.read import read_files
from nrm.rulebook.resolve import rulebook_on

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def words():
    return read_files(ROOT / "rules", ROOT / "seeds").vocabulary


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(ROOT / "rules" / "consent", tmp_path / "consent")
    return tmp_path / "consent"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(folder, words):
    with pytest.raises(FileRefusedError) as refused:
        read_wordings(folder, words)
    return str(refused.value)


def copied(folder, version, from_):
    shutil.copytree(folder / "2026-01", folder / version)
    change(folder / version / "common.yaml", 'version: "2026-01"', f'version: "{version}"')
    change(folder / version / "common.yaml", "from: 2026-01-01", f"from: {from_}")


def test_the_shipped_wording_has_no_fault(folder, words):
    assert list(read_wordings(folder, words).versions) == ["2026-01"]


def test_versions_stand_in_the_order_of_their_days(folder, words):
    copied(folder, "2025-later", "2027-01-01")
    assert list(read_wordings(folder, words).versions) == ["2026-01", "2025-later"]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("common.yaml", '  ar: "– {label}: {text}"\n', "", "`ar` is missing in `group`"),
        ("common.yaml", "    es: ¿Está de acuerdo?\n", "", "`es` is missing in `person.ask`"),
        ("common.yaml", "    en: Do you agree?", '    en: ""', "is empty"),
        ("common.yaml", "Until {day}. After", "Until {dya}. After", "`{day}` must stand in this text once"),
        ("common.yaml", "Do you agree?", '"{who}, do you agree?"', "a brace that nothing fills in; no word in braces"),
        ("common.yaml", "What for? {purpose}", "What for? {purpose", "a brace that nothing fills in"),
        ("common.yaml", "from: 2026-01-01", "from: soon", "`from` `soon` is not a date"),
        ("common.yaml", 'version: "2026-01"', 'version: "2026"', "the folder is named `2026-01` and holds the version"),
        ("common.yaml", "  refuse:", "  refused:", "`refused` is not known here; did you mean `refuse`"),
        ("groups.yaml", "health:", "helth:", "cannot be `helth`"),
        ("groups.yaml", "name, date of birth", "your {name}, date of birth", "a brace that nothing fills in"),
        ("purposes.yaml", "schooling:", "scholing:", "`scholing` is not a purpose of the vocabulary; did you mean"),
        (
            "purposes.yaml",
            "schooling:",
            "rescue:",
            "the purpose `schooling` has no text, and `share_with_school` needs",
        ),
        ("purposes.yaml", "To examine and treat", "To {verb}", "a brace that nothing fills in"),
    ],
)
def test_a_fault_is_told_with_its_file_and_what_to_do(folder, words, file, old, new, says):
    change(folder / "2026-01" / file, old, new)
    said = refusal(folder, words)
    assert says in said
    assert f"consent/2026-01/{file}" in said


def test_a_group_without_a_text_is_named(folder, words):
    path = folder / "2026-01" / "groups.yaml"
    path.write_text(path.read_text(encoding="utf-8").split("evidence:")[0], encoding="utf-8")
    assert "consent/2026-01/groups.yaml:2: the group `evidence` has no text; add `evidence`" in refusal(folder, words)


def test_a_fault_points_at_its_line(folder, words):
    path = folder / "2026-01" / "purposes.yaml"
    change(path, "To examine and treat you.", "To {verb} you.")
    line = path.read_text(encoding="utf-8").split("{verb}")[0].count("\n") + 1
    assert f"consent/2026-01/purposes.yaml:{line}: " in refusal(folder, words)


def test_all_faults_are_told_at_once(folder, words):
    change(folder / "2026-01" / "common.yaml", "Do you agree?", "Do you {agree}?")
    change(folder / "2026-01" / "groups.yaml", "name, date of birth", "your {name}")
    change(folder / "2026-01" / "purposes.yaml", "schooling:", "rescue:")
    (folder / "2026-01" / "porpoises.yaml").write_text("a: b\n", encoding="utf-8")
    (folder / "common.yaml").write_text("a: b\n", encoding="utf-8")
    said = refusal(folder, words)
    for part in ("common.yaml:", "groups.yaml:", "`schooling` has no text", "2026-01/porpoises.yaml: nothing reads"):
        assert part in said
    assert "consent/common.yaml: nothing reads this file" in said


def test_two_versions_of_one_day_are_refused(folder, words):
    copied(folder, "2026-02", "2026-01-01")
    assert "`2026-02` begins on `2026-01-01`, as `2026-01` does" in refusal(folder, words)


def test_an_older_version_may_lack_a_purpose_that_came_later(folder, words):
    copied(folder, "2027-01", "2027-01-01")
    change(folder / "2026-01" / "purposes.yaml", "schooling:", "rescue:")
    assert len(read_wordings(folder, words).versions) == 2


@pytest.mark.parametrize("missing", ["common.yaml", "groups.yaml", "purposes.yaml"])
def test_a_missing_file_is_named(folder, words, missing):
    (folder / "2026-01" / missing).unlink()
    assert f"consent/2026-01/{missing}: there is no such file" in refusal(folder, words)


def test_the_wording_is_no_part_of_the_rulebook_and_of_its_digest(tmp_path):
    shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("consent"))
    with_and_without = [read_files(rules, ROOT / "seeds") for rules in (ROOT / "rules", tmp_path / "rules")]
    names = {digest(rulebook_on(files, date(2026, 1, 1), "gb")) for files in with_and_without}
    assert len(names) == 1


def test_a_folder_without_a_version_is_refused(tmp_path, words):
    assert "there is no version of the wording" in refusal(tmp_path, words)
    assert "there is no version of the wording" in refusal(tmp_path / "nowhere", words)
