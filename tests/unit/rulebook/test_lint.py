"""The words of all files exist and fit together, on every date and in every country."""

import pytest
from fakes import load, write_rulebook

from nrm.errors import RulebookRefusedError
from nrm.rulebook.lint import find_problems

SHELTER = "rules/care/shelter.yaml"
DOCTOR = "rules/care/doctor.yaml"
RELEASE = "rules/justice/release.yaml"
GUARDIAN = "rules/national/gb/gb_guardian.yaml"
TIME = "rules/parameters/answer_time.yaml"
DAYS = "rules/parameters/detained_days.yaml"
GB_TIME = "rules/national/gb/parameters/answer_time.yaml"
OFFERS = "rules/vocabulary/outcomes/offers.yaml"
FINDINGS = "rules/vocabulary/outcomes/findings.yaml"


def test_the_sound_and_the_real_rulebook_have_no_fault(sound, real):
    assert list(find_problems(sound)) == []
    assert list(find_problems(real)) == []


@pytest.mark.parametrize(
    ("path", "change", "fault"),
    [
        (
            SHELTER,
            ("offer: shelter", "offer: shleter"),
            "10: `shleter` is not an offer of the vocabulary; did you mean `shelter`?",
        ),
        (
            RELEASE,
            ("bar: detain", "bar: detian"),
            "12: `detian` is not a bar of the vocabulary; did you mean `detain`?",
        ),
        (RELEASE, ("by: caseworker", "by: case_worker"), "13: `case_worker` is not a role; did you mean `caseworker`?"),
        (
            RELEASE,
            ("within: {parameter: answer_time}", "within: {parameter: answer_tim}"),
            "13: `answer_tim` is not a parameter; did you mean `answer_time`?",
        ),
        (
            SHELTER,
            ("[A/TEST/1 §1]", "[A/TEST/1 §1, A/TEST/1 §9]"),
            "3: `A/TEST/1 §9` is not in the catalogue of commitments; did you mean `A/TEST/1 §3`?",
        ),
        (
            TIME,
            ("[A/TEST/1 §2]", "[A/TEST/2 §2]"),
            "5: `A/TEST/2 §2` is not in the catalogue of commitments; did you mean `A/TEST/1 §2`?",
        ),
        (
            DOCTOR,
            ("from: 2026-07-01", "from: 2026-01-01"),
            (
                "17: the version from `2026-01-01` overlaps the one above it, which begins on or after that date; "
                "give each version a later date than the last"
            ),
        ),
        (
            DOCTOR,
            ("from: 2027-01-01", "from: 2026-03-01"),
            (
                "21: the version from `2026-03-01` overlaps the one above it, which begins on or after that date; "
                "give each version a later date than the last"
            ),
        ),
        (
            TIME,
            ("from: 2026-07-01", "from: 2025-07-01"),
            "8: the value from `2025-07-01` overlaps the one above it; give each value a later date than the last",
        ),
        (
            TIME,
            ("national_may: decrease\n", ""),
            "1: a base parameter says `title`, `unit` and `national_may`; add them",
        ),
    ],
)
def test_a_word_or_date_that_does_not_fit_is_told_where_it_stands(refuse, path, change, fault):
    assert f"{path}:{fault}" in refuse({path: change})


def test_a_rule_cannot_begin_with_its_repeal(refuse):
    text = "rule: shelter\ntitle: T\nsources: [A/TEST/1 §1]\nreading: R\nowner: O\nversions:\n"
    told = refuse({SHELTER: text + "  - {from: 2026-01-01, repealed: true, reason: It was never wanted.}\n"})
    assert f"{SHELTER}:7: a rule cannot begin with its repeal; write the rule first" in told


def test_a_time_limit_needs_a_parameter_that_is_a_time(refuse):
    told = refuse({TIME: ("unit: days", "unit: count")})
    assert told == [f"{RELEASE}:13: `answer_time` is not a time; use a parameter in hours or days"]


@pytest.mark.parametrize("path", [TIME, DAYS])
def test_a_rule_cannot_begin_before_a_parameter_that_it_uses_has_a_value(refuse, path):
    # Else no rulebook could be put together for the days between.
    name = path.split("/")[-1].removesuffix(".yaml")
    told = refuse({path: ("from: 2026-01-01", "from: 2026-02-01")})
    assert f"{RELEASE}:7: `{name}` has no value before `2026-02-01`, and this version begins earlier; " in told[0]
    assert told[0].endswith(f"give `{name}` a value from `2026-01-01`")


def test_two_rules_do_not_share_a_name_also_not_across_folders(refuse, tmp_path):
    text = (write_rulebook(tmp_path / "first").rules / "care" / "shelter.yaml").read_text(encoding="utf-8")
    assert refuse({"rules/national/gb/shelter.yaml": text}) == [
        "rules/national/gb/shelter.yaml:1: `shelter` is already in rules/care/shelter.yaml; rename one"
    ]


