"""A plan as JSON: every line with its labels and reasons, in the form that the schema promises."""

from dataclasses import replace

import jsonschema
import pytest
from fakes import REAL
from small_books import ON

from nrm.bootstrap import Application
from nrm.engine.decide import Engine
from nrm.engine.plan import Dispute
from nrm.engine.view import schema, view
from nrm.rulebook.resolve import rulebook_on

LANGUAGES = ("en", "fr", "es", "ar")
CASE = {
    "signs": frozenset({"debt"}),
    "age_status": "child",
    "days_detained": 3,
    "family_risk": "yes",
    "urgent_need": "no",
    "helps_police": "unknown",
}


@pytest.fixture(scope="module")
def speaker(small_files):
    real = Application(REAL)

    def speaking(language="en"):
        made = real.speaker(language)
        return replace(made, words=small_files.vocabulary)

    return speaking


@pytest.fixture(scope="module")
def plan(small_files):
    return Engine(rulebook_on(small_files, ON, "gb")).decide(CASE, ON)


def test_what_was_said_once_is_said_again_in_the_same_words_and_no_other_speaker_s(plan, speaker):
    """Reasons are kept as they were said: by the language, and by the very words that are in force."""
    for language in (*LANGUAGES, *LANGUAGES):
        because = plan.line("guardian").reasons[0].step.because.in_(language)
        shown = next(line for line in view(plan, speaker(language)).offers if line.code == "guardian")
        assert shown.reasons[0].because == because
    said = speaker()
    fact = said.words.facts["age_status"]
    relabelled = fact.model_copy(update={"label": fact.label.model_copy(update={"en": "How old"})})
    changed = replace(said, words=replace(said.words, facts={**said.words.facts, "age_status": relabelled}))
    facts = [fact.text for line in view(plan, changed).findings for reason in line.reasons for fact in reason.facts]
    assert any(text.startswith("How old: ") for text in facts)
    assert view(plan, said) == view(plan, replace(said))
    assert (said == replace(said), said == changed, hash(said) == hash(replace(said))) == (True, False, True)


def test_every_kind_of_line_is_shown_with_what_belongs_to_it(plan, speaker):
    shown = view(plan, speaker())
    assert (shown.rulebook, shown.country, shown.on, shown.language) == (plan.digest, "gb", ON, "en")
    assert [line.code for line in shown.findings] == ["suspected", "treated_as_child"]
    assert [line.label for line in shown.offers] == ["Shelter", "Doctor", "Guardian"]
    (duty,) = shown.duties
    assert (duty.code, duty.by, duty.by_label) == ("tell_lawyer", "caseworker", "caseworker")
    assert (duty.within.amount, duty.within.unit, duty.within.text) == (3, "days", "3 days")
    assert [(bar.code, bar.withholds) for bar in shown.bars] == [("detain", []), ("contact_family", ["search_family"])]
    sharing = [(line.code, line.recipient, line.groups, line.basis, line.duty) for line in shown.disclosures]
    assert sharing == [
        ("share_with_shelter", "refuge", ["identity", "health"], "consent", None),
        ("share_with_lawyer", "law_office", ["legal"], "duty", "tell_lawyer"),
    ]
    assert [(line.kind, line.code, line.label) for line in shown.withheld] == [
        ("duty", "search_family", "Search for the family")
    ]


def test_a_reason_names_the_rule_its_version_its_source_and_what_it_relied_on(plan, speaker):
    (line,) = view(plan, speaker()).duties
    (reason,) = line.reasons
    assert (reason.rule, reason.version.isoformat(), reason.branch) == ("release", "2026-01-01", 1)
    assert reason.sources == ["A/TEST/1 §1"]
    assert reason.findings == ["suspected"]
    assert [(fact.fact, fact.value, fact.text) for fact in reason.facts] == [
        ("days_detained", "2..365", "Days detained: 2..365")
    ]
    assert reason.because == "This is why."


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_in_the_language_and_codes_are_not(plan, speaker, language):
    shown = view(plan, speaker(language))
    ending = "" if language == "en" else f" {language}"
    assert shown.language == language
    assert [line.code for line in shown.offers] == ["shelter", "doctor", "guardian"]
    assert [line.label for line in shown.offers] == [f"{word}{ending}" for word in ("Shelter", "Doctor", "Guardian")]
    assert shown.offers[0].meaning == f"A safe place.{ending}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_is_valid_by_the_schema(plan, speaker, language):
    disputed = replace(plan, dispute=Dispute(("shelter",), (), rete_failed=True))
    validator = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())
    jsonschema.Draft202012Validator.check_schema(schema())
    for one in (plan, disputed):
        validator.validate(view(one, speaker(language)).model_dump(mode="json"))


def test_the_schema_refuses_a_line_too_many_and_a_rulebook_without_a_name(plan, speaker):
    shown = view(plan, speaker()).model_dump(mode="json")
    validator = jsonschema.Draft202012Validator(schema())
    assert not validator.is_valid({**shown, "more": 1})
    assert not validator.is_valid({**shown, "rulebook": "none"})


def test_a_dispute_is_shown_with_both_sides(plan, speaker):
    disputed = replace(plan, dispute=Dispute(("shelter",), ("doctor",), rete_failed=False))
    shown = view(disputed, speaker())
    assert shown.disputed
    assert shown.dispute.model_dump() == {"only_masks": ["shelter"], "only_rete": ["doctor"], "rete_failed": False}
    assert view(plan, speaker()).dispute is None


def test_a_duty_without_a_role_or_a_time_is_never_shown_as_one(plan, speaker):
    (line,) = plan.of("duty")
    for broken in (line._replace(by=None), line._replace(within=None)):
        with pytest.raises(AssertionError, match="tell_lawyer"):
            view(replace(plan, lines={**plan.lines, "duty": (broken,)}), speaker())
