"""From files to the rulebook of one date and country."""

from datetime import date

import pytest

from nrm.errors import UnknownNameError
from nrm.rulebook.book import Addition, Clause, FindingTest, NumberTest, ValueTest, Within
from nrm.rulebook.dates import change_dates
from nrm.rulebook.resolve import parameters_on, rulebook_on
from nrm.rulebook.rule import Consequence

SHELTER = "rules/care/shelter.yaml"
SPRING, AUTUMN = date(2026, 3, 1), date(2026, 9, 1)


def test_a_rule_in_force_keeps_all_that_its_file_says(sound):
    rule = rulebook_on(sound, SPRING).rule("shelter")
    assert (rule.name, rule.topic, rule.country, rule.version) == ("shelter", "care", None, date(2026, 1, 1))
    assert (rule.title, rule.reading, rule.owner) == ("The rule shelter", "We read the paragraph so.", "policy-unit")
    assert (rule.sources, rule.law) == (("A/TEST/1 §1",), ())
    assert rule.then == (Addition("offer", "shelter"), Addition("disclosure", "share_with_shelter"))
    assert rule.branches[0].because.en == "This is why."


def test_the_overlay_of_a_country_adds_to_the_base_and_takes_nothing_away(sound):
    base, gb = rulebook_on(sound, SPRING), rulebook_on(sound, SPRING, "gb")
    assert base.country is None
    assert gb.country == "gb"
    assert {rule.name for rule in gb.rules} - {rule.name for rule in base.rules} == {"gb_guardian"}
    assert {rule.name for rule in base.rules} < {rule.name for rule in gb.rules}


def test_a_repealed_rule_is_not_in_the_rulebook(sound):
    assert rulebook_on(sound, date(2026, 12, 31)).rule("doctor") is not None
    assert rulebook_on(sound, date(2027, 1, 1)).rule("doctor") is None


def test_before_the_first_rule_there_is_no_rulebook_that_could_say_nothing_is_owed(sound):
    with pytest.raises(
        UnknownNameError, match="no rule is in force on `2025-12-31`; the first rule begins on 2026-01-01"
    ):
        rulebook_on(sound, date(2025, 12, 31))


def test_without_any_rule_there_is_no_rulebook_either(sound):
    empty = type(sound)(sound.vocabulary, {}, {}, (), (), sound.catalogue)
    with pytest.raises(UnknownNameError, match="there is no rule at all"):
        rulebook_on(empty, SPRING)


def test_a_country_without_an_overlay_is_refused(sound):
    with pytest.raises(UnknownNameError, match="there is no overlay for `xx`"):
        rulebook_on(sound, SPRING, "xx")


def test_a_parameter_has_the_value_of_its_date_and_a_country_replaces_it(sound):
    assert parameters_on(sound, date(2025, 1, 1)) == {}
    assert parameters_on(sound, SPRING)["answer_time"] == Within(5, "days")
    assert parameters_on(sound, AUTUMN)["answer_time"] == Within(4, "days")
    assert parameters_on(sound, AUTUMN, "gb")["answer_time"] == Within(3, "days")


def test_parameters_are_filled_into_conditions_and_time_limits(sound):
    rule = rulebook_on(sound, AUTUMN).rule("release")
    assert rule.branches[0].clauses[1] == Clause((NumberTest("days_detained", 2, None, unknown=True),))
    assert rule.then[1] == Addition("duty", "tell_lawyer", "caseworker", Within(4, "days"))


@pytest.mark.parametrize(("text", "within"), [("PT24H", Within(24, "hours")), ("P3D", Within(3, "days"))])
def test_a_time_limit_is_hours_or_days(accept, text, within):
    files = accept({"rules/child/family_search.yaml": ("P3D", text)})
    assert rulebook_on(files, SPRING).rule("family_search").then[0].within == within


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("{finding: suspected}", [FindingTest("suspected")]),
        ("{fact: signs, includes: any}", [ValueTest("signs", ("confinement", "debt", "threats"))]),
        ("{fact: signs, includes: [threats, debt]}", [ValueTest("signs", ("debt", "threats"))]),
        ("{fact: age_status, is: [unknown, child]}", [ValueTest("age_status", ("child", "unknown"))]),
        ("{fact: age_status, is_not: adult}", [ValueTest("age_status", ("child", "uncertain", "unknown"))]),
        (
            "{fact: age_status, is_not: adult, when_unknown: does_not_apply, reason: R}",
            [ValueTest("age_status", ("child", "uncertain"))],
        ),
        (
            "{fact: days_detained, less_than: 9, when_unknown: does_not_apply, reason: R}",
            [NumberTest("days_detained", None, 9, unknown=False)],
        ),
        (
            "{any: [{finding: suspected}, {fact: signs, includes: debt}]}",
            [FindingTest("suspected"), ValueTest("signs", ("debt",))],
        ),
    ],
)
def test_a_condition_becomes_what_it_asks_in_the_order_of_the_vocabulary(accept, text, tests):
    files = accept({SHELTER: ("{finding: suspected}", text)})
    assert rulebook_on(files, SPRING).rule("shelter").branches[0].clauses == (Clause(tuple(tests)),)


def test_every_kind_of_outcome_is_added(sound):
    kinds = {addition.kind for rule in rulebook_on(sound, SPRING).rules for addition in rule.then}
    assert kinds == {"finding", "offer", "duty", "bar", "disclosure"}


def test_files_that_were_not_linted_still_mean_what_they_say(sound):
    # The linter asks to write `unknown` in the list; resolve must not lose it if nobody asked the linter.
    shelter = next(file for file in sound.rules if file.rule.rule == "shelter")
    version = shelter.rule.versions[0]
    condition = version.when[0].model_copy(
        update={"finding": None, "fact": "age_status", "is_": ("child",), "when_unknown": "applies"}
    )
    rule = shelter.rule.model_copy(update={"versions": (version.model_copy(update={"when": (condition,)}),)})
    files = type(sound)(
        sound.vocabulary, {}, {}, (), (type(shelter)(rule, shelter.document, "care", None),), sound.catalogue
    )
    (clause,) = rulebook_on(files, SPRING).rules[0].branches[0].clauses
    assert clause.tests == (ValueTest("age_status", ("child", "unknown")),)


def test_a_time_limit_that_no_file_can_hold_is_a_fault_of_ours_and_stops(sound):
    shelter = next(file for file in sound.rules if file.rule.rule == "shelter")
    odd = Consequence.model_construct(duty="tell_lawyer", by="caseworker", within="soon")
    version = shelter.rule.versions[0].model_copy(update={"then": (odd,)})
    rule = shelter.rule.model_copy(update={"versions": (version,)})
    files = type(sound)(
        sound.vocabulary, {}, {}, (), (type(shelter)(rule, shelter.document, "care", None),), sound.catalogue
    )
    with pytest.raises(AssertionError, match="soon"):
        rulebook_on(files, SPRING)


def test_the_real_rulebook_can_be_put_together_on_every_date_of_change(real):
    for country in (None, *real.countries()):
        for on in change_dates(real, country):
            assert rulebook_on(real, on, country).rules
