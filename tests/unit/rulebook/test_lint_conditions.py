"""A condition asks what its fact can answer, and settles what happens when it is unknown."""

import pytest

SHELTER = "rules/care/shelter.yaml"
RELEASE = "rules/justice/release.yaml"
SILENCE = "list `unknown`, or add `when_unknown: does_not_apply` with a `reason`"
SILENCE_ON_NUMBERS = "add `when_unknown: applies`, or `when_unknown: does_not_apply` with a `reason`"


def condition(refuse, text, path=SHELTER):
    return refuse({path: ("{finding: suspected}", text)})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{finding: suspectd}", "`suspectd` is not a finding of the vocabulary; did you mean `suspected`?"),
        ("{fact: sings, includes: any}", "`sings` is not a fact of the vocabulary; did you mean `signs`?"),
        (
            "{fact: age_status, is: [chlid, unknown]}",
            "`chlid` is not a value of `age_status`; did you mean `child`?",
        ),
        ("{fact: signs, includes: [detb]}", "`detb` is not a value of `signs`; did you mean `debt`?"),
        (
            "{fact: signs, includes: [any, debt]}",
            "`any` is not a value of `signs`; valid here: `confinement`, `debt`, `threats`",
        ),
        ("{fact: signs, includes: [debt, debt]}", "a value of `signs` is listed twice; list it once"),
        ("{fact: age_status, includes: child}", "`age_status` has one value; ask it with `is` or `is_not`"),
        ("{fact: days_detained, is: [three]}", "`days_detained` is a number; ask it with `at_least` or `less_than`"),
        (
            "{fact: signs, is: debt}",
            (
                "`signs` is a set of observed codes; one that is not observed is not known, never absent; "
                "ask it with `includes`"
            ),
        ),
        (
            "{fact: signs, includes: any, when_unknown: applies}",
            "`signs` has no unknown value; leave `when_unknown` out",
        ),
        ("{fact: age_status, is: child}", f"nothing is said for the case that `age_status` is unknown; {SILENCE}"),
        (
            "{fact: age_status, is: child, when_unknown: applies}",
            "`when_unknown: applies` is written `unknown` in the list; list it",
        ),
        (
            "{fact: age_status, is: child, when_unknown: does_not_apply}",
            "nobody is told why an unknown `age_status` leaves the person outside this rule; add a `reason`",
        ),
        (
            "{fact: age_status, is: [child, unknown], when_unknown: does_not_apply, reason: So.}",
            "`unknown` is listed and yet does not apply; keep one of them",
        ),
        (
            "{fact: age_status, is_not: [adult, unknown]}",
            (
                "`is_not` leaves out an unknown `age_status` without saying why; "
                "take `unknown` out of the list, and add `when_unknown: does_not_apply` with a `reason`"
            ),
        ),
        (
            "{fact: age_status, is_not: [child, adult, uncertain, unknown]}",
            "no value of `age_status` is left; this condition can never hold",
        ),
        (
            "{fact: age_status, is: [child, adult, uncertain, unknown]}",
            "every value of `age_status` is allowed; leave the condition out",
        ),
        (
            "{fact: days_detained, at_least: 3}",
            f"nothing is said for the case that `days_detained` is unknown; {SILENCE_ON_NUMBERS}",
        ),
        (
            "{fact: days_detained, at_least: 3, when_unknown: does_not_apply}",
            f"nothing is said for the case that `days_detained` is unknown; {SILENCE_ON_NUMBERS}",
        ),
        (
            "{fact: days_detained, at_least: 0, when_unknown: applies}",
            "`0` does not divide `days_detained`, which runs from 0 to 365; choose a number inside",
        ),
        (
            "{fact: days_detained, less_than: 366, when_unknown: applies}",
            "`366` does not divide `days_detained`, which runs from 0 to 365; choose a number inside",
        ),
        (
            "{fact: days_detained, at_least: {parameter: detaind_days}, when_unknown: applies}",
            "`detaind_days` is not a parameter; did you mean `detained_days`?",
        ),
        (
            "{any: [{finding: suspected}, {finding: suspectd}]}",
            "`suspectd` is not a finding of the vocabulary; did you mean `suspected`?",
        ),
        (
            "{fact: helps_police, is: [yes, unknown]}",
            "help may not depend on `helps_police`; give the offer, duty or bar whatever the answer is",
        ),
        (
            "{fact: urgent_need, is: [no, unknown]}",
            "more `urgent_need` would mean less help here; what holds for `no` must hold for `unknown` and `yes` too",
        ),
        (
            "{fact: urgent_need, is: unknown}",
            "more `urgent_need` would mean less help here; what holds for `no` must hold for `unknown` and `yes` too",
        ),
    ],
)
def test_a_condition_that_does_not_fit_its_fact_is_refused_on_its_line(refuse, text, fault):
    assert condition(refuse, text) == [f"{SHELTER}:8: {fault}"]


