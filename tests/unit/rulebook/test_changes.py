"""What two rulebooks say differently: rules, sentences and words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import load, write_rulebook
from hypothesis import given
from hypothesis import strategies as st
from small_books import ON, book, rule
from strategies import rulebooks, wording

from nrm.rulebook.changes import (
    RuleChange,
    WordChange,
    compared,
    named_changes,
    rule_changes,
    said,
    told,
    word_changes,
)
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.sentence import Speaker

FACTS = {"age": ["child", "adult"], "signs": ("debt", "threats"), "days": (0, 90)}
DOCTOR = "rules/care/doctor.yaml"


@pytest.fixture
def changed(tmp_path):
    """Return all that is said of one rule of the small rulebook after `changes`, and what happened to it."""

    def compare(name, changes):
        ends = [load(write_rulebook(tmp_path / side, made)) for side, made in (("old", {}), ("new", changes))]
        speakers = [Speaker("en", files.phrases["en"], files.vocabulary) for files in ends]
        (one,) = rule_changes(*(rulebook_on(files, ON) for files in ends))
        assert one.rule.name == name
        return one.change, list(told(one, *speakers))

    return compare


def with_word(words, kind, code, **changes):
    """Return a vocabulary in which one word is another."""
    found = getattr(words, kind)
    return replace(words, **{kind: {**found, code: found[code].model_copy(update=changes)}})


@given(rulebooks(), st.data())
def test_rules_that_came_went_and_changed_are_named_and_no_others(old, data):
    names = [one.name for one in old.rules]
    gone = data.draw(st.sets(st.sampled_from(names)))
    other = data.draw(st.sets(st.sampled_from(names))) - gone
    kept = [replace(one, title="anew") if one.name in other else one for one in old.rules if one.name not in gone]
    new = replace(old, rules=(*reversed(kept), rule("z_new")))
    expected = {**dict.fromkeys(gone, "removed"), **dict.fromkeys(other, "reworded"), "z_new": "added"}
    found = rule_changes(old, new)
    assert {one.rule.name: one.change for one in found} == expected
    assert [one.rule.name for one in found] == sorted(expected)
    assert rule_changes(old, old) == ()


@pytest.mark.parametrize(
    ("after", "change"),
    [
        ({"when": [("age", "child")], "then": ["offer:bed"]}, "changed"),
        ({"then": ["offer:bed", "duty:search/caseworker/3 days"]}, "changed"),
        ({"when": [("age", "child", "unknown")], "then": ["duty:search/caseworker/2 days", "offer:bed"]}, "changed"),
        ({"when": [("age", "child", "unknown")], "then": ["duty:search/caseworker/3 days", "offer:bed"]}, "reworded"),
    ],
)
def test_a_rule_changes_when_it_asks_or_gives_something_else_in_whatever_order(after, change):
    before = rule("r", when=[("age", "child", "unknown")], then=["offer:bed", "duty:search/caseworker/3 days"])
    assert RuleChange(before, replace(rule("r", **after), title="anew")).change == change


def test_sentences_that_go_and_come_are_marked_in_their_place(changed):
    change, lines = changed(
        "doctor",
        {
            DOCTOR: (
                "is: [yes, unknown]}]\n        because: {en: You may",
                "is_not: no}, {finding: suspected}]\n        because: {en: You may",
            )
        },
    )
    assert change == "changed"
    assert [line for line in lines if line[0] != " "] == [("+", "– it was found: Trafficking suspected")]
    assert lines[:4] == [
        (" ", "When all of this holds:"),
        (" ", "– Urgent need: yes or not known"),
        ("+", "– it was found: Trafficking suspected"),
        (" ", "“You may need a doctor now.”"),
    ]
    assert lines[-2:] == [(" ", "then:"), (" ", "– offered: Doctor")]


def test_a_rule_that_is_only_worded_anew_shows_the_other_words(changed):
    shelter = "rules/care/shelter.yaml"
    change, lines = changed("shelter", {shelter: ("reading: We read the paragraph so.", "reading: A bed, tonight.")})
    assert change == "reworded"
    assert [line for line in lines if line[0] != " "] == [("-", "We read the paragraph so."), ("+", "A bed, tonight.")]


def test_a_rule_that_is_new_has_only_lines_that_come_and_one_that_is_gone_only_lines_that_go(tmp_path):
    files = load(write_rulebook(tmp_path))
    speaker = Speaker("en", files.phrases["en"], files.vocabulary)
    one = rulebook_on(files, ON).rule("suspected")
    lines = said(one, speaker)
    assert lines[0] == "When all of this holds:"
    assert list(told(RuleChange(None, one), speaker, speaker)) == [("+", line) for line in lines]
    assert list(told(RuleChange(one, None), speaker, speaker)) == [("-", line) for line in lines]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_the_marked_lines_hold_both_texts_whole(before, after):
    marked = list(compared(before, after))
    assert [line for mark, line in marked if mark != "+"] == before
    assert [line for mark, line in marked if mark != "-"] == after


def test_words_that_came_and_went_are_named_and_those_that_are_gone_come_last():
    old = book({"age": ["child"], "gone": ["x"]}, rule("r", then=["offer:bed"])).vocabulary
    new = book({"age": ["child"], "days": (0, 9)}, rule("r", then=["offer:food"])).vocabulary
    assert [(one.code, one.change) for one in word_changes(old, new)] == [
        ("days", "added"),
        ("food", "added"),
        ("gone", "removed"),
        ("bed", "removed"),
    ]
    assert word_changes(old, old) == ()


@pytest.mark.parametrize(
    ("facts", "gained", "lost"),
    [
        ({"age": ["child", "disputed"]}, ("disputed",), ("adult",)),
        ({"signs": ("debt", "threats", "fear")}, ("fear",), ()),
        ({"days": (0, 120)}, ("0..120 days",), ("0..90 days",)),
    ],
)
def test_a_fact_with_other_values_names_them(facts, gained, lost):
    (one,) = word_changes(book(FACTS).vocabulary, book({**FACTS, **facts}).vocabulary)
    assert one == WordChange(*facts, "changed", gained, lost)


@pytest.mark.parametrize(
    ("code", "other", "gained", "lost"),
    [
        ("age", {"nature": "risk"}, ("risk",), ("circumstance",)),
        ("age", {"rises": ("adult", "unknown", "child")}, (), ()),
        ("days", {"unit": "months"}, ("0..90 months",), ("0..90 days",)),
        ("days", {"rises": "up"}, (), ()),
    ],
)
def test_what_a_fact_is_about_is_more_than_wording(code, other, gained, lost):
    words = book(FACTS).vocabulary
    assert word_changes(words, with_word(words, "facts", code, **other)) == (WordChange(code, "changed", gained, lost),)


@pytest.mark.parametrize(
    ("kind", "code"), [("facts", "age"), ("offers", "bed"), ("roles", "supervisor"), ("recipients", "lawyer")]
)
def test_another_label_is_only_worded_anew(kind, code):
    words = book(FACTS, rule("r", then=["offer:bed"])).vocabulary
    assert word_changes(words, with_word(words, kind, code, label=wording("other"))) == (WordChange(code, "reworded"),)


def test_another_label_of_a_value_is_only_worded_anew_and_another_order_is_nothing():
    words = book(FACTS).vocabulary
    values = words.facts["age"].values
    renamed = {**values, "child": values["child"].model_copy(update={"label": wording("minor")})}
    assert word_changes(words, with_word(words, "facts", "age", values=renamed)) == (WordChange("age", "reworded"),)
    turned = dict(reversed(values.items()))
    assert word_changes(words, with_word(words, "facts", "age", values=turned)) == ()


def test_a_bar_names_what_it_forbids_besides_and_no_longer():
    rules = [rule("r", then=["bar:contact"]), rule("s", then=["duty:search/caseworker/3 days", "disclosure:share"])]
    old, new = (book(FACTS, *rules, forbids={"contact": (code,)}).vocabulary for code in ("search", "share"))
    assert word_changes(old, new) == (WordChange("contact", "changed", ("share",), ("search",)),)


def test_a_disclosure_names_what_it_carries_besides_to_whom_and_why():
    words = book(FACTS, rule("r", then=["disclosure:share"])).vocabulary
    more = with_word(words, "disclosures", "share", groups=("health", "facts"), recipient="police")
    assert word_changes(words, more) == (WordChange("share", "changed", ("police", "health"), ("lawyer",)),)


def test_the_order_in_which_a_disclosure_or_a_bar_names_its_parts_says_nothing():
    rules = [rule("r", then=["bar:contact", "disclosure:share"]), rule("s", then=["duty:search/caseworker/3 days"])]
    words = book(FACTS, *rules, forbids={"contact": ("search", "share")}).vocabulary
    words = with_word(words, "disclosures", "share", groups=("facts", "health"))
    turned = with_word(words, "disclosures", "share", groups=("health", "facts"))
    turned = with_word(turned, "bars", "contact", forbids=("share", "search"))
    assert {(one.code, one.change) for one in word_changes(words, turned)} == {
        ("share", "reworded"),
        ("contact", "reworded"),
    }


def test_one_code_may_be_a_role_and_a_recipient():
    words = book(FACTS).vocabulary
    both = replace(words, roles={**words.roles, "lawyer": words.recipients["lawyer"]})
    other = with_word(both, "roles", "lawyer", label=wording("other"))
    assert word_changes(words, both) == (WordChange("lawyer", "added"),)
    assert word_changes(both, other) == (WordChange("lawyer", "reworded"),)


def test_things_with_a_name_came_went_or_are_others():
    before = {"a": 1, "b": 2, "same": 3}
    after = {"b": 20, "c": 4, "same": 3}
    assert named_changes(before, after) == {"a": "removed", "b": "changed", "c": "added"}
