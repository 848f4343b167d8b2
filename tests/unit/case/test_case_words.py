"""The coded fields of a case record say the same words as the vocabulary that policy officers own."""

from pathlib import Path

import pytest

from nrm.case.claims import OPENS
from nrm.case.fields import Part, marked
from nrm.case.groups_person import Channel, PlaceKind
from nrm.case.groups_safety import EvidenceKind, Purpose, Relation
from nrm.case.record import CaseRecord
from nrm.case.template import shape
from nrm.textfile import read_file

FACTS = Path(__file__).parents[3] / "rules" / "vocabulary" / "facts"
VOCABULARY = {name: fact for path in sorted(FACTS.glob("*.yaml")) for name, fact in read_file(path).data.items()}
CODED = [
    (group, name, shape(field.annotation).kind.model_fields[name])
    for group, field in CaseRecord.model_fields.items()
    if isinstance(shape(field.annotation).kind, type) and issubclass(shape(field.annotation).kind, Part)
    for name in marked(shape(field.annotation).kind, "fact")
]


@pytest.mark.parametrize(("group", "name", "field"), CODED, ids=[name for _, name, _ in CODED])
def test_a_coded_field_stands_in_the_group_of_its_fact_and_takes_the_same_values(group, name, field):
    fact = VOCABULARY[name]
    assert fact["group"] == group
    assert set(shape(field.annotation).words) == set(fact["values"])
    assert shape(field.annotation).many == (fact["type"] == "codes")


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        (Channel, "safe_contact_channels"),
        (PlaceKind, "exploitation_places"),
        (Relation, "recruiter_relations"),
        (EvidenceKind, "evidence_kinds"),
    ],
)
def test_words_inside_entries_are_those_of_the_vocabulary(words, fact):
    assert set(shape(words).words) - {"unknown"} == set(VOCABULARY[fact]["values"])


def test_every_purpose_of_consent_is_a_fact():
    consents = {name.removeprefix("consent_to_") for name in VOCABULARY if name.startswith("consent_to_")}
    assert set(shape(Purpose).words) == consents


def test_every_fact_that_can_take_protection_away_exists_with_that_value():
    for fact, value in OPENS.items():
        assert value in VOCABULARY[fact]["values"]
