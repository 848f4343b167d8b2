"""What a rule file may say, and how a slip in it is told."""

import pytest

SHELTER = "rules/care/shelter.yaml"
DOCTOR = "rules/care/doctor.yaml"
RELEASE = "rules/justice/release.yaml"
PARAMETER = "rules/parameters/answer_time.yaml"

ONE_SUBJECT = "a condition is about exactly one of `finding`, `fact` or `any`"
ONE_TEST = "a fact is asked exactly one of `is`, `is_not`, `includes`, `at_least`, `less_than`"
ONLY_FACTS = "only a condition about a `fact` carries a test, `when_unknown` or `reason`"
ONE_OUTCOME = "each line of `then` adds exactly one finding, offer, duty, bar or disclosure"
DUTY_IN_FULL = "a duty, and only a duty, says `by` whom and `within` what time"
ONE_FORM = "a version has `then`, and either `when` with `because`, or `branches`"
REPEAL = "a repeal carries a `reason` and nothing else"


def condition(refuse, text):
    return refuse({SHELTER: ("{finding: suspected}", text)})


def consequence(refuse, text):
    return refuse({SHELTER: ("{offer: shelter}", text)})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{}", ONE_SUBJECT),
        ("{finding: suspected, fact: signs, includes: any}", ONE_SUBJECT),
        ("{fact: signs}", ONE_TEST),
        ("{fact: urgent_need, is: yes, is_not: no}", ONE_TEST),
        ("{finding: suspected, is: yes}", ONLY_FACTS),
        ("{finding: suspected, when_unknown: applies}", ONLY_FACTS),
        ("{finding: suspected, reason: because}", ONLY_FACTS),
        (
            "{any: [{finding: suspected}, {any: [{finding: suspected}, {finding: treated_as_child}]}]}",
            "`any` is not nested",
        ),
    ],
)
def test_a_condition_has_one_form(refuse, text, fault):
    assert condition(refuse, text) == [f"{SHELTER}:8: `versions.0.when.0`: {fault}"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{fcat: signs, includes: any}", "`fcat` is not known here; did you mean `fact`?"),
        ("{fact: signs, include: any}", "`include` is not known here; did you mean `includes`?"),
        ("{fact: Signs, includes: any}", "`versions.0.when.0.fact` `Signs` is not written in the form that is"),
        ("{fact: signs, includes: []}", "`versions.0.when.0.includes` has too few entries"),
        ("{fact: signs, includes: [[x]]}", "`versions.0.when.0.includes.0` must be one piece of text"),
        ("{fact: signs, includes: {x: y}}", "`versions.0.when.0.includes` must be a list"),
        (
            "{fact: urgent_need, is: yes, when_unknown: ignore}",
            "`versions.0.when.0.when_unknown` cannot be `ignore`; valid here: `applies`, `does_not_apply`",
        ),
        ("{any: [{finding: suspected}]}", "`versions.0.when.0.any` has too few entries"),
        ("finding", "`versions.0.when.0` `finding` must be `key: value` lines"),
        ("{fact: days_detained, at_least: -3, when_unknown: applies}", "`versions.0.when.0.at_least` `-3` is not a"),
        (
            "{fact: days_detained, at_least: {paramter: x}, when_unknown: applies}",
            "`paramter` is not known here; did you mean `parameter`?",
        ),
    ],
)
def test_a_slip_in_a_condition_is_told_with_the_nearest_valid_word(refuse, text, fault):
    assert any(said.startswith(f"{SHELTER}:8: {fault}") for said in condition(refuse, text))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{}", ONE_OUTCOME),
        ("{offer: shelter, bar: detain}", ONE_OUTCOME),
        ("{duty: tell_lawyer}", DUTY_IN_FULL),
        ("{duty: tell_lawyer, by: caseworker}", DUTY_IN_FULL),
        ("{duty: tell_lawyer, within: P1D}", DUTY_IN_FULL),
        ("{offer: shelter, by: caseworker, within: P1D}", DUTY_IN_FULL),
    ],
)
def test_each_line_of_then_is_one_whole_outcome(refuse, text, fault):
    assert consequence(refuse, text) == [f"{SHELTER}:10: `versions.0.then.0`: {fault}"]


