"""What a record establishes about proceedings, detention, decisions, papers, and whether a return is safe."""

import pytest
from case_facts import facts, refusal


@pytest.mark.parametrize(
    ("accusations", "expected"),
    [
        ("[{kind: criminal}]", {"accused_of": ("criminal",)}),
        ("[{kind: criminal, linked: no}]", {"accused_of": ("criminal",), "act_linked_to_trafficking": "no"}),
        ("[{kind: civil, linked: yes, outcome: open}, {kind: civil}]",
         {"accused_of": ("civil",), "act_linked_to_trafficking": "yes"}),
        ("[{kind: civil, linked: no}, {kind: immigration}]", {"accused_of": ("civil", "immigration")}),
        ("[{kind: criminal, outcome: penalised, linked: no}]",
         {"penalised_by": ("criminal",), "act_linked_to_trafficking": "no"}),
        ("[{kind: criminal, outcome: dropped}, {kind: criminal, outcome: acquitted}]", {}),
    ],
)  # fmt: skip
def test_accusations_say_what_is_open_what_was_punished_and_whether_it_came_from_trafficking(accusations, expected):
    assert facts(f"legal: {{accusations: {accusations}}}") == expected


@pytest.mark.parametrize(
    ("accusations", "expected"),
    [
        ("[{kind: criminal, charged: no}]", "not_charged"),
        ("[{kind: criminal, charged: no, plea: none}]", "not_charged"),
        ("[{kind: criminal, charged: yes, plea: none}]", "charged_before_plea"),
        ("[{kind: criminal, plea: guilty}]", "pleaded_guilty"),
        ("[{kind: criminal, plea: not_guilty}]", "pleaded_not_guilty"),
        ("[{kind: criminal, plea: guilty}, {kind: criminal, charged: yes, plea: none}]", "charged_before_plea"),
        ("[{kind: criminal, plea: guilty}, {kind: criminal}]", None),
        ("[{kind: criminal, charged: yes}]", None),
        ("[{kind: criminal, plea: none}]", None),
        ("[{kind: criminal, plea: guilty, outcome: dropped}]", None),
        ("[{kind: civil, plea: guilty}]", None),
    ],
)
def test_of_several_charges_the_one_where_a_plea_can_still_be_prevented_counts(accusations, expected):
    assert facts(f"legal: {{accusations: {accusations}}}").get("plea_stage") == expected


@pytest.mark.parametrize(
    ("spells", "expected"),
    [
        ("[{kind: police_custody}]", "police_custody"),
        ("[{kind: police_custody, start: 2026-03-01}]", "police_custody"),
        ("[{kind: police_custody, start: 2026-03-02}]", None),
        ("[{kind: police_custody, end: 2026-03-01}]", None),
        ("[{kind: police_custody, end: 2026-03-02}]", "police_custody"),
        ("[{kind: police_custody, start: 2026-02-01}, {kind: immigration_detention, start: 2026-02-03}]",
         "immigration_detention"),
    ],
)  # fmt: skip
def test_only_a_spell_that_still_runs_is_detention_and_an_ended_one_is_not_freedom(spells, expected):
    assert facts(f"legal: {{detention_spells: {spells}}}").get("detention") == expected


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ("[{stage: reasonable, result: positive, on: 2026-01-01}]", "reasonable_positive"),
        (("[{stage: conclusive, result: negative, on: 2026-02-01},"
         " {stage: reasonable, result: positive, on: 2026-01-01}]"), "conclusive_negative"),
        (("[{stage: conclusive, result: negative, on: 2026-01-01},"
         " {stage: reasonable, result: positive, on: 2026-02-01}]"), "reasonable_positive"),
        (("[{stage: conclusive, result: positive, on: 2026-01-01},"
         " {stage: reasonable, result: negative, on: 2026-01-01}]"), "conclusive_positive"),
    ],
)  # fmt: skip
def test_the_latest_decision_counts(decisions, expected):
    found = facts(f"legal: {{decisions: {decisions}}}")
    assert found == {"identification_decision": expected}


def test_a_request_for_reconsideration_belongs_to_the_latest_decision():
    first = "{stage: reasonable, result: negative, on: 2026-01-01, reconsideration_requested: yes}"
    then = "{stage: reasonable, result: positive, on: 2026-02-01}"
    assert facts(f"legal: {{decisions: [{first}]}}")["reconsideration_requested"] == "yes"
    assert "reconsideration_requested" not in facts(f"legal: {{decisions: [{first}, {then}]}}")


