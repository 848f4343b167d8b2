"""What people in published court cases were owed when the authorities first met them, and what they were not.

Each case is a record of one person (`court_cases/<name>.yaml`) and beside it what must come of it, and why
(`<name>.expected.yaml`). The facts are those that the courts published; the expectations are our reading of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from nrm.bootstrap import Application, case_document
from nrm.case.intake import read_case
from nrm.config import Settings
from nrm.rulebook.vocabulary import OUTCOME_KINDS
from nrm.textfile import read_file

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "rules" / "court_cases"
EXPECTED = ".expected.yaml"
NAMES = sorted(path.name.removesuffix(EXPECTED) for path in FOLDER.glob(f"*{EXPECTED}"))
RECORDS = sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.name.endswith(EXPECTED))

COOPERATION = ("willing_to_testify", "willing_to_cooperate")
NEVER_BOUGHT = ("offer", "duty", "bar")
ON_THE_WAY_TO_A_DECISION = {
    "ask_consent_to_referral",
    "make_nrm_referral",
    "notify_local_authority",
    "submit_duty_to_notify",
}
"""Steps that bring a case before the authority that decides: after a decision, a new look takes their place."""
APPLICATION_NUMBER = re.compile(r"no(s)?\. \d{3,5}/\d\d|\[\d{4}\] (UKSC|EWCA Crim) \d+")
ADDRESS = re.compile(r"^# Source[^:]*: https?://[\w.-]+/\S+$", re.MULTILINE)
FULL_DATE = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b")

every_case = pytest.mark.parametrize("name", NAMES)


@dataclass(frozen=True)
class Expectation:
    """What must come of one case. `reasons`, `not_reasons`, `sources` and `within` speak of the codes they name."""

    on: str
    because: str
    country: str | None = None
    expect: tuple[str, ...] = ()
    expect_bar: tuple[str, ...] = ()
    expect_not: tuple[str, ...] = ()
    reasons: dict[str, list[str]] = field(default_factory=dict)
    not_reasons: dict[str, list[str]] = field(default_factory=dict)
    sources: dict[str, list[str]] = field(default_factory=dict)
    within: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self):
        return {*self.expect, *self.expect_bar}


def expectation(name):
    return Expectation(**read_file(FOLDER / f"{name}{EXPECTED}").data)


def rests_on_a_decision(name):
    return "suspicion_from_decision" in expectation(name).reasons.get("trafficking_suspected", [])


@pytest.fixture(scope="session")
def application():
    return Application(Settings(rules=ROOT / "rules", seeds=ROOT / "seeds"))


@pytest.fixture(scope="session")
def engines(application):
    """One engine for each rulebook that a case asks for."""
    asked = {(expectation(name).on, expectation(name).country) for name in NAMES}
    return {(on, country): application.engine(date.fromisoformat(on), country) for on, country in asked}


@pytest.fixture(scope="session")
def decide(application, engines):
    """Decide a case as a caseworker would, from its file; a fact may be given another value."""

    def _decide(name, **changed):
        wanted = expectation(name)
        on = date.fromisoformat(wanted.on)
        facts = application.facts(case_document(str(FOLDER / f"{name}.yaml")), on)
        assert changed.keys() <= facts.keys()
        return engines[wanted.on, wanted.country].decide({**facts, **changed}, on)

    return _decide


@pytest.fixture(scope="session")
def plans(decide):
    return {name: decide(name) for name in NAMES}


def lines_of(plan, code):
    return [line for kind in OUTCOME_KINDS for line in plan.of(kind) if line.code == code]


def rules_behind(plan, code):
    return {reason.step.rule.name for line in lines_of(plan, code) for reason in line.reasons}


def owed(plan):
    return {(line.kind, line.code, line.by, line.within) for kind in NEVER_BOUGHT for line in plan.of(kind)}


@every_case
def test_the_person_is_owed_what_the_case_shows(name, plans):
    wanted = expectation(name)
    assert wanted.wanted - plans[name].codes() == set()


@every_case
def test_what_must_never_be_done_is_a_bar(name, plans):
    assert set(expectation(name).expect_bar) <= plans[name].codes("bar")


@every_case
def test_nothing_is_in_the_plan_that_the_case_speaks_against(name, plans):
    plan = plans[name]
    found = {code: sorted(rules_behind(plan, code)) for code in expectation(name).expect_not if code in plan.codes()}
    assert found == {}


@every_case
def test_what_is_owed_rests_on_the_reasons_that_the_case_gives(name, plans):
    missing = {
        code: sorted(set(rules) - rules_behind(plans[name], code)) for code, rules in expectation(name).reasons.items()
    }
    assert {code: rules for code, rules in missing.items() if rules} == {}


@every_case
def test_what_is_owed_does_not_rest_on_a_reason_that_is_not_there(name, plans):
    surplus = {code: rules_behind(plans[name], code) & set(r) for code, r in expectation(name).not_reasons.items()}
    assert {code: rules for code, rules in surplus.items() if rules} == {}


@every_case
def test_the_paragraphs_behind_a_line_are_those_that_promise_it(name, plans):
    for code, sources in expectation(name).sources.items():
        reasons = [reason for line in lines_of(plans[name], code) for reason in line.reasons]
        assert set(sources) <= {source for reason in reasons for source in reason.step.rule.sources}, code


@every_case
def test_every_line_of_the_plan_rests_on_a_paragraph_of_the_catalogue(name, plans, application):
    known = application.files.catalogue.commitments.keys()
    for kind in OUTCOME_KINDS:
        for line in plans[name].of(kind):
            assert line.reasons, line.code
            assert all(reason.step.rule.sources for reason in line.reasons), line.code
            assert {source for reason in line.reasons for source in reason.step.rule.sources} <= known


@every_case
def test_somebody_has_to_act_in_time(name, plans):
    for code, limit in expectation(name).within.items():
        amount, unit = limit.split()
        limits = [line.within for line in lines_of(plans[name], code)]
        assert any((within.amount, within.unit) == (int(amount), unit) for within in limits), (code, limits)


@every_case
def test_both_engines_agree(name, plans):
    assert not plans[name].disputed, plans[name].dispute


@pytest.mark.parametrize("fact", COOPERATION)
@every_case
def test_help_is_the_same_whether_or_not_the_person_helps_the_authorities(name, fact, decide, application):
    plans = {value: decide(name, **{fact: value}) for value in application.files.vocabulary.facts[fact].values}
    assert plans.keys() == {"yes", "no", "undecided", "unknown"}
    for value, plan in plans.items():
        assert owed(plan) == owed(plans["unknown"]), value


@pytest.mark.parametrize("name", ["vcl", "an"])
def test_a_boy_found_in_a_cannabis_house_is_presumed_a_child_and_is_not_punished(name, plans, decide):
    plan = plans[name]
    assert "treated_as_child" in plan.codes("finding")
    assert {"guardian", "legal_counsel"} <= plan.codes("offer")
    assert {"penalise", "detain", "take_plea_before_assessment"} <= plan.codes("bar")
    notice = plan.line("notify_prosecutor_non_punishment")
    assert (notice.kind, notice.by, notice.within.amount, notice.within.unit) == ("duty", "caseworker", 24, "hours")
    assert not {"ask_to_withdraw_plea", "conviction_review"} & plan.codes()
    for code in ("guardian", "legal_counsel", "notify_prosecutor_non_punishment", "penalise", "detain"):
        sources = {source for reason in plan.line(code).reasons for source in reason.step.rule.sources}
        assert sources & {"A/RES/76/7 §10", "A/RES/76/7 §12", "A/RES/76/7 §13"}, code
    for answer in ("yes", "no", "undecided"):
        assert owed(decide(name, willing_to_testify=answer, willing_to_cooperate=answer)) == owed(plan)


def test_two_sisters_of_one_house_are_decided_one_by_one(plans):
    elder, younger = plans["cn"], plans["v"]
    assert {"trafficking_indicated", "labour_exploited"} <= elder.codes("finding") - younger.codes("finding")
    assert younger.codes("bar") < elder.codes("bar")
    assert {"guardian", "determine_best_interests", "notify_child_protection"} <= younger.codes() & elder.codes()


@pytest.mark.parametrize(("silent", "spoken"), [("le_first_arrest", "le_disclosure"), ("l_at_arrest", "l_once_asked")])
def test_a_person_who_has_not_spoken_is_asked_and_protected_once_she_speaks(silent, spoken, plans):
    before, after = plans[silent], plans[spoken]
    assert "screen_in_detention" in before.codes("duty")
    assert not {"penalise", "detain"} & before.codes("bar")
    assert {"penalise", "detain"} <= after.codes("bar")
    assert before.codes("bar") < after.codes("bar")


def test_a_court_that_answers_no_takes_non_punishment_away_and_no_care(plans):
    before, after = plans["nguyen_before_plea"], plans["nguyen_at_appeal"]
    assert {"penalise", "take_plea_before_assessment"} <= before.codes("bar") - after.codes("bar")
    assert before.codes("offer") - after.codes("offer") == {"legal_counsel"}


@pytest.mark.parametrize("name", [name for name in NAMES if not rests_on_a_decision(name)])
def test_a_negative_decision_would_take_nothing_away(name, plans, decide):
    plan = plans[name]
    for answer in ("reasonable_negative", "conclusive_negative"):
        refused = decide(name, identification_decision=answer)
        for kind in NEVER_BOUGHT:
            assert plan.codes(kind) - ON_THE_WAY_TO_A_DECISION <= refused.codes(kind), answer
        assert "reconsideration" in refused.codes("offer")


def test_the_twelve_published_cases_are_here():
    titles = {header(name)["Case"].split(" The person: ")[0] for name in NAMES}
    assert len(titles) == 12, titles


def test_every_record_has_an_expectation_and_every_expectation_a_record():
    assert RECORDS == NAMES


def header(name):
    """Return the paragraphs of the comment at the top of a record, by their first words."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    comment = re.match(r"(?:#.*\n)+", text)[0]
    joined = re.sub(r"\n# {2,}", " ", comment)
    return dict(line.removeprefix("# ").split(": ", 1) for line in joined.splitlines())


@every_case
def test_a_record_begins_with_its_case_its_source_and_its_moment(name):
    said = header(name)
    assert APPLICATION_NUMBER.search(said["Case"]), "citation"
    assert FULL_DATE.search(said["Case"]), "date of the judgment"
    assert "The person: " in said["Case"]
    assert ADDRESS.search((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert said["Moment"]
    assert said["Dates"].startswith("shifted")
    assert f"Decided as on {expectation(name).on}, because the rulebook begins on 2026-01-01." in said["Dates"]


@every_case
def test_nothing_that_was_not_confirmed_is_asserted(name):
    open_points = re.findall(r"`([^`]+)`", header(name).get("Not confirmed, so left out", ""))
    for file in (f"{name}.yaml", f"{name}{EXPECTED}"):
        text = (FOLDER / file).read_text(encoding="utf-8")
        assert "[memory]" not in text
        asserted = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
        assert "not confirmed" not in asserted.lower()
        assert [point for point in open_points if re.search(rf"\b{re.escape(point)}\b", asserted)] == []


@every_case
def test_a_record_names_nobody(name):
    record = read_case(case_document(str(FOLDER / f"{name}.yaml")))
    who = record.identity
    assert (who.first_name, who.middle_name, who.last_name, who.alias, who.identity_numbers) == (None,) * 4 + ((),)
    assert record.contact.channels == ()
    assert all(person.name is None for person in (*record.family.relatives, *record.exploiters.people))


@every_case
def test_a_case_does_not_settle_whether_the_person_helps_the_authorities(name):
    record = read_case(case_document(str(FOLDER / f"{name}.yaml")))
    assert {getattr(record.legal, fact) for fact in COOPERATION} == {"unknown"}
    assert not set(COOPERATION) & record.facts.keys()


@every_case
def test_an_expectation_says_why_in_one_sentence(name):
    because = expectation(name).because
    assert because.endswith(".")
    assert ". " not in because


@every_case
def test_every_word_of_an_expectation_exists(name, application, engines):
    wanted = expectation(name)
    files, book = application.files, engines[wanted.on, wanted.country].program.rulebook
    rules = {rule.name for rule in book.rules}
    assert not wanted.wanted & set(wanted.expect_not)
    for code in (*wanted.expect, *wanted.expect_bar, *wanted.expect_not):
        assert files.vocabulary.kind_of(code) is not None, code
    for by_code in (wanted.reasons, wanted.not_reasons):
        for code, named in by_code.items():
            assert code in wanted.wanted, code
            assert set(named) <= rules, code
            assert set(named) <= {rule.name for rule in book.rules_giving(code)}, code
    for code, sources in wanted.sources.items():
        assert code in wanted.wanted, code
        assert set(sources) <= files.catalogue.commitments.keys(), code
    for code in wanted.within:
        assert files.vocabulary.kind_of(code) == "duty", code


@every_case
def test_every_bar_and_every_outcome_stands_in_its_own_list(name, application):
    wanted = expectation(name)
    kind_of = application.files.vocabulary.kind_of
    assert {kind_of(code) for code in wanted.expect_bar} <= {"bar"}
    assert "bar" not in {kind_of(code) for code in wanted.expect}
