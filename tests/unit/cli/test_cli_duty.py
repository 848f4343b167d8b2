"""`nrm duty`: what is to be done, in the words of each language, in local time, and late when it is late."""

from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from offices import real_app, real_tables
from referral_homes import OFFER

from nrm import bootstrap_store
from nrm.rulebook.wording import LANGUAGES

KOLKATA = timezone(timedelta(hours=5, minutes=30))


class InTenDays(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=10)


@pytest.fixture
def decided(at):
    at.json("case", "decide", at.case)
    assert at("refer", at.case, "--offer", OFFER).code == 1
    return at


def test_nothing_is_open_before_anything_was_decided(at):
    assert at.done("duty", "list", at.case).lines == ["Nothing is open."]
    assert at.json("duty", "list", at.case) == []


def test_duties_of_the_plan_and_tasks_are_listed_the_first_due_first(decided):
    found = decided.json("duty", "list", decided.case)
    assert [one["due"] for one in found] == sorted(one["due"] for one in found)
    task = next(one for one in found if one["offer"] == OFFER)
    assert (task["kind"], task["code"], task["by"], task["why"]) == (
        "task",
        "consent_missing",
        "caseworker",
        ["no_consent"],
    )
    duties = {one["code"] for one in found if one["kind"] == "duty"}
    assert duties
    assert duties <= real_app().files.vocabulary.duties.keys()
    assert not any(one["late"] for one in found)


def test_due_times_are_those_of_the_zone_of_the_installation(decided):
    for one in decided.json("duty", "list", decided.case):
        local = datetime.fromisoformat(one["due"]).astimezone(KOLKATA)
        assert one["due_local"] == f"{local:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_said_in_the_words_of_the_vocabulary_or_of_the_table_of_tasks(decided, language):
    said = decided.done("duty", "list", decided.case, "--lang", language)
    words, phrases = real_app().files.vocabulary, real_app().files.phrases[language]
    for label in (words.duties["assess_risk"].label, real_tables().tasks["consent_missing"].named.label):
        assert label.in_(language) in said.out
    assert phrases["reason_no_consent"] in said.out
    assert phrases["duty_late"] not in said.out


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_child_and_guardian_differ_the_task_names_the_offer_in_words(at, language):
    at.json("case", "decide", at.child)
    at.done("consent", "want", at.child, "--offer", OFFER)
    at.done("consent", "unwant", at.child, "--offer", OFFER, "--by", "guardian")
    (task,) = [one for one in at.json("duty", "list", at.child) if one["code"] == "look_at_disagreement"]
    assert (task["by"], task["why"], task["offer"]) == ("caseworker", [OFFER], None)
    said = at.done("duty", "list", at.child, "--lang", language).out
    below = said[said.index(real_tables().tasks["look_at_disagreement"].named.label.in_(language)) :]
    assert real_app().files.vocabulary.offers[OFFER].label.in_(language) in " ".join(below.split())[:400]


def test_what_is_late_is_marked(decided, monkeypatch):
    monkeypatch.setattr(bootstrap_store, "datetime", InTenDays)
    found = decided.json("duty", "list", decided.case)
    assert any(one["late"] for one in found)
    assert {one["late"] for one in found if one["kind"] not in {"duty", "task"}} <= {False}
    assert decided.done("duty", "list", decided.case).out.count("· late") == sum(one["late"] for one in found)


def test_what_is_done_is_listed_no_more_and_is_an_entry(decided):
    duty = next(one for one in decided.json("duty", "list", decided.case) if one["kind"] == "duty")
    said = decided.done("duty", "done", decided.case, duty["duty"])
    assert said.text == f"Done: {duty['label']}"
    assert ("duty:done", "done") in decided.told(3)
    assert duty["duty"] not in [one["duty"] for one in decided.json("duty", "list", decided.case)]
    again = decided("duty", "done", decided.case, duty["duty"])
    assert (again.code, again.out) == (2, "")


def test_a_task_that_held_an_open_offer_leaves_it_held_or_fulfilled(decided):
    task = next(one for one in decided.json("duty", "list", decided.case) if one["offer"] == OFFER)
    ended = decided.json("duty", "done", decided.case, task["duty"])
    assert (ended["code"], ended["state"], ended["late"]) == ("consent_missing", "done", False)
    assert [one for one in decided.json("duty", "list", decided.case) if one["duty"] == task["duty"]] == []


@pytest.mark.parametrize("words", [("CanaryAna",), (str(UUID(int=1)),)])
def test_a_duty_that_there_is_not_is_refused(decided, words):
    said = decided("duty", "done", decided.case, *words)
    assert (said.code, said.out) == (2, "")


def test_the_coordinator_sees_what_is_to_be_done_everywhere_but_no_day_of_the_person(at):
    at.json("case", "decide", at.child)
    mine, theirs = (
        {one["kind"] for one in at.json("duty", "list", at.child, *more, role=role)}
        for role, more in (("caseworker", ()), ("coordinator", ("--organisation", "Shelter B")))
    )
    assert "birthday" in mine
    assert theirs <= {"duty", "task"}
    other = at("duty", "list", at.child, "--organisation", "Shelter B")
    assert (other.code, "there is no such case" in other.err) == (2, True)
    denied = at("duty", "list", at.child, role="overseer")
    assert (denied.code, denied.out) == (1, "")
