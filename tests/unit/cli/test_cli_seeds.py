"""`nrm seeds coverage`: how each commitment is answered, and what nobody answers yet."""

import json

import pytest

SEEDS = "seeds/A-TEST-1.yaml"
UNANSWERED = (
    "says: Words about the work of States.\n    answers: [{by: outside, reason: It is about States.}]",
    "says: Words.",
)


def test_every_paragraph_is_shown_with_its_answers(nrm):
    said = nrm("seeds", "coverage")
    assert said.code == 0
    assert said.lines[0] == "A/TEST/1 – A declaration for tests"
    shown = [line.rstrip() for line in said.lines]
    assert shown[1:6] == [
        "paragraph  answered by",
        "§1         rule: suspected, shelter, doctor",
        "§2         rule: release",
        "           guarantee: It is proved.",
        "§3         outside: It is about States.",
    ]
    assert "Whoever may have been trafficked is safe." not in said.out
    assert said.lines[-1] == "all 3 entries are answered"


def test_a_table_counts_the_answers_of_each_document(nrm):
    lines = nrm("seeds", "coverage").lines
    at = next(number for number, line in enumerate(lines) if line.startswith("document"))
    heading, counts = lines[at].split(), lines[at + 1].split()
    assert dict(zip(heading, counts, strict=True)) == {
        "document": "A/TEST/1",
        "entries": "3",
        "rule": "2",
        "guarantee": "1",
        "record": "0",
        "service": "0",
        "statistics": "0",
        "access": "0",
        "outside": "1",
    }


def test_full_shows_what_each_paragraph_says(nrm):
    assert "Whoever may have been trafficked is safe." in nrm("seeds", "coverage", "--full").out


def test_json_lists_every_entry(nrm):
    shown = json.loads(nrm("seeds", "coverage", "--json").out)
    assert shown["unanswered"] == []
    assert [entry["source"] for entry in shown["entries"]] == ["A/TEST/1 §1", "A/TEST/1 §2", "A/TEST/1 §3"]
    assert shown["entries"][1]["answers"] == [
        {"by": "rule", "rules": ["release"]},
        {"by": "guarantee", "how": "It is proved."},
    ]


@pytest.mark.parametrize(
    ("change", "missing"),
    [(UNANSWERED, "A/TEST/1 §3"), (("operative: 3", "operative: 4"), "A/TEST/1 §4")],
    ids=["no answer", "no entry"],
)
def test_what_nobody_answers_is_named_and_leaves_with_1(nrm_with, change, missing):
    nrm = nrm_with({SEEDS: change})
    said = nrm("seeds", "coverage")
    assert said.code == 1
    assert said.lines[-1] == f"unanswered: {missing}"
    shown = nrm("seeds", "coverage", "--json")
    assert shown.code == 1
    assert json.loads(shown.out)["unanswered"] == [missing]


def test_a_paragraph_without_an_answer_stands_out_in_the_table(nrm_with):
    assert "NOT ANSWERED" in nrm_with({SEEDS: UNANSWERED})("seeds", "coverage").out


@pytest.mark.parametrize("full", [(), ("--full",)])
def test_our_own_catalogue_is_answered_fits_in_80_columns_and_names_every_document_in_full(real_nrm, full):
    said = real_nrm("seeds", "coverage", *full)
    assert said.code == 0
    assert said.lines[-1].startswith("all ")
    assert max(len(line) for line in said.lines) <= 80
    at = max(number for number, line in enumerate(said.lines) if line.startswith("document"))
    named = [line.split()[0] for line in said.lines[at + 1 : -2]]
    assert named == [line.split(" – ")[0] for line in said.lines if " – " in line and line.split(" – ")[0] in named]
    assert "A/RES/76/7" in named
    assert not any("…" in line for line in said.lines[at:])


def test_the_group_alone_shows_its_commands(nrm):
    said = nrm("seeds")
    assert "coverage" in said.out + said.err
