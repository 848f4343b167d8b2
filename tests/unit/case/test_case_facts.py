"""What each group of a record establishes."""

import pytest
from case_facts import facts


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