def test_two_opposite_decisions_of_one_day_are_refused():
    first = "{stage: reasonable, result: negative, on: 2026-01-01}"
    then = "{stage: reasonable, result: positive, on: 2026-01-01}"
    assert "`legal.decisions.0` and `legal.decisions.1` do not agree" in refusal(
        f"legal: {{decisions: [{first}, {then}]}}"
    )


@pytest.mark.parametrize(
    ("recovery", "expected"),
    [
        ("{start: 2026-02-01}", {"recovery_period": "running", "days_since_recovery_began": 28}),
        ("{start: 2026-03-01}", {"recovery_period": "running", "days_since_recovery_began": 0}),
        ("{start: 2026-03-02}", {"recovery_period": "not_started"}),
        ("{start: 2026-02-01, end: 2026-03-01}", {"recovery_period": "running", "days_since_recovery_began": 28}),
        ("{start: 2026-02-01, end: 2026-02-28}", {"recovery_period": "ended", "days_since_recovery_began": 28}),
        ("{start: 2010-02-01, end: 2010-02-28}", {"recovery_period": "ended", "days_since_recovery_began": 3650}),
        ("{end: 2026-02-28}", {"recovery_period": "ended"}),
        ("{end: 2026-03-28}", {}),
        ("{granted: no}", {"recovery_period": "not_started"}),
        ("{granted: yes}", {}),
    ],
)
def test_the_recovery_period_follows_from_its_days_and_is_never_counted_before_it_begins(recovery, expected):
    assert facts(f"legal: {{recovery: {recovery}}}") == expected


@pytest.mark.parametrize(
    ("legal", "expected"),
    [
        (
            "{proceedings: [{stage: concluded}, {stage: investigation}]}",
            {"proceedings_against_exploiters": "investigation"},
        ),
        ("{proceedings: [{stage: concluded}]}", {"proceedings_against_exploiters": "concluded"}),
        ("{crime_reference: A1}", {"crime_reported": "yes"}),
        ("{lawyer: {name: Ms B}}", {"has_lawyer": "yes"}),
        ("{lawyer: {organisation: Law centre}}", {"has_lawyer": "yes"}),
        ("{lawyer: {email: b@example.org}}", {}),
    ],
)
def test_proceedings_a_crime_reference_and_a_lawyer_are_facts(legal, expected):
    assert facts(f"legal: {legal}") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("identity: {citizenships: [VN]}", None),
        ("identity: {citizenships: [VN]}\ncase: {jurisdiction: GB}", "foreign_national"),
        ("identity: {citizenships: [VN, GB]}\ncase: {jurisdiction: GB}", "national"),
        ("identity: {citizenships: [VN]}\ncase: {jurisdiction: GB}\nimmigration: {stateless: yes}", "stateless"),
        ("identity: {citizenships: [VN]}\nimmigration: {at_risk_of_statelessness: yes}", "at_risk_of_statelessness"),
        ("case: {jurisdiction: GB}", None),
    ],
)
def test_nationality_is_never_guessed_and_statelessness_wins(text, expected):
    assert facts(text).get("nationality_status") == expected


@pytest.mark.parametrize(
    ("removal", "expected"),
    [
        ("{made_on: 2026-01-01}", "yes"),
        ("{made_on: 2026-01-01, lifted_on: 2026-02-01}", "no"),
        ("{made_on: 2026-01-01, lifted_on: 2026-04-01}", "yes"),
        ("{reference: A1}", None),
    ],
)
def test_an_order_to_leave_stands_until_the_day_it_is_lifted(removal, expected):
    assert facts(f"immigration: {{removal: {removal}}}").get("removal_order") == expected


@pytest.mark.parametrize(
    ("assessments", "expected"),
    [
        ("[{on: 2026-01-01, result: safe}]", "yes"),
        ("[{on: 2026-01-01, result: not_safe}]", "no"),
        ("[{on: 2026-01-01, result: inconclusive}]", None),
        ("[{on: 2026-01-01, result: safe}, {on: 2026-01-02, result: inconclusive}]", None),
        ("[{on: 2026-01-01, result: safe}, {on: 2026-01-01, result: not_safe}]", "no"),
    ],
)
def test_a_clearance_rests_on_the_latest_assessment_and_doubt_takes_it_back(assessments, expected):
    assert facts(f"immigration: {{return_assessments: {assessments}}}").get("return_assessed_safe") == expected
    assert facts(f"family: {{contact_assessments: {assessments}}}").get("family_contact_assessed_safe") == expected