@pytest.mark.parametrize(
    "text",
    [
        "{fact: age_status, is_not: adult}",
        "{fact: age_status, is: child, when_unknown: does_not_apply, reason: Age is always asked.}",
        "{fact: age_status, is_not: adult, when_unknown: does_not_apply, reason: Age is always asked.}",
        "{fact: signs, includes: [debt, threats]}",
        "{fact: urgent_need, is: [yes, unknown]}",
        "{fact: days_detained, less_than: 365, when_unknown: does_not_apply, reason: The day is on the paper.}",
        "{fact: days_detained, at_least: {parameter: detained_days}, when_unknown: applies}",
        "{any: [{fact: signs, includes: debt}, {fact: age_status, is_not: adult}]}",
    ],
)
def test_a_condition_that_fits_is_accepted(accept, text):
    accept({SHELTER: ("{finding: suspected}", text)})


def test_a_fault_inside_any_and_inside_a_branch_is_told_on_its_own_line(refuse):
    doctor = "rules/care/doctor.yaml"
    assert refuse({doctor: ("{finding: treated_as_child}", "{finding: treated_as_chid}")}) == [
        f"{doctor}:14: `treated_as_chid` is not a finding of the vocabulary; did you mean `treated_as_child`?"
    ]


def test_cooperation_may_decide_what_is_shared_but_not_what_is_given(accept, refuse):
    text = "{fact: helps_police, is: [yes, unknown]}"
    apart = "rule: apart\ntitle: T\nsources: [A/TEST/1 §1]\nreading: R\nowner: O\nversions:\n  - from: 2026-01-01\n"
    apart += "    because: {en: b, fr: b, es: b, ar: b}\n    then: [{%s}]\n    when: [" + text + "]\n"
    accept({"rules/care/apart.yaml": apart % "disclosure: share_with_shelter"})
    for outcome in ("offer: shelter", "bar: detain", "finding: suspected"):
        told = refuse({"rules/care/apart.yaml": apart % outcome})
        assert told[0].startswith("rules/care/apart.yaml:10: help may not depend on `helps_police`"), outcome


def test_a_duty_that_a_bar_rules_out_may_end_when_risk_grows(accept):
    # Searching for the family can hurt; that is why `contact_family` forbids it.
    path = "rules/child/family_search.yaml"
    accept(
        {path: ("{finding: treated_as_child}", "{fact: family_risk, is: no, when_unknown: does_not_apply, reason: R}")}
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            {"rules/parameters/detained_days.yaml": ("unit: days", "unit: hours")},
            "`detained_days` counts hours, `days_detained` counts days; use a parameter of the same unit",
        ),
        (
            {"rules/parameters/detained_days.yaml": ("value: 2", "value: 400")},
            "`400` does not divide `days_detained`, which runs from 0 to 365; choose a number inside",
        ),
        (
            {
                "rules/parameters/detained_days.yaml": ("national_may: nothing", "national_may: change"),
                "rules/national/gb/parameters/detained_days.yaml": (
                    "parameter: detained_days\nsources: [A/TEST/1 §2]\nvalues: [{from: 2026-01-01, value: 500}]\n"
                ),
            },
            "`500` does not divide `days_detained`, which runs from 0 to 365; choose a number inside",
        ),
    ],
)
def test_a_parameter_fits_the_number_that_it_divides_in_every_country(refuse, change, fault):
    assert refuse(change) == [f"{RELEASE}:10: {fault}"]
