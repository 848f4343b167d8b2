"""Facts are checked before an engine sees them, and an error never repeats what somebody typed about a person."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_books import book

from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError

FACTS = {
    "age_status": ["child", "adult", "uncertain"],
    "signs": ("confinement", "debt", "threats"),
    "days_detained": (0, 365),
}
NEEDS_ONE = "`age_status` needs one value; valid here: `adult`, `child`, `uncertain`, `unknown`"
WORDS = book(FACTS).vocabulary
CANARIES = [
    "Marisol",
    "marisol lopez",
    "Marisol López",
    "marisol@example.org",
    "+44 7700 900123",
    "12 Elm Street",
    "مريم",
    "child of Marisol",
    "Child",
    "<b>",
    "a" * 200,
]


def refused(given_, **more):
    with pytest.raises(CaseRefusedError) as error:
        check_facts(given_, WORDS, **more)
    return [str(problem) for problem in error.value.problems]


def test_what_is_not_given_is_unknown_or_not_observed():
    assert check_facts({}, WORDS) == {"age_status": "unknown", "signs": frozenset(), "days_detained": None}


@pytest.mark.parametrize(
    ("name", "value", "checked"),
    [
        ("age_status", "child", "child"),
        ("signs", ["debt", "threats", "debt"], frozenset({"debt", "threats"})),
        ("signs", ("debt",), frozenset({"debt"})),
        ("signs", {"debt"}, frozenset({"debt"})),
        ("signs", frozenset({"debt"}), frozenset({"debt"})),
        ("signs", "debt", frozenset({"debt"})),
        ("signs", [], frozenset()),
        ("days_detained", 0, 0),
        ("days_detained", "365", 365),
        ("days_detained", "unknown", None),
        ("days_detained", None, None),
    ],
)
def test_good_values_are_taken(name, value, checked):
    assert check_facts({name: value}, WORDS)[name] == checked


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ({"age_staus": "child"}, "`age_staus` is not a fact; did you mean `age_status`?"),
        ({"shoe_size": "45"}, "what stands here is not a fact; valid here: `age_status`, `days_detained`, `signs`"),
        ({"age_status": "chlid"}, "`chlid` is not a value of `age_status`; did you mean `child`?"),
        (
            {"age_status": "seventeen"},
            "what stands here is not a value of `age_status`; valid here: `adult`, `child`, `uncertain`, `unknown`",
        ),
        (
            {"age_status": ["child"]},
            NEEDS_ONE,
        ),
        ({"age_status": 17}, NEEDS_ONE),
        ({"age_status": None}, NEEDS_ONE),
        ({"signs": ["debts"]}, "`debts` is not a value of `signs`; did you mean `debt`?"),
        ({"signs": [["debt"]]}, "`signs` needs a list of codes; valid here: `confinement`, `debt`, `threats`"),
        ({"signs": {"debt": "yes"}}, "`signs` needs a list of observed codes; write `[code, code]`"),
        ({"signs": 3}, "`signs` needs a list of observed codes; write `[code, code]`"),
    ],
)
def test_every_bad_fact_has_its_sentence(given_, sentence):
    assert refused(given_) == [f"facts: {sentence}"]


@pytest.mark.parametrize(
    "value", [-1, 366, "366", "-1", "+3", "3.0", "3 days", "", 3.5, True, False, "٣", "³", ["3"], "9" * 5000, 10**30]
)
def test_a_number_that_cannot_be_used_is_refused_with_the_range(value):
    assert refused({"days_detained": value}) == [
        "facts: `days_detained` has a value that cannot be used; write a whole number from 0 to 365, or `unknown`"
    ]


def test_all_faults_are_listed_with_their_lines():
    faults = refused(
        {"age_status": "chlid", "signs": ["debts"], "days_detained": "many", "helps": "yes"},
        file="case.yaml",
        lines={"age_status": 3, "signs": 9},
    )
    assert [fault.split(" ")[0] for fault in faults] == ["case.yaml:", "case.yaml:", "case.yaml:3:", "case.yaml:9:"]


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("name", [*FACTS, None])
def test_what_may_be_a_name_is_never_repeated(canary, name):
    given_ = {canary: "yes"} if name is None else {name: canary}
    (fault,) = refused(given_)
    assert canary not in fault
    assert "what stands here" in fault or "a value that cannot be used" in fault
    (listed,) = refused({"signs": ["debt", canary]})
    assert "what stands here is not a value of `signs`" in listed


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.lists(st.text()), st.none()), max_size=4))
def test_no_input_leads_to_another_error_than_a_refusal(given_):
    with contextlib.suppress(CaseRefusedError):
        assert set(check_facts(given_, WORDS)) == set(FACTS)


@given(st.sampled_from(list(FACTS)), st.text(alphabet=st.characters(categories=["Lu", "Zs"]), min_size=4))
def test_capitals_and_spaces_are_never_repeated(name, text):
    for fault in (*refused({name: text}), *refused({text: "yes"})):
        assert text not in fault
