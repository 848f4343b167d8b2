"""What happens when two places of a record say something of one fact, and do not agree."""

from datetime import date

import pytest
from case_facts import ON, facts, refusal

from nrm.case import derive_facts, read_case
from nrm.errors import CaseRefusedError
from nrm.textfile import read_bytes


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
