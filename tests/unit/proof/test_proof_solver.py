"""What the solver is asked of small rulebooks, and what it may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import z3
from small_books import book, rule
from small_guarantees import FAILS, HOLDS, small_files

from nrm.engine.program import compile_rulebook
from nrm.errors import EngineError
from nrm.proof import solver as solver_module
from nrm.proof.claims import AlwaysClaim, GrowthClaim, IndependenceClaim, NeverClaim, ReachableClaim
from nrm.proof.formula import CaseFormula
from nrm.proof.report import as_json, prove_all
from nrm.proof.shrink import shrunk
from nrm.proof.solver import Prover, decided
from nrm.proof.story import story
from nrm.rulebook.resolve import rulebook_on

ON = date(2026, 3, 1)
AGE = {"age": ["child", "adult"], "signs": ("debt", "threats"), "days": (0, 90)}
BED = ("offer", "bed", None)


def entries(folder, **forms):
    _, files, guarantees = small_files(folder, **forms)
    report = prove_all(guarantees, files, rulebook_on(files, ON), ON)
    return {entry.name: entry for entry in report.entries}


def program(*rules, facts=None, forbids=None):
    return compile_rulebook(book(facts or AGE, *rules, forbids=forbids))


def proved(made, claim):
    return Prover(made).prove(claim)


@pytest.mark.parametrize(
    ("form", "verdict"),
    [
        (HOLDS, "proved"),
        (FAILS, "refuted"),
        ("    never: {to: [refuge]}\n", "refuted"),
        ("    never: {to: [law_office], when: [{fact: signs, includes: any}]}\n", "refuted"),
        ("    never: {carrying: [health], unless_on: [consent]}\n", "proved"),
        ("    never: {carrying: [legal], unless_on: [consent]}\n", "refuted"),
        ("    never_depends_on: {facts: [helps_police], among: {kinds: [offer, duty, bar]}}\n", "proved"),
        ("    never_depends_on: {facts: [days_detained], among: {kinds: [bar]}}\n", "refuted"),
        ("    never_depends_on: {facts: [days_detained], among: {kinds: [bar], except: [detain]}}\n", "proved"),
        ("    only_adds: {natures: [need, indicator], among: {kinds: [offer, bar]}}\n", "proved"),
        ("    only_adds: {facts: [family_risk], among: {kinds: [duty]}}\n", "refuted"),
        ("    only_adds: {natures: [sanction], among: {kinds: [offer]}}\n", "not proved"),
        ("    reads_only: {lists: {refuge: [identity, health], law_office: [legal]}}\n", "proved"),
        ("    reads_only: {lists: {refuge: [identity]}}\n", "refuted"),
        ("    reachable: {checks: [outcomes, rules, not_swallowed]}\n", "proved"),
        ("    reachable: {checks: [no_contradiction]}\n", "refuted"),
    ],
)
def test_each_form_of_guarantee_has_its_verdict(form, verdict, tmp_path):
    assert entries(tmp_path, one=form)["one"].result.verdict == verdict


def test_what_is_wrong_with_a_list_or_with_reachability_is_said_in_words(tmp_path):
    found = entries(
        tmp_path,
        lists="    reads_only: {lists: {refuge: [identity]}}\n",
        reach="    reachable: {checks: [no_contradiction]}\n",
    )
    assert found["lists"].result.faults == (
        "`share_with_lawyer` carries `legal` to `law_office`, whose list does not have it",
        "`share_with_shelter` carries `health` to `refuge`, whose list does not have it",
    )
    assert found["reach"].result.faults == ("the duty `search_family` can stand against the bar `contact_family`",)


def test_a_repealed_guarantee_and_one_that_has_not_begun_are_not_asked(tmp_path):
    later = "    repealed: true\n    reason: Gone.\n"
    assert entries(tmp_path, one=later) == {}
    _, files, guarantees = small_files(tmp_path, one=HOLDS)
    assert prove_all(guarantees, files, rulebook_on(files, ON), date(2025, 1, 1)).entries == ()


def test_a_guarantee_about_a_fact_that_no_rule_reads_speaks_of_somebody(tmp_path):
    form = "    always: {when: [{fact: helps_police, is: [no]}], outcomes: [shelter]}\n"
    result = entries(tmp_path, one=form)["one"].result
    assert result.verdict == "refuted"
    assert result.counterexample.cases[0]["helps_police"] == "no"


def test_a_guarantee_whose_conditions_fit_nobody_is_not_proved():
    made = program(rule("r", when=["finding:f"], then=["offer:bed"]))
    result = proved(made, AlwaysClaim(((("finding", "f"),),), ("bed",)))
    assert result.verdict == "not proved"
    assert result.faults == ("no case at all fits its conditions, so it protects nobody",)


def test_a_solver_that_gives_up_or_has_no_time_proves_nothing(monkeypatch):
    made = program(rule("r", when=[("age", "child")], then=["offer:bed"]))
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda _: "timeout")
    result = proved(made, AlwaysClaim((), ("bed",)))
    assert (result.verdict, result.faults) == ("not proved", ("the solver gave up: timeout",))
    checks = frozenset({"outcomes", "rules"})
    assert proved(made, ReachableClaim(checks, frozenset())).verdict == "not proved"


def test_a_case_on_which_solver_and_masks_do_not_agree_is_an_error(monkeypatch):
    made = program(rule("r", when=[("age", "child")], then=["offer:bed"]))
    monkeypatch.setattr(AlwaysClaim, "fails", lambda *_: False)
    with pytest.raises(EngineError, match="the solver and the masks do not agree"):
        proved(made, AlwaysClaim((), ("bed",)))


def test_a_bar_takes_what_it_forbids_out_of_the_plan_and_duties_can_stand_against_it():
    made = program(
        rule("give", then=["duty:call/caseworker/24 hours", "offer:bed"]),
        rule("ban", when=[("age", "child")], then=["bar:silence"]),
        forbids={"silence": ("call",)},
    )
    facts = {"age": "child"}
    assert decided(made, facts).codes == {"bed", "silence"}
    result = proved(made, AlwaysClaim((), ("call",)))
    assert result.counterexample.cases[0] == facts
    faults = proved(made, ReachableClaim(frozenset({"no_contradiction"}), frozenset())).faults
    assert faults == ("the duty `call` can stand against the bar `silence`",)


def test_rules_that_cannot_apply_or_add_nothing_are_named_unless_they_are_left_out():
    made = program(
        rule("dead", when=[("age", "child"), ("age", "adult")], then=["offer:food"]),
        rule("same", when=[("age", "child")], then=["offer:bed"]),
        rule("wide", then=["offer:bed"]),
    )
    checks = frozenset({"outcomes", "rules", "not_swallowed"})
    assert proved(made, ReachableClaim(checks, frozenset())).faults == (
        "the offer `food` can never happen",
        "branch 1 of the rule `dead` can never apply",
        "branch 1 of the rule `dead` adds nothing that other rules do not give",
        "branch 1 of the rule `same` adds nothing that other rules do not give",
    )
    assert proved(made, ReachableClaim(checks, frozenset({"dead", "food", "same"}))).verdict == "proved"


def test_pairs_differ_only_in_the_facts_of_the_claim_also_after_shrinking():
    made = program(rule("r", when=[("signs", "debt", "threats"), ("age", "adult")], then=["offer:bed"]))
    found = proved(made, IndependenceClaim(frozenset({"age"}), (), (BED,))).counterexample
    assert [facts["signs"] for facts in found.cases] == [frozenset({"debt"})] * 2
    assert [facts["age"] for facts in found.cases] == ["adult", "unknown"]


def test_a_code_that_takes_a_line_away_is_found_as_a_pair():
    made = program(
        rule("give", when=[("age", "child")], then=["duty:call/caseworker/24 hours"]),
        rule("ban", when=[("signs", "debt")], then=["bar:silence"]),
        forbids={"silence": ("call",)},
    )
    claim = GrowthClaim({"signs": ()}, (("duty", "call", "caseworker"),))
    found = proved(made, claim).counterexample
    assert [facts["signs"] for facts in found.cases] == [frozenset(), frozenset({"debt"})]
    one, other = found.decided
    assert claim.fails(made, one, other)
    assert not claim.fails(made, other, one)
    told = story(made, claim, found)
    assert (told.how, [point.code for point in told.points]) == ("lost", ["call"])
    assert [row.fact for row in told.rows] == ["age", "signs"]


def test_less_need_is_never_taken_for_more():
    made = program(rule("r", when=[("ill", "no")], then=["offer:bed"]), facts={"ill": ["yes", "no"]})
    claim = GrowthClaim({"ill": ("no", "unknown", "yes")}, (BED,))
    found = proved(made, claim).counterexample
    assert [facts["ill"] for facts in found.cases] == ["no", "unknown"]
    assert not claim.fails(made, *reversed(found.decided))


def test_whole_numbers_are_found_by_their_interval_and_forgotten_where_they_do_not_matter():
    made = program(
        rule("r", when=[("days", ">=30")], then=["offer:bed"]),
        rule("s", when=[("days", "<10")], then=["offer:food"]),
    )
    found = proved(made, NeverClaim((), ("bed",))).counterexample
    assert found.cases[0]["days"] == 30
    assert proved(made, AlwaysClaim((), ("bed",))).counterexample.cases[0]["days"] is None


def test_a_model_that_leaves_everything_open_is_a_case_of_which_nothing_is_known():
    made = program(rule("r", when=[("days", ">=30"), ("age", "child"), ("signs", "debt")], then=["offer:bed"]))
    empty = z3.Solver()
    assert empty.check() == z3.sat
    facts = CaseFormula(made, "one").facts_in(empty.model())
    assert facts == {"age": "unknown", "signs": frozenset(), "days": None}


def test_stories_are_only_told_of_claims_about_people():
    made = program(rule("r", when=[("age", "child")], then=["offer:bed"]))
    found = proved(made, NeverClaim((), ("bed",))).counterexample
    told = story(made, NeverClaim((), ("bed",)), found)
    assert (told.how, told.rows[0].values, told.points[0].rules) == ("forbidden", (("child",),), ("r",))
    with pytest.raises(AssertionError):
        story(made, ReachableClaim(frozenset(), frozenset()), found)


def test_two_known_values_that_differ_are_forgotten_or_made_alike_where_that_is_enough():
    start = [{"age": "child", "n": 3, "codes": frozenset("ab")}, {"age": "adult", "n": 5, "codes": frozenset("b")}]

    def differs(cases):
        return cases[0]["age"] != cases[1]["age"]

    assert shrunk(["age", "n", "codes"], start, differs) == [
        {"age": "unknown", "n": None, "codes": frozenset()},
        {"age": "adult", "n": None, "codes": frozenset()},
    ]
    assert shrunk(["n"], [{"n": 3}, {"n": 5}], lambda c: c[0]["n"] == c[1]["n"] or c[0]["n"] == 3) == [{"n": None}] * 2
    kept = shrunk(["codes"], [{"codes": frozenset("ab")}, {"codes": frozenset("b")}], lambda c: "a" in c[0]["codes"])
    assert [one["codes"] for one in kept] == [frozenset("a"), frozenset()]


def test_the_report_names_rulebook_solver_verdicts_and_the_people_of_a_counterexample(tmp_path):
    _, files, guarantees = small_files(tmp_path, good=HOLDS, bad=FAILS)
    heard = []
    report = prove_all(guarantees, files, rulebook_on(files, ON), ON, 5, heard.append)
    assert heard == ["bad", "good"]
    said = as_json(report)
    assert (said["rulebook"], said["on"], said["proved"]) == (report.program.digest, "2026-03-01", False)
    assert said["solver"] == solver_module.SOLVER
    bad, good = said["guarantees"]
    assert bad["counterexample"] == {
        "how": "missing",
        "people": [{"urgent_need": ["yes"]}],
        "outcomes": [{"code": "shelter", "rules": ["shelter"]}],
    }
    assert (good["verdict"], good["counterexample"], good["faults"]) == ("proved", None, [])
    assert bad["digest"] != good["digest"]
    assert replace(report, entries=report.entries[1:]).proved
