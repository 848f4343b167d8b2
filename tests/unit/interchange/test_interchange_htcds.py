"""HTCDS in and out: what maps comes back, and what does not is listed."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from interchange_records import CANARY, records, rows, slowly
from record_shapes import vocabulary

from nrm.case import read_case
from nrm.casework.cases.record import checked, facts_of, joined, packed, parts_of
from nrm.errors import FileRefusedError
from nrm.interchange import read_htcds, read_uk_form, write_htcds
from nrm.interchange.crosswalk import crosswalk, target_of
from nrm.interchange.outcome import Unmapped, summary
from nrm.interchange.places import leaves, starred
from nrm.textfile import Document

KINDS = st.sampled_from(["csv", "json"])


def document(tree):
    return Document("case.yaml", tree, {(): 1})


def said(tree):
    """Return every text of a record by its place; a text that says `unknown` says nothing."""
    return {place: text for place, text in leaves(tree) if text not in (None, "unknown")}


def values(tree):
    """Return the texts of a record by their places without the numbers of entries, which may close up."""
    found = {}
    for place, text in said(tree).items():
        found.setdefault(starred(place), []).append(text.strip())
    return {place: sorted(texts) for place, texts in found.items()}


def read(**cells):
    found = read_htcds(json.dumps(cells).encode(), "json")
    return found.records[0].data, found.unmapped


def written(tree):
    made = write_htcds([document(tree)], "json")
    return json.loads(made.content)[0], made.unmapped


def general(word_places):
    """Return what a code that was told less exactly comes back as, by its place."""
    back = {}
    walk = crosswalk("htcds")
    for row in walk.rows:
        for code in row.codes:
            if code.ours and code.way != "out":
                back.setdefault((row.theirs, code.theirs), target_of(row, code))
    return {
        (starred(back[row.theirs, code.theirs].place), back[row.theirs, code.theirs].code)
        for row in walk.rows
        for code in row.codes
        if code.way == "out" and (row.theirs, code.theirs) in back
    } & word_places


@slowly
@given(records(), KINDS)
def test_a_record_comes_back_but_for_what_was_listed(case, kind):
    made = write_htcds([case], kind)
    back = next(iter(read_htcds(made.content, kind).records), document({}))  # CSV has no row for nothing
    listed = {one.field for one in made.unmapped}
    kept = {place: text for place, text in said(case.data).items() if ".".join(map(str, place)) not in listed}
    assert "record" not in listed or back.data == {}
    expected, found = {}, values(back.data)
    for place, text in kept.items():
        expected.setdefault(starred(place), []).append(text.strip())
    more = {(place, text) for place, texts in found.items() for text in texts if text not in expected.get(place, [])}
    places = {place.removesuffix(".*") for place in found}
    assert {place for place in expected if place not in found} == set()
    for place, texts in expected.items():
        assert set(texts) <= set(found[place]), place
    assert {(place.removesuffix(".*"), text) for place, text in more} <= general(
        {(place, text) for place in places for text in found.get(place, []) + found.get(f"{place}.*", [])}
    ) | {
        ("facts.identification_decision", "reasonable_positive"),
        ("facts.identification_decision", "conclusive_positive"),
    }


@slowly
@given(rows().filter(bool), KINDS)
def test_codes_and_texts_that_say_the_same_come_back_as_they_were(cells, kind):
    first = read_htcds(json.dumps([cells]).encode(), "json")
    assert [one.field for one in first.unmapped] == []
    (again,) = read_htcds(write_htcds(first.records, kind).content, kind).records
    assert values(again.data) == values(first.records[0].data)
    made = json.loads(write_htcds(first.records, "json").content)
    back = {name: [text] if isinstance(text, str) else text for name, text in (made[0] if made else {}).items()}
    for name, texts in cells.items():
        assert sorted(back[name]) == sorted(text.strip() for text in texts), name
    assert set(back) == set(cells)


@slowly
@given(st.lists(records(), max_size=3), KINDS)
def test_every_imported_record_is_one_that_opens_a_case(cases, kind):
    for number, one in enumerate(read_htcds(write_htcds(cases, kind).content, kind).records, start=1):
        assert one.file == f"record {number}"
        read_case(one)


@slowly
@given(records())
def test_no_list_quotes_a_record(case):
    hidden = Document("x", json.loads(json.dumps(case.data).replace("Ana", CANARY)), {})
    made = write_htcds([hidden], "csv")
    found = read_htcds(made.content, "csv")
    assert CANARY not in repr((*made.unmapped, *found.unmapped, made, found))


def test_events_become_situations_and_texts():
    tree, unmapped = read(
        hte_Type="Exploitation", hte_Country="ALB", hte_Date="2020-01-01", hte_City="Elbasan",
        hte_Type_2="Transit", hte_Description_2="by lorry", hte_Type_3="Recruitment", hte_Description_3="an advert",
        hte_Type_5="Exploitation",
    )  # fmt: skip
    assert unmapped == ()
    assert tree["account"] == {
        "situations": [{"start": "2020-01-01", "town": "Elbasan", "country": "AL"}, {}],
        "how_it_started": "an advert",
        "journey": "by lorry",
    }


def test_an_event_of_another_type_is_listed_and_not_put_among_situations():
    tree, unmapped = read(hte_Type="Transit", hte_City="Vlora", hte_Date_2="2020-01-01")
    assert tree == {}
    assert [(one.field, one.why) for one in unmapped] == [
        ("hte_Type", "`Transit`: Only its description is kept."),
        ("hte_Date_2", "read only of an event of the type Exploitation"),
        ("hte_City", "read only of an event of the type Exploitation"),
    ]


def test_a_tick_is_no_consent_and_a_negative_decision_of_others_takes_nothing_away():
    tree, unmapped = read(con_Consent=True, vic_TraffickingStatus="NotAVictimOfTrafficking")
    assert tree == {}
    assert [one.field for one in unmapped] == ["vic_TraffickingStatus", "con_Consent"]


def test_a_formal_decision_is_told_as_a_status():
    decisions = [
        {"stage": "reasonable", "result": "positive", "on": "2025-01-01"},
        {"stage": "conclusive", "result": "negative", "on": "2025-06-01"},
    ]
    row, unmapped = written({"legal": {"decisions": decisions}})
    assert row == {"vic_TraffickingStatus": "NotAVictimOfTrafficking"}
    assert "legal.decisions.1.on" in [one.field for one in unmapped]


def test_only_a_channel_that_is_safe_is_told():
    channels = [{"kind": "email", "address": "a@b.example"}, {"kind": "own_phone", "address": "1", "safe": "yes"}]
    row, unmapped = written({"contact": {"channels": channels}})
    assert row == {"prs_MobilePhone": "1"}
    assert ["safe" in one.why for one in unmapped if one.field == "contact.channels.0.address"] == [True]
    tree, _ = read(prs_Email="a@b.example")
    assert tree["contact"]["channels"] == [{"address": "a@b.example", "kind": "email"}]


def test_a_second_value_of_what_holds_one_is_listed():
    sectors = ["construction", "begging", "hospitality"]
    row, unmapped = written({"contact": {"languages": ["sq", "en", "fr"]}, "facts": {"labour_sectors": sectors}})
    assert (row["prs_PrimaryLanguage"], row["prs_SecondaryLanguage"]) == ("sq", "en")
    assert [(one.field, one.why) for one in unmapped] == [
        ("contact.languages.2", "the standard holds one"),
        ("facts.labour_sectors.1", "the standard has no code for it"),
        ("facts.labour_sectors.2", "the standard holds one"),
    ]


def test_an_entry_with_nothing_in_it_is_told_or_listed():
    row, unmapped = written({"family": {"children": [{}]}, "account": {"situations": [{}, {}]}})
    assert row == {"hte_Type": "Exploitation", "hte_Type_2": "Exploitation"}
    assert [(one.field, one.why) for one in unmapped] == [("family.children.0", "the standard has no field for it")]


def test_of_two_values_where_our_record_holds_one_the_first_stays():
    more = {"hte_Type_2": "Transit", "hte_Description_2": "then by boat"}
    tree, unmapped = read(prs_Gender="Feminine;Masculine", hte_Type="Transit", hte_Description="by lorry", **more)
    assert (tree["identity"]["gender"], tree["account"]["journey"]) == ("feminine", "by lorry")
    assert [(one.field, one.why) for one in unmapped] == [
        ("prs_Gender", "our record holds one, and has another"),
        ("hte_Description_2", "our record holds one, and has another"),
    ]


def test_a_code_that_is_less_exact_is_read_and_listed():
    tree, unmapped = read(per_RoleInProcess=["HarbouredIndividual", "Smuggler"])
    assert tree["exploiters"]["people"] == [{"roles": ["other", "smuggler"]}]
    assert unmapped == (Unmapped(1, "per_RoleInProcess", "`HarbouredIndividual` is kept less exactly, as `other`"),)


def test_dates_that_cannot_be_are_left_out_and_listed():
    event = {"hte_Type": "Exploitation", "hte_Date": "1999-01-01"}
    tree, unmapped = read(prs_Birthdate="2000-01-01", cas_IncomingReferralDate="1/2/2020", **event)
    assert tree["account"]["situations"] == [{}]
    assert [one.field for one in unmapped] == ["cas_IncomingReferralDate", "account.situations.0.start"]


def test_an_unknown_heading_is_named_by_its_position():
    _, unmapped = read(Ana="1", prs_FirstNme="2", prs_Birthdate="2000-01-01")
    assert [one.field for one in unmapped] == ["column 1", "column 2"]
    assert unmapped[0].why == "this field is not known"
    assert unmapped[1].why == "this field is not known; did you mean `prs_FirstName`?"


@pytest.mark.parametrize("read", [lambda text: read_htcds(text, "json"), read_uk_form])
def test_a_file_of_another_form_is_refused_and_not_read_as_a_record_of_nothing(read):
    with pytest.raises(FileRefusedError, match="no field of this form is in it") as refused:
        read(json.dumps([{CANARY: "1"}, {"b": "2"}]).encode())
    assert CANARY not in str(refused.value)
    assert len(read(b"[{}]").records) == 1  # who fills in nothing says nothing


def test_a_csv_file_with_another_heading_is_refused():
    with pytest.raises(FileRefusedError, match="no field of this form is in it"):
        read_htcds(b"a,b,c\n1,2,3\n", "csv")


def test_the_same_fault_in_many_records_is_one_line():
    many = [Unmapped(number, f"contact.channels.{number}.safe", "why") for number in (1, 2)]
    assert summary(many) == [("contact.channels.safe", "why", [1, 2])]


def test_packed_facts_after_import_are_those_of_the_record_written_by_hand():
    by_hand = document(
        {
            "identity": {"gender": "feminine", "birth_date": "2000-01-01", "citizenships": ["AL"]},
            "facts": {"purposes": ["forced_labour"], "methods_of_control": ["debt_bondage"]},
            "account": {"situations": [{"country": "GB", "start": "2024-01-01"}]},
        }
    )
    cells = {
        "prs_Gender": "Feminine", "prs_Birthdate": "2000-01-01", "prs_Citizenship": "ALB", "hte_Type": "Exploitation",
        "hte_Country": "GB", "hte_Date": "2024-01-01", "vic_TypeOfExploitation": "ForcedLabour",
        "vic_MethodsOfControl": "DebtBondage",
    }  # fmt: skip
    (imported,) = read_htcds(json.dumps(cells).encode(), "json").records
    first, second = (packed(facts_of(checked(one), date(2026, 3, 1), vocabulary())) for one in (by_hand, imported))
    assert first == second
    assert b"debt_bondage" in first
    kept = joined(parts_of(checked(imported)))
    assert kept.data == imported.data