@pytest.mark.parametrize(
    ("base", "national", "fault"),
    [
        ("decrease", "5", "which is `4` in the base from `2026-07-01` and which a country may only decrease"),
        ("increase", "3", "which is `5` in the base from `2026-01-01` and which a country may only increase"),
        ("nothing", "3", "which is `5` in the base from `2026-01-01` and which a country may not change"),
        ("nothing", "6", "which is `5` in the base from `2026-01-01` and which a country may not change"),
    ],
)
def test_an_overlay_cannot_weaken_a_parameter(refuse, base, national, fault):
    changes = {TIME: ("national_may: decrease", f"national_may: {base}"), GB_TIME: ("value: 3", f"value: {national}")}
    told = [said for said in refuse(changes) if fault in said]
    assert told == [
        f"{GB_TIME}:4: `{national}` would weaken `answer_time`, {fault}; choose a value that protects at least as much"
    ]


@pytest.mark.parametrize(("base", "national"), [("decrease", "4"), ("increase", "5"), ("change", "9"), ("change", "1")])
def test_an_overlay_may_protect_as_much_or_more(accept, base, national):
    accept({TIME: ("national_may: decrease", f"national_may: {base}"), GB_TIME: ("value: 3", f"value: {national}")})


def test_an_overlay_is_held_against_the_base_value_of_the_same_day_only(accept, refuse):
    # Nothing is deleted from a file, so a country's old value must stay lawful when the base grows stricter.
    then = "  - {from: 2026-07-01, value: 4}\n"
    accept({GB_TIME: ("value: 3}\n", "value: 5}\n" + then)})
    late = then.replace("07", "08")
    assert "`5` would weaken `answer_time`" in refuse({GB_TIME: ("value: 3}\n", "value: 5}\n" + late)})[0]


def test_an_overlay_that_begins_before_the_base_weakens_nothing(accept):
    accept({GB_TIME: ("- {from", "- {from: 2025-01-01, value: 99}\n  - {from")})


@pytest.mark.parametrize("line", ["unit: hours", "national_may: change", "title: {en: t, fr: t, es: t, ar: t}"])
def test_an_overlay_cannot_change_what_its_number_means(refuse, line):
    # 45 hours is a larger number than 30 days, and a shorter time.
    key = line.split(":")[0]
    assert refuse({GB_TIME: ("values:", f"{line}\nvalues:")}) == [
        f"{GB_TIME}:3: `{key}` belongs to the base alone; take the line out"
    ]


def test_an_overlay_cannot_set_a_parameter_that_the_base_does_not_have(refuse):
    path = "rules/national/gb/parameters/anwser_time.yaml"
    text = "parameter: anwser_time\nsources: [A/TEST/1 §2]\nvalues: [{from: 2026-01-01, value: 3}]\n"
    assert refuse({path: text}) == [f"{path}:1: there is no base parameter `anwser_time`; did you mean `answer_time`?"]


def test_a_circle_of_findings_is_told_with_its_rules(refuse):
    path = "rules/identification/suspected.yaml"
    assert refuse({path: ("{fact: signs, includes: any}", "{finding: treated_as_child}")}) == [
        (
            "rules/child/treated_as_child.yaml:6: findings go round in a circle: `treated_as_child` -> `suspected` -> "
            "`treated_as_child`; break it in one of the rules treated_as_child, suspected"
        )
    ]


def test_a_finding_that_no_rule_makes_is_told(refuse):
    word = "lost: {label: {en: l, fr: l, es: l, ar: l}, meaning: {en: l, fr: l, es: l, ar: l}}\n"
    assert refuse({FINDINGS: ("suspected: {label", word + "suspected: {label")}) == [
        f"{FINDINGS}:1: no rule makes the finding `lost`; write the rule, or take the word out"
    ]


def test_an_outcome_that_no_rule_gives_is_told(refuse):
    assert refuse({GUARDIAN: ("offer: guardian", "offer: shelter")}) == [
        f"{OFFERS}:3: no rule gives the offer `guardian`; write the rule, or take it out"
    ]


def test_several_faults_of_several_files_are_told_at_once(tmp_path):
    settings = write_rulebook(
        tmp_path,
        {
            SHELTER: ("finding: suspected", "finding: suspectd"),
            RELEASE: ("by: caseworker", "by: nobody"),
            DOCTOR: ("includes: [threats, debt]", "includes: [threat, debt]"),
            GB_TIME: ("value: 3", "value: 30"),
        },
    )
    with pytest.raises(RulebookRefusedError) as refused:
        load(settings)
    assert {problem.file for problem in refused.value.problems} == {SHELTER, RELEASE, DOCTOR, GB_TIME}
    assert all(problem.line and "`" in problem.what and problem.todo for problem in refused.value.problems)
