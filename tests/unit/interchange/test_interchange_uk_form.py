"""The payload of the United Kingdom's form: key by key, with the version of each question."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interchange_records import CANARY
from record_shapes import vocabulary

from nrm.case import derive_facts, read_case
from nrm.casework.cases.record import checked, facts_of, joined, packed, parts_of
from nrm.interchange import read_uk_form
from nrm.interchange.crosswalk import crosswalk
from nrm.interchange.places import leaves
from nrm.textfile import Document

VERSION, SENT, ON = date(2026, 4, 21), date(2026, 5, 1), date(2026, 6, 1)


def read(payload, version=VERSION, sent=None):
    found = read_uk_form(json.dumps(payload).encode(), version, sent)
    return found.records[0].data, [(one.field, one.why) for one in found.unmapped]


def group(payload, name):
    return read(payload)[0].get(name)


def test_every_answer_keeps_the_version_of_its_question_in_the_store_too():
    found = read_uk_form(b'{"Customer": {"Surname": "Doe", "Alias": ""}, "PVFamily": "x"}', VERSION, SENT)
    kept = joined(parts_of(checked(found.records[0])))
    record = read_case(kept)
    assert [(one.question, one.question_set, one.on) for one in record.case.answers] == [
        ("Customer.Surname", "2026-04-21", SENT),
        ("PVFamily", "2026-04-21", SENT),
    ]
    assert record.case.question_set == "2026-04-21"


def test_without_a_version_the_answers_say_that_it_is_unknown():
    tree, _ = read({"PVFamily": "x"}, version=None)
    assert tree["case"] == {"answers": [{"question": "PVFamily", "question_set": "unknown"}], "question_set": "unknown"}


@pytest.mark.parametrize(
    ("version", "answer", "kept", "why"),
    [
        (date(2025, 3, 31), "Yes", "yes", None),
        (date(2026, 4, 21), "No", "no", None),
        (date(2026, 4, 21), "Not sure", "unknown", None),
        (date(2025, 3, 30), "Yes", None, "Until then the question was whether this is the first chance to report."),
        (date(2025, 3, 30), "No", None, "Until then the question was"),
        (None, "Yes", None, "its wording changed on 2025-03-31"),
    ],
)
def test_the_question_that_turned_round_is_read_by_its_wording(version, answer, kept, why):
    tree, unmapped = read({"FirstChanceToReport": answer}, version)
    assert tree.get("account", {}).get("reported_before") == kept
    assert [field for field, _ in unmapped] == ([] if why is None else ["FirstChanceToReport"])
    assert why is None or why in unmapped[0][1]


@pytest.mark.parametrize(
    ("key", "answer", "place"),
    [
        ("AdultOrChild", "Unknown", "age_status"),
        ("AdultOrChildDuringExploitation", "Unknown", "age_status_at_exploitation"),
        ("OtherVictims", "not-sure", "other_potential_victims"),
        ("ReportedCase", "No", "crime_reported"),
        ("NRMOrDuty", "NRM", "consent_to_referral"),
        ("NeedSupport", "No", "material_need"),
        ("Customer.Custom15", "No", "sign_language_need"),
        ("ComponentProstitution", "No", "purposes"),
        ("PVExploitersLastContact", "not-sure", "last_contact_with_exploiter"),
        ("Customer.Custom17", "Other", "gender"),
    ],
)
def test_not_sure_and_not_ticked_never_become_an_answer(key, answer, place):
    tree, _ = read({key: answer})
    assert derive_facts(read_case(Document("x", tree, {})), ON).get(place, "unknown") == "unknown"


def test_who_does_not_want_a_referral_has_said_no():
    tree, unmapped = read({"NRMOrDuty": "DTN", "DTNReason": "fear"})
    assert (tree["case"]["type"], tree["facts"]) == ("DTN", {"consent_to_referral": "refused"})
    assert [field for field, _ in unmapped] == ["DTNReason"]


def test_a_child_whose_pages_had_other_questions():
    payload = {
        "AdultOrChild": "Child",
        "LocalAuthority": "Leeds",
        "LAFirstName": "B",
        "LALastName": "C",
        "LAPhone": "1",
    }
    tree, unmapped = read(payload, sent=SENT)
    assert tree["identity"] == {"age_as_stated": "under_18", "age_stated_on": "2026-05-01"}
    assert tree["family"]["child_protection"] == {"authority": "Leeds", "name": "B C", "phone": "1"}
    assert unmapped == []


def test_the_pages_of_how_to_reach_the_person():
    payload = {
        "Customer.Postcode": "LS1", "Customer.Address": "1 High St", "SafeToPostal": "No", "Customer.Phone": "1",
        "AlternativePhoneNumber": "2", "AlternativePhoneRelationshipToPV": "aunt", "Customer.Email": "a@b.example",
        "SafeToEmail": "Yes", "HowToNotify": "Email, Post", "Customer.ContactMethod": "Email, Post",
        "SupportProviderContactByPhone": "1", "AltContactName": "D", "AltContactPermissionToSend": "Yes",
        "WhoToSendDecisionTo": "Someone else",
    }  # fmt: skip
    tree, unmapped = read(payload)
    assert tree["contact"]["channels"] == [
        {"address": "1", "kind": "own_phone"},
        {"address": "2", "kind": "through_trusted_person", "held_by": "aunt"},
        {"address": "a@b.example", "kind": "email", "safe": "yes"},
        {"address": "1 High St, LS1", "kind": "post", "safe": "no"},
    ]
    assert (tree["contact"]["decisions_go_to"], tree["contact"]["decisions_permission"]) == ("D", "yes")
    assert [field for field, _ in unmapped] == ["HowToNotify"]


def test_a_tick_of_safety_without_its_address_is_a_channel_of_its_kind():
    assert group({"SafeToEmail": "No"}, "contact") == {"channels": [{"safe": "no", "kind": "email"}]}


def test_each_place_is_a_situation():
    payload = {"City2": "York", "City1": "Leeds", "Country1": "Ivory Coast", "Country2": "Atlantis"}
    tree, unmapped = read(payload)
    assert tree["account"]["situations"] == [
        {"town": "Leeds", "country": "GB"}, {"town": "York", "country": "GB"}, {"country": "CI"},
    ]  # fmt: skip
    assert unmapped == [("Country2", "the value has not the form that `account.situations.*.country` needs")]


def test_what_was_ticked_is_coded():
    payload = {
        "ComponentOrgansRemoved": "Yes",
        "ComponentSexuallyassaulted": "Yes",
        "ComponentDomesticServitude": "Yes",
    }
    tree, _ = read(payload)
    assert tree["health"] == {"organ_removal": "removed"}
    assert tree["facts"] == {
        "purposes": ["other_sexual_exploitation", "organ_removal", "servitude"],
        "methods_of_control": ["sexual_abuse"],
        "labour_sectors": ["domestic_work"],
    }


def test_no_children_is_a_number_and_a_yes_alone_is_not():
    assert group({"Customer.Custom9": "No"}, "family") == {"number_of_children": "0"}
    assert group({"Customer.Custom9": "Yes"}, "family") is None
    assert group({"Customer.Custom9": "Yes", "Customer.Custom10": "2"}, "family") == {"number_of_children": "2"}


def test_a_text_that_has_no_room_is_listed_and_the_others_stay():
    tree, unmapped = read({"PVFamily": "a" * 15_000, "PVEducation": "b", "ExploitationUKAddress": "c" * 301})
    assert tree["identity"]["background"] == "a" * 15_000
    assert unmapped == [
        ("PVEducation", "there is no room for it in `identity.background`"),
        ("ExploitationUKAddress", "the value has not the form that `account.situations.*.town` needs"),
    ]


def test_unknown_keys_are_listed_by_position_and_nested_ones_too():
    _, unmapped = read({"Zeta": "1", "Customer": {"Age": "2"}, "PVFamly": "3", "Document7.URL": "x"})
    assert ("column 1", "this field is not known") in unmapped
    assert ("column 2", "this field is not known; did you mean `PVFamily`?") in unmapped
    assert ("column 4", "this field is not known") in unmapped
    assert ("Document7.URL", "Files are not fetched; attach them to the case.") in unmapped


def test_packed_facts_of_a_payload_are_those_of_the_record_written_by_hand():
    payload = {
        "Customer.DOB": "2000-01-01",
        "Customer.Nationality": "Vietnamese",
        "Country": "WAL",
        "Customer.Custom13": "Yes",
        "ComponentForcedCrime": "Yes",
        "ExploitationLocationPresented": "UK",
        "PVStillInExploitativeSituation": "No",
        "WillingToCooperate": "No",
    }
    by_hand = {
        "case": {"jurisdiction": "GB"},
        "identity": {"birth_date": "2000-01-01", "citizenships": ["VN"]},
        "contact": {"interpretation_need": "yes"},
        "facts": {
            "purposes": ["forced_criminality"],
            "exploitation_places": ["in_this_country"],
            "still_in_situation": "no",
        },
        "legal": {"willing_to_cooperate": "no"},
    }
    (imported,) = read_uk_form(json.dumps(payload).encode(), VERSION, SENT).records
    one, other = (packed(facts_of(checked(each), ON, vocabulary())) for each in (imported, Document("x", by_hand, {})))
    assert one == other
    assert b"forced_criminality" in one


KEYS = [name.replace("#", "3") for name in crosswalk("uk_nrm_form").order]
ANSWERS = st.sampled_from(["Yes", "No", "Not sure", "Unknown", "not-sure", "2001-01-01", "Welsh", "3", CANARY])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), ANSWERS, max_size=12), st.sampled_from([None, date(2020, 1, 1), VERSION]))
def test_every_key_is_in_the_record_or_listed_or_said_by_another(payload, version):
    found = read_uk_form(json.dumps(payload).encode(), version)
    record = read_case(found.records[0])
    told = {one.question for one in record.case.answers} | {one.field for one in found.unmapped}
    beside = {row.theirs: row.beside for row in crosswalk("uk_nrm_form").rows if row.beside}
    assert [key for key in payload if key not in told and beside.get(key) not in payload] == []
    assert CANARY not in repr(found)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["Yes", "Unknown", "not-sure", "Not sure"]), max_size=12))
def test_no_no_is_in_a_record_that_nobody_said(payload):
    (imported,) = read_uk_form(json.dumps(payload).encode(), VERSION).records
    assert "no" not in {text for _, text in leaves(imported.data)}
