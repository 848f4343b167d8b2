"""What `nrm rules diff` cannot compare: it says so, with a remedy, before anything takes time."""

from __future__ import annotations

import pytest
import z3
from fakes import write_rulebook

REFUSED = 2
FACTS = "rules/vocabulary/facts/person.yaml"

REFUSALS = {
    "no folder": (["{small}", "nowhere"], "nowhere: there is no such folder; name a folder of rules"),
    "no folder with a date": (["nowhere@2026-03-01", "{small}"], "nowhere: there is no such folder"),
    "a file": (["{small}", "{csv}"], "there is no such folder"),
    "no date": (["{small}@tomorrow", "{small}"], "rules@tomorrow: `tomorrow` is not a date; write it as `@2026-03-01`"),
    "no rule yet": (["{small}@2020-01-01", "{small}"], "no rule is in force on `2020-01-01`"),
    "no country": (["{small}", "{small}", "--country", "xx"], "`xx`"),
    "no outcome": (["{small}", "{small}", "--outcome", "sheltre"], "no rule gives `sheltre`; did you mean `shelter`"),
    "no language": (["{small}", "{small}", "--lang", "xx"], "language: `xx` is not spoken here"),
    "no people": (["{small}", "{small}", "--population", "nowhere.csv"], "nowhere.csv: there is no such file"),
    "a wrong column": (["{small}", "{small}", "--population", "{csv}"], "csv:1: column 2 `sings` is not a fact; did"),
    "a broken rulebook": (["{small}", "{broken}"], "`sings` is not a fact of the vocabulary"),
    "another type": (["{small}", "{other}"], "`helps_police` is `choice` in the old rulebook and `codes` in"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_compared_is_refused_before_the_solver_is_asked(real_nrm, small, tmp_path, name, monkeypatch):
    monkeypatch.setattr(z3.Solver, "check", lambda *_: pytest.fail("the solver was asked"))
    csv = tmp_path / "people.csv"
    csv.write_text("age_status,sings\nchild,debt\n", encoding="utf-8")
    form = "helps_police: {type: choice, nature: cooperation"
    changes = {
        "broken": {"rules/identification/suspected.yaml": ("fact: signs", "fact: sings")},
        "other": {FACTS: (form, form.replace("choice", "codes"))},
    }
    folders = {side: write_rulebook(tmp_path / side, made).rules for side, made in changes.items()}
    arguments, error = REFUSALS[name]
    filled = [one.format(small=small.rules, csv=csv, **folders) for one in arguments]
    on = [] if "2020" in filled[0] else ["--on", "2026-03-01"]
    said = real_nrm("rules", "diff", *filled, "--seeds", small.seeds, *on)
    assert said.code == REFUSED
    assert error in said.err
    assert said.out == ""
    assert "Traceback" not in said.err
