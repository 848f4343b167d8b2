"""What each group of a record establishes, and what happens when two places do not agree."""

from datetime import date

import pytest

from nrm.case import derive_facts, read_case
from nrm.errors import CaseRefusedError
from nrm.textfile import read_bytes

ON = date(2026, 3, 1)


def facts(text, on=ON):
    return derive_facts(read_case(read_bytes(text.encode(), "case.yaml")), on)


def refusal(text):
    with pytest.raises(CaseRefusedError) as refused:
        facts(text)
    return str(refused.value)


def test_an_empty_record_establishes_nothing():
    assert facts("{}") == {}


def test_fields_left_at_unknown_establish_nothing():
    assert (
        facts("health: {pregnant: unknown}\nlegal: {losses: [], detention: unknown}\nimmigration: {stateless: no}")
        == {}
    )


def test_a_field_that_is_a_coded_fact_is_that_fact():
    text = (
        "health: {pregnant: no, urgent_medical_need: yes}\nidentity: {gender: feminine}\nlegal: {losses: [moral_harm]}"
    )
    assert facts(text) == {
        "pregnant": "no",
        "urgent_medical_need": "yes",
        "gender": "feminine",
        "losses": ("moral_harm",),
    }


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


def test_only_channels_that_the_person_called_safe_are_safe():
    channels = (
        "{kind: own_phone, safe: unknown}, {kind: email, safe: yes}, {kind: post, safe: no}, "
        "{kind: through_trusted_person, safe: yes, permission: no}, {kind: through_organisation}"
    )
    assert facts(f"contact: {{channels: [{channels}]}}") == {"safe_contact_channels": ("email",)}
    assert facts("contact: {channels: [{kind: own_phone}]}") == {}


def test_situations_say_what_for_where_and_how_long():
    found = facts(
        """
        case: {jurisdiction: GB}
        account:
          situations:
            - {start: 2024-01-01, end: 2025-01-01, country: VN, purposes: [forced_labour, servitude]}
            - {start: 2024-07-01, end: 2026-01-01, country: GB, purposes: [forced_labour]}
            - {start: 2024-02-01, end: 2024-03-01, place_kind: at_sea, country: VN}
        """
    )
    assert found == {
        "purposes": ("forced_labour", "servitude"),
        "exploitation_places": ("in_another_country", "in_this_country", "at_sea"),
        "months_exploited": 24,
    }


def test_a_situation_without_both_dates_makes_the_length_unknown():
    text = "account: {situations: [{start: 2024-01-01, end: 2025-01-01}, {start: 2025-06-01}, {country: VN}]}"
    assert facts(text) == {}


def test_lengths_and_counts_stay_inside_the_vocabulary():
    assert facts("account: {situations: [{start: 1950-01-01, end: 2025-01-01}]}")["months_exploited"] == 600
    assert facts("family: {number_of_children: 25}")["number_of_children"] == 20


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("{number_of_children: 0}", {"number_of_children": 0}),
        ("{children: [{}, {}]}", {"number_of_children": 2}),
        ("{children: [{}], number_of_children: 3}", {"number_of_children": 3}),
        ("{children: [{with_person: yes}]}", {"number_of_children": 1, "dependants_with_person": "yes"}),
        ("{dependants: [{with_person: yes}, {with_person: no}]}", {"dependants_with_person": "yes"}),
        ("{dependants: [{with_person: no}]}", {}),
        ("{relatives: [{at_risk: yes}, {at_risk: no}]}", {"family_at_risk": "yes"}),
        ("{relatives: [{implicated: yes}]}", {"family_implicated": "yes"}),
        ("{relatives: [{at_risk: no, implicated: no}]}", {}),
        ("{guardian: {appointed_on: 2026-01-01}}", {"guardian_appointed": "yes"}),
        ("{guardian: {name: Ms B}}", {}),
        ("{guardian: {appointed_on: 2026-01-01, ended_on: 2026-02-01}}", {}),
        ("{guardian: {appointed_on: 2026-01-01, ended_on: 2026-04-01}}", {"guardian_appointed": "yes"}),
    ],
)
def test_the_family_says_who_is_there_who_is_in_danger_and_who_guards(family, expected):
    assert facts(f"family: {family}") == expected


@pytest.mark.parametrize(
    ("exploiters", "expected"),
    [
        ("{last_contact_on: 2026-02-22}", "within_a_week"),
        ("{last_contact_on: 2026-02-21}", "within_a_month"),
        ("{last_contact_on: 2026-02-01}", "within_a_month"),
        ("{last_contact_on: 2026-01-31}", "within_three_months"),
        ("{last_contact_on: 2025-09-01}", "within_six_months"),
        ("{last_contact_on: 2025-03-01}", "within_a_year"),
        ("{last_contact_on: 2025-02-28}", "over_a_year_ago"),
        ("{last_contact: within_a_week}", "within_a_week"),
        ("{last_contact: within_a_week, last_contact_on: 2020-01-01}", "over_a_year_ago"),
        ("{last_contact: unknown}", None),
    ],
)
def test_the_last_contact_falls_into_the_band_of_its_day(exploiters, expected):
    assert facts(f"exploiters: {exploiters}").get("last_contact_with_exploiter") == expected


