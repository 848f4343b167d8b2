"""`nrm consent`: what is read out, what is noted, what follows from a no, and what is never repeated."""

from datetime import UTC, date, datetime, timedelta

import pytest
from offices import real_app, real_tables
from referral_homes import OFFER, SHELTER, TO_NORTH

from nrm.rulebook.wording import LANGUAGES

HEALTH = "share_with_health"
CLINIC = "small:clinic"
SOON = (datetime.now(UTC).date() + timedelta(days=40)).isoformat()


def words(text):
    return " ".join(text.replace("\u200f", "").replace("\u2066", "").replace("\u2069", "").split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wording_is_printed_word_for_word_without_any_installation(real_nrm, language):
    said = real_nrm(
        *("consent", "wording", "--disclosure", SHELTER, "--name", "Open Door", "--group", "contact"),
        *("--until", "2026-12-31", "--read-to", "child", "--on", "2026-03-01", "--lang", language),
    )
    asked = real_app().files.vocabulary.disclosures[SHELTER]
    spoken = real_tables().wordings.spoken(
        *(asked.purpose, asked.recipient, ["contact"], "Open Door", date(2026, 12, 31), language, "2026-01"), to="child"
    )
    assert (said.code, said.err) == (0, "")
    assert words(said.out) == words(spoken) + " wording 2026-01"


def test_without_a_disclosure_it_lists_what_consent_is_asked_for_and_no_duty(real_nrm):
    said = real_nrm("consent", "wording", "--on", "2026-03-01")
    given = real_app().files.vocabulary.disclosures
    listed = {line.split(":")[0].strip() for line in said.lines}
    assert said.code == 0
    assert {code for code, one in given.items() if one.basis == "consent"} <= listed
    assert not {code for code, one in given.items() if one.basis == "duty"} & listed


def test_the_name_of_the_service_comes_from_the_directory(at):
    said = at.json("consent", "wording", "--disclosure", SHELTER, "--to", TO_NORTH)
    assert "North shelter" in said["text"]
    assert said.keys() == {"wording", "language", "read_to", "text"}


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (("--disclosure", "share_with_shelter"), "`share_with_shelter` is nothing that consent is asked for"),
        (("--disclosure", "share_with_child_protection"), "is nothing that consent is asked for"),
        (("--disclosure", SHELTER, "--group", "CanaryAna"), "--group: there is no such group; valid here: "),
        (("--disclosure", SHELTER, "--group", "health"), "`share_with_accommodation` never tells `health`"),
        (("--disclosure", SHELTER, "--to", "north"), "--to: this names no service; write its source and its id"),
        (("--disclosure", SHELTER, "--to", "small:nobody"), "--to: the directory has no such service"),
        (("--disclosure", SHELTER, "--until", "soon"), "--until: `soon` is not a date"),
        (("--disclosure", SHELTER, "--wording", "1999-01"), "`1999-01`"),
        (("--disclosure", SHELTER, "--on", "2020-01-01"), "there is no wording of consent for `2020-01-01`"),
        (("--disclosure", SHELTER, "--to", TO_NORTH, "--name", "Other"), "or give --name alone"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(at, more, what):
    said = at("consent", "wording", *more)
    assert (said.code, said.out) == (2, "")
    assert what in " ".join(said.err.replace("│", " ").split())


def test_what_was_agreed_to_is_kept_and_listed(at):
    more = ("--to", TO_NORTH, "--group", "contact", "--until", SOON, "--lang", "fr", "--interpreter", "yes")
    noted = at.json("consent", "give", at.case, "--disclosure", SHELTER, "--by", "self", *more)
    assert at.told() == [("consent:give", "done")]
    assert at.json("consent", "list", at.case) == [noted]
    assert at.told() == [("consent:read", "done")]
    wanted = {
        "state": "given",
        "by": "self",
        "groups": ["contact"],
        "until": SOON,
        "language": "fr",
        "wording": "2026-01",
    }
    assert wanted.items() <= noted.items()
    assert noted["service"] == {"source": "small", "id": "north-shelter", "name": "North shelter"}
    assert noted["interpreter"] == "yes"


def test_without_groups_and_service_it_counts_for_all_that_the_disclosure_tells_to_its_kind(at):
    noted = at.json("consent", "give", at.case, "--disclosure", SHELTER, "--by", "self")
    carried = real_app().files.vocabulary.disclosures[SHELTER].groups
    assert (noted["service"], set(noted["groups"])) == (None, set(carried))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ledger_is_shown_in_every_language(at, language):
    assert at.done("consent", "list", at.case, "--lang", language).out.strip()
    at.consent()
    at.done("consent", "refuse", at.case, "--disclosure", HEALTH, "--by", "self")
    at.done("consent", "withdraw", at.case, "--disclosure", SHELTER, "--by", "self")
    said = at.done("consent", "list", at.case, "--lang", language)
    phrases = real_app().files.phrases[language]
    for phrase in ("given", "refused", "withdrawn", "by_self", "any_service", "all_groups"):
        assert phrases[f"consent_{phrase}"] in words(said.out)
    assert "North shelter" in said.out


@pytest.mark.parametrize(
    ("verb", "more", "what"),
    [
        ("give", ("--disclosure", "share_with_nobody"), "--disclosure: `share_with_nobody` is nothing that consent"),
        ("give", ("--disclosure", SHELTER, "--to", "small:nobody"), "--to: the directory has no such service"),
        ("give", ("--disclosure", SHELTER, "--wording", "1999-01"), "--wording: there is no wording `1999-01`"),
        ("give", ("--disclosure", SHELTER, "--group", "health"), "never tells `health`; valid here: `contact`"),
        ("give", ("--disclosure", SHELTER, "--group", "CanaryAna"), "--group: there is no such group"),
        ("give", ("--disclosure", SHELTER, "--until", "2026-01-02"), "--until: this day is over"),
        (
            "refuse",
            ("--disclosure", SHELTER, "--until", SOON),
            "--until: what was refused or withdrawn has no last day",
        ),
        ("withdraw", ("--disclosure", SHELTER, "--lang", "de"), "`de` is not spoken here"),
    ],
)
def test_an_answer_to_no_question_is_refused_and_nothing_is_noted(at, verb, more, what):
    said = at("consent", verb, at.case, "--by", "self", *more)
    assert (said.code, said.out) == (2, "")
    assert what in said.err
    assert at.json("consent", "list", at.case) == []


def test_who_may_not_note_consent_is_denied_and_the_denial_is_an_entry(at):
    said = at("consent", "give", at.case, "--disclosure", SHELTER, "--by", "self", role="coordinator")
    assert (said.code, said.out) == (1, "")
    assert at.told() == [("consent:give", "not_permitted")]
    assert at("consent", "list", at.case, "--organisation", "Shelter B").code == 2
    assert at.told() == [("consent:read", "other_organisation")]


def test_a_withdrawal_takes_back_what_rested_on_it_and_nothing_else(at):
    shelter = at.referred()
    at.consent(HEALTH, CLINIC)
    clinic = at.json("refer", at.case, "--offer", "medical_care")["referral"]["referral"]
    at.done("consent", "withdraw", at.case, "--disclosure", SHELTER, "--by", "self")
    states = {
        one["referral"]: (one["state"], one["passed"][-1]["reason"]) for one in at.json("referral", "list", at.case)
    }
    assert states == {shelter: ("revoked", "consent_withdrawn"), clinic: ("sent", None)}


def test_help_that_is_not_wanted_is_taken_back_until_the_person_wants_it_again(at):
    first = at.referred()
    said = at.done("consent", "unwant", at.case, "--offer", OFFER)
    assert said.text == "not wanted: Safe accommodation All other help stays open."
    assert [(one["referral"], one["state"]) for one in at.json("referral", "list", at.case)] == [(first, "revoked")]
    refused = at("refer", at.case, "--offer", OFFER)
    assert (refused.code, refused.out) == (2, "")
    assert "the person said that they do not want `safe_accommodation`" in refused.err
    assert at.json("consent", "want", at.case, "--offer", OFFER)["wanted"] is True
    assert at.json("refer", at.case, "--offer", OFFER, "--to", TO_NORTH)["referral"]["state"] == "sent"


def test_an_offer_that_there_is_not_cannot_be_wanted(at):
    said = at("consent", "want", at.case, "--offer", "safe_acommodation")
    assert (said.code, said.out) == (2, "")
    assert "there is no offer `safe_acommodation`; did you mean `safe_accommodation`?" in said.err


def test_a_child_is_not_asked_alone(at):
    at.done("consent", "give", at.child, "--disclosure", SHELTER, "--by", "self")
    alone = at.json("refer", at.child, "--offer", "child_accommodation")
    assert (alone["task"], alone["not_asked"][0]["reason"]) == ("guardian_missing", "guardian_needed")
    at.done("consent", "give", at.child, "--disclosure", SHELTER, "--by", "guardian")
    sent = at.json("refer", at.child, "--offer", "child_accommodation")["referral"]
    assert (sent["state"], sent["service"]["id"]) == ("sent", "child-home")