@pytest.mark.parametrize("within", ["24 hours", "PT0H", "P0D", "P1W", "P1DT2H", "PT24", "24", "PT100000H", "pt24h"])
def test_a_time_limit_is_hours_or_days_and_never_nothing(refuse, within):
    told = consequence(refuse, f"{{duty: tell_lawyer, by: caseworker, within: {within}}}")
    form = "is not a time limit; write `PT24H`, `P3D` or `{parameter: name}`"
    assert told == [f"{SHELTER}:10: `versions.0.then.0.within`: `{within}` {form}"]


@pytest.mark.parametrize(
    ("path", "change", "fault"),
    [
        (DOCTOR, ("repealed: true\n    reason", "repealed: true\n    because"), "`versions.2.because`"),
        (DOCTOR, ("reason: The health law gives it to everyone.", "then: [{offer: doctor}]"), REPEAL),
        (
            DOCTOR,
            ("    reason: The", "    when: []\n    reason: The"),
            REPEAL,
        ),
        (DOCTOR, ("    repealed: true\n", ""), "`reason` on a version belongs to a repeal"),
        (DOCTOR, ("repealed: true", "repealed: yes"), "`versions.2.repealed` cannot be `yes`; valid here: `true`"),
        (SHELTER, ("    when: [{finding: suspected}]\n", ""), ONE_FORM),
        (
            SHELTER,
            ("    then:\n      - {offer: shelter}\n      - {disclosure: share_with_shelter}\n", ""),
            ONE_FORM,
        ),
        (SHELTER, ("    when: [{finding: suspected}]\n", "    branches: []\n"), "`versions.0.branches` has too few"),
    ],
)
def test_a_version_is_a_rule_or_a_repeal(refuse, path, change, fault):
    assert any(fault in said for said in refuse({path: change}))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("title: The rule shelter", "title: ''"), "2: `title` is empty; write something, or leave the line out"),
        (("title:", "titel:"), "2: `titel` is not known here; did you mean `title`?"),
        (("owner: policy-unit\n", ""), "1: `owner` is missing in the file; add it"),
        (
            ("[A/TEST/1 §1]", "[A/TEST/1 12]"),
            "3: `sources.0`: `A/TEST/1 12` is not a paragraph; write it as `A/RES/76/7 §12` or `A/RES/76/7 §24(a)`",
        ),
        (("[A/TEST/1 §1]", "[]"), "3: `sources` has too few entries"),
        (("from: 2026-01-01", "from: 2026-13-01"), "7: `versions.0.from` `2026-13-01` is not a date; write it as"),
        (("from: 2026-01-01", "from: 0"), "7: `versions.0.from` `0` is not a date; write it as `2026-01-31`"),
        (("rule: shelter", "rule: Shelter"), "1: `rule` `Shelter` is not written in the form that is expected here"),
    ],
)
def test_a_slip_in_the_head_of_a_rule_is_told(refuse, change, fault):
    assert any(said.startswith(f"{SHELTER}:{fault}") for said in refuse({SHELTER: change}))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("unit: days", "unit: day"), "3: `unit` cannot be `day`; did you mean `days`?"),
        (("value: 5", "value: five"), "7: `values.0.value` `five` is not a whole number; write digits only"),
        (("value: 5", "value: 5000000000"), "7: `values.0.value` `5000000000` is too large a number; write at most"),
        (
            ("national_may: decrease", "national_may: decreas"),
            "4: `national_may` cannot be `decreas`; did you mean `decrease`?",
        ),
    ],
)
def test_a_slip_in_a_parameter_is_told(refuse, change, fault):
    assert any(said.startswith(f"{PARAMETER}:{fault}") for said in refuse({PARAMETER: change}))


def test_one_way_and_several_ways_of_writing_are_both_branches(sound):
    versions = {file.rule.rule: file.rule.versions for file in sound.rules}
    (only,) = versions["shelter"][0].as_branches()
    assert (only.when[0].finding, only.because.en) == ("suspected", "This is why.")
    several = versions["doctor"][0].as_branches()
    assert [branch.because.en for branch in several] == ["You may need a doctor now.", "A doctor looks after you."]


def test_a_repeal_has_no_branch(sound):
    doctor = next(file.rule for file in sound.rules if file.rule.rule == "doctor")
    assert doctor.versions[-1].as_branches() == ()


def test_a_rule_for_everyone_has_no_condition(accept):
    files = accept({SHELTER: ("when: [{finding: suspected}]", "when: []")})
    shelter = next(file.rule for file in files.rules if file.rule.rule == "shelter")
    assert shelter.versions[0].as_branches()[0].when == ()