def test_exploiters_say_who_recruited_and_whether_they_know_where_the_person_is():
    people = "{roles: [recruiter_or_intermediary], relation: friend}, {relation: stranger, knows_location: yes}"
    found = facts(f"exploiters: {{people: [{people}], recruiter_relations: [family_member]}}")
    assert found == {"recruiter_relations": ("family_member", "friend"), "exploiter_knows_location": "yes"}
    assert facts("exploiters: {people: [{roles: [recruiter_or_intermediary]}]}") == {}


def test_evidence_is_known_by_its_kinds():
    assert facts("evidence: {items: [{kind: digital}, {kind: documents}, {kind: digital}]}") == {
        "evidence_kinds": ("digital", "documents")
    }


def test_codes_of_the_group_facts_and_of_other_groups_are_united():
    text = "facts: {purposes: servitude, acts: [transfer]}\naccount: {situations: [{purposes: [forced_labour]}]}"
    assert facts(text) == {"purposes": ("forced_labour", "servitude"), "acts": ("transfer",)}


def test_a_number_given_as_text_agrees_with_the_same_number():
    assert facts("facts: {number_of_children: 2}\nfamily: {number_of_children: 2}") == {"number_of_children": 2}


def test_facts_that_only_the_group_facts_gives_are_passed_on_for_the_vocabulary_to_judge():
    assert facts("facts: {not_a_fact: unknown, acts: []}") == {"not_a_fact": "unknown", "acts": ()}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("facts: {pregnant: yes}\nhealth: {pregnant: no}", "`health.pregnant` and `facts.pregnant`"),
        ("facts: {number_of_children: 3}\nfamily: {number_of_children: 2}",
         "`family.number_of_children` and `facts.number_of_children`"),
        ("family: {number_of_children: 1, children: [{}, {}]}", "`family.number_of_children` and `family.children`"),
        ("legal: {detention: none, detention_spells: [{kind: police_custody}]}",
         "`legal.detention` and `legal.detention_spells.0`"),
        ("facts: {detention: [none]}\nlegal: {detention: none}", "`legal.detention` and `facts.detention`"),
        # Doubt in the record is not overruled by a code that takes protection away.
        ("facts: {act_linked_to_trafficking: no}\nlegal: {accusations: [{kind: civil}]}",
         "`facts.act_linked_to_trafficking` and `legal.accusations`"),
        (("facts: {return_assessed_safe: yes}\n"
         "immigration: {return_assessments: [{on: 2026-01-01, result: inconclusive}]}"),
         "`facts.return_assessed_safe` and `immigration.return_assessments`"),
        ("family: {guardian_appointed: yes, guardian: {ended_on: 2026-01-01}}",
         "`family.guardian_appointed` and `family.guardian.ended_on`"),
        (("facts: {consent_to_referral: given}\n"
         "consent: {entries: [{purpose: referral, state: given, on: 2026-01-01, until: 2026-02-01}]}"),
         "`facts.consent_to_referral` and `consent.entries`"),
    ],
)  # fmt: skip
def test_two_places_that_contradict_each_other_are_named_and_nothing_is_decided(text, places):
    error = refusal(text)
    assert f"{places} do not agree on" in error
    assert "correct the one that is wrong, or leave it out" in error


def test_doubt_in_the_record_gives_way_to_a_code_that_protects():
    accused = "legal: {accusations: [{kind: civil}]}"
    assert facts(f"facts: {{act_linked_to_trafficking: yes}}\n{accused}")["act_linked_to_trafficking"] == "yes"
    expired = "consent: {entries: [{purpose: referral, state: given, on: 2026-01-01, until: 2026-02-01}]}"
    assert facts(f"facts: {{consent_to_referral: refused}}\n{expired}")["consent_to_referral"] == "refused"


def test_all_contradictions_are_listed():
    assert (
        refusal(
            "facts: {pregnant: yes, detention: none}\nhealth: {pregnant: no}\nlegal: {detention: police_custody}"
        ).count("do not agree")
        == 2
    )


def test_dates_that_cannot_be_right_are_refused_all_at_once():
    error = refusal(
        "identity: {birth_date: 2026-03-02}\n"
        "consent: {entries: [{purpose: referral, state: given, on: 2026-03-02}]}\n"
        "legal: {decisions: [{stage: reasonable, result: positive, on: 2027-01-01}]}\n"
    )
    assert error.splitlines() == [
        (
            "case record: `consent.entries.0.on` lies after the day for which facts are asked; "
            "correct the date, or leave it out"
        ),
        (
            "case record: `identity.birth_date` lies after the day for which facts are asked; "
            "correct the date, or leave it out"
        ),
        (
            "case record: `legal.decisions.0.on` lies after the day for which facts are asked; "
            "correct the date, or leave it out"
        ),
    ]
    assert "more than 120 years back" in refusal("identity: {birth_date: 1900-01-01}")


def test_a_record_built_by_a_program_is_checked_for_the_order_of_dates_too():
    record = read_case(read_bytes(b"legal: {recovery: {start: 2026-01-01}}", "case.yaml"))
    recovery = record.legal.recovery.model_copy(update={"end": date(2025, 1, 1)})
    legal = record.legal.model_copy(update={"recovery": recovery})
    with pytest.raises(CaseRefusedError, match="`end` lies before `start` in `legal"):
        derive_facts(record.model_copy(update={"legal": legal}), ON)
