"""What a case file may look like, and what is said when it cannot be read."""

import pytest
from pydantic import ValidationError

from nrm.case import GROUPS, CaseRecord, read_case
from nrm.errors import CaseRefusedError, FileRefusedError
from nrm.rulebook.vocabulary import GROUPS as GROUPS_OF_THE_VOCABULARY
from nrm.textfile import read_bytes

CANARY = "Zuleikha-Canary-7391"


def read(text):
    return read_case(read_bytes(text.encode(), "case.yaml", private=True))


def refusal(text):
    with pytest.raises(CaseRefusedError) as refused:
        read(text)
    return refused.value


@pytest.mark.parametrize("text", ["", "{}", "identity:\nlegal:\n  accusations:\n", "facts:\n"])
def test_an_empty_record_is_valid_in_the_first_minutes_of_an_encounter(text):
    assert read(text) == CaseRecord()


def test_the_groups_are_those_that_the_vocabulary_knows():
    assert GROUPS == GROUPS_OF_THE_VOCABULARY


def test_a_record_is_read_with_its_dates_numbers_and_lists():
    record = read(
        """
        case: {id: 6f2c1f2e-8f3c-4a51-9a51-0c7b6b1f8d11, jurisdiction: GB, version: 3, question_set: "2026-04"}
        identity: {first_name: " Ana ", birth_date: 2009-02-28, citizenships: [AL, XK]}
        contact: {languages: [sq, eng]}
        facts: {indicators: [confinement], immediate_danger: no}
        family: {number_of_children: 2}
        """
    )
    assert record.case.version == 3
    assert record.identity.first_name == "Ana"
    assert record.identity.birth_date is not None
    assert record.identity.birth_date.isoformat() == "2009-02-28"
    assert record.identity.citizenships == ("AL", "XK")
    assert record.facts == {"indicators": ("confinement",), "immediate_danger": "no"}
    assert record.family.number_of_children == 2


def test_json_is_read_like_yaml():
    assert read('{"family": {"number_of_children": 0}, "health": {"pregnant": "no"}}').health.pregnant == "no"


def test_a_family_called_null_keeps_its_name():
    assert read("identity: {last_name: Null}").identity.last_name == "Null"


@pytest.mark.parametrize(
    "text",
    [
        '{"identity": {"age": false}}',
        '{"identity": {"birth_registered": false}}',
        "identity: {birth_date: 0}",
        "identity: {birth_date: '86400'}",
        "identity: {birth_date: 2009-02-30}",
        "identity: {birth_date: 0001-01-01}",
        "identity: {citizenships: [UK]}",
        "identity: {citizenships: AL}",
        "contact: {languages: [french]}",
        "family: {number_of_children: -1}",
        "family: {number_of_children: two}",
        "family: {number_of_children: ٣}",
        "account: {situations: [{purposes: [Forced labour]}]}",
        "consent: {entries: [{purpose: referral, state: given}]}",
        "legal: {accusations: [{}]}",
        "legal: {accusations: ['']}",
        "identity: Ana",
        "[]",
        "Ana",
        "facts: {indicators: {a: b}}",
        "facts: {indicators: [[a]]}",
        "facts: none",
        "case: {id: 12}",
    ],
)
def test_a_slip_is_refused_and_not_guessed_at(text):
    assert refusal(text).problems


def test_all_faults_are_listed_with_their_lines():
    error = refusal(
        "identity:\n  birth_date: soon\n  age: 12\nfacts:\n  acts:\n    a: b\nlegal: {detention: perhaps}\n"
    )
    assert [problem.line for problem in error.problems] == [2, 3, 5, 7]
    assert str(error.problems[0]) == "case.yaml:2: `identity.birth_date` is not a date; write it as `2026-01-31`"
    assert error.problems[2].what == "a fact in `facts` needs one word or a list of words"
    assert str(error.problems[1]).startswith("case.yaml:3: this line is not known here; ")
    assert str(error.problems[3]).startswith("case.yaml:7: `legal.detention` has a value that is not valid; valid here")


def test_dates_in_an_impossible_order_are_found_when_the_file_is_read():
    error = refusal(
        "identity: {birth_date: 2010-01-01}\n"
        "account:\n  situations:\n    - start: 2009-05-01\n      end: 2009-04-01\n"
        "legal:\n  recovery: {start: 2026-02-01, end: 2026-01-01}\n"
    )
    assert [str(problem) for problem in error.problems] == [
        "case.yaml:4: `account.situations.0.start` lies before `identity.birth_date`; correct one of the two dates",
        "case.yaml:5: `end` lies before `start` in `account.situations.0`; correct one of the two dates",
        "case.yaml:7: `end` lies before `start` in `legal.recovery`; correct one of the two dates",
    ]


# A word that is nearly valid is shown for rule files; in a case file "friend Ana" is nearly "friend".
@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("exploiters: {people: [{relation: friend Ana}]}", "Ana"),
        ("identity: {gender: feminin Ana}", "Ana"),
        ("identity: {gender: 'feminin` Ana` '}", "Ana"),
        ("identity: {first_name_Ana: x}", "Ana"),
        (f"facts: {{{CANARY}: {{a: b}}}}", CANARY),
        (f"facts: {{acts: [[{CANARY}]]}}", CANARY),
        (f"{CANARY}: x", CANARY),
        (f"identity: {CANARY}", CANARY),
        (f"identity: {{birth_date: {CANARY}}}", CANARY),
        (f"identity: {{citizenships: [{CANARY}]}}", CANARY),
        (f"contact: {{languages: [{CANARY}]}}", CANARY),
        (f"case: {{id: {CANARY}}}", CANARY),
        (f"family: {{number_of_children: {CANARY}}}", CANARY),
        (f"legal: {{accusations: {{kind: {CANARY}}}}}", CANARY),
        (f"legal: {{accusations: [{{offence: {CANARY}}}]}}", CANARY),
        (f"identity: {{first_name: {CANARY * 20}}}", CANARY),
    ],
)
def test_no_error_quotes_what_somebody_typed(text, secret):
    error = refusal(text)
    assert secret not in str(error)
    assert secret not in repr(error)
    assert error.__cause__ is None


def test_a_broken_file_quotes_nothing_either():
    with pytest.raises(FileRefusedError) as refused:
        read(f"{CANARY}: 1\n{CANARY}: 2\n")
    assert CANARY not in str(refused.value)


def test_a_record_that_is_printed_by_mistake_does_not_speak():
    record = read(f"identity: {{first_name: {CANARY}}}\nfacts: {{acts: {CANARY}}}\n")
    assert CANARY not in f"{record!r} {record} {record.identity!r} {record.identity}"


def test_a_record_is_never_changed():
    record = read("identity: {first_name: Ana}")
    with pytest.raises(ValidationError) as refused:
        record.identity = record.identity
    assert "Ana" not in str(refused.value)
