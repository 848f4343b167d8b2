"""`nrm refer`: what was sent to whom, on which footing and until when; or whose task it is, and why."""

from datetime import datetime, timedelta, timezone

import pytest
from offices import real_app, real_tables
from referral_homes import OFFER, SHELTER, TO_NORTH

from nrm.rulebook.wording import LANGUAGES

KOLKATA = timezone(timedelta(hours=5, minutes=30))
SOUTH = "small:south-shelter"
PROTECTION = "share_with_child_protection"


def test_without_consent_it_is_the_task_of_somebody_and_every_reason_is_said(at):
    said = at("refer", at.case, "--offer", OFFER)
    assert (said.code, said.err) == (1, "")
    assert said.text == (
        "Nobody could be asked. Now it is the task of: Caseworker – Ask the person for consent"
        " not asked: North shelter – there is no consent not asked: South shelter – there is no consent"
    )
    assert ("referral:send", "no_consent") in at.told(5)
    tasks = [(one["code"], one["by"]) for one in at.json("duty", "list", at.case) if one["offer"] == OFFER]
    assert tasks == [("consent_missing", "caseworker")]


def test_what_was_sent_is_said_with_its_service_groups_footing_and_end(at):
    at.consent()
    said = at.done("refer", at.case, "--offer", OFFER, "--to", TO_NORTH)
    kept = at.json("referral", "list", at.case)[0]
    ends = datetime.fromisoformat(kept["expires"]).astimezone(KOLKATA)
    assert said.text.startswith(
        f"{kept['referral']} · version 2 · sent Safe accommodation: North shelter (Accommodation provider)"
        " It may learn: Contact and Family For Safe accommodation; only with consent"
        f" It counts until {ends:%Y-%m-%d %H:%M}"
    )
    assert (kept["state"], kept["version"], kept["basis"], kept["groups"]) == (
        "sent",
        2,
        "consent",
        ["contact", "family"],
    )
    assert ("referral:send", "done") in at.told(9)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_every_language_and_so_does_the_package(at, language):
    phrases = real_app().files.phrases[language]
    nobody = at("refer", at.case, "--offer", OFFER, "--lang", language)
    assert nobody.code == 1
    assert phrases["referral_nobody"] in nobody.out
    assert real_app().files.vocabulary.roles["caseworker"].label.in_(language) in nobody.out
    assert phrases["reason_no_consent"] in nobody.out
    at.consent()
    assert phrases["state_sent"] in at.done("refer", at.case, "--offer", OFFER, "--lang", language).out
    assert at.json("referral", "list", at.case)[0]["language"] == language


def test_for_programs_it_is_json_and_where_the_person_is_stands_nowhere(at):
    at.consent()
    places = ("--near", "54.87654,-1.54321", "--exclude", "50.11223,-1.5,3", "--exclude-region", "CanaryTown")
    said = at.json("refer", at.case, "--offer", OFFER, "--to", TO_NORTH, *places, "--region", "CanaryPlace")
    assert said.keys() == {"referral", "task", "by", "not_asked"}
    assert (said["task"], said["by"], said["referral"]["offer"]) == (None, None, OFFER)
    shown = at.done("referral", "show", at.case, said["referral"]["referral"], "--json").out + str(said)
    assert not [digits for digits in ("87654", "54321", "11223") if digits in shown]


def test_a_service_in_a_place_to_avoid_is_not_asked_even_when_it_is_named(at):
    at.consent(to=SOUTH)
    named = at("refer", at.case, "--offer", OFFER, "--exclude", "50.8,-1.5,20", "--to", SOUTH)
    assert (named.code, named.out) == (2, "")
    assert "the service is known not to fit: `zone`; `nrm match` shows those that do" in named.err
    chosen = at.json("refer", at.case, "--offer", OFFER, "--exclude", "50.8,-1.5,20")
    assert (chosen["referral"], [one["service"]["id"] for one in chosen["not_asked"]]) == (None, ["north-shelter"])
    assert at.json("refer", at.case, "--offer", OFFER, "--exclude", "40.8,-1.5,20")["referral"]["service"]["id"] == (
        "south-shelter"
    )


def test_where_a_hidden_place_may_lie_near_the_exploiters_a_person_asks_first(at):
    at.consent()
    said = at("refer", at.case, "--offer", OFFER, "--exclude", "54.9,-1.5,20")
    assert said.code == 1
    assert "North shelter – ask whether it is near the places to avoid" in said.text
    assert said.text.endswith("When you have asked, name the service with --to.")
    assert at.done("refer", at.case, "--offer", OFFER, "--exclude", "54.9,-1.5,20", "--to", TO_NORTH).code == 0


def test_a_draft_is_sent_later_and_only_in_the_version_that_was_seen(at):
    draft = at.referred("--hold")
    assert [one["state"] for one in at.json("referral", "list", at.case)] == ["draft"]
    assert at.service("referral", "list").text == "There is no referral."
    stale = at("referral", "send", at.case, draft, "--seen", 7)
    assert (stale.code, stale.out) == (2, "")
    assert "you saw version `7`, it has version `1`" in stale.err
    assert " version 2 · sent " in at.done("referral", "send", at.case, draft, "--seen", 1).text
    assert at("referral", "send", at.case, draft).code == 2


def test_a_draft_whose_consent_is_gone_is_not_sent(at):
    draft = at.referred("--hold")
    at.done("consent", "withdraw", at.case, "--disclosure", SHELTER, "--by", "self")
    said = at("referral", "send", at.case, draft)
    assert said.code in {1, 2}
    assert at.json("referral", "list", at.case)[0]["state"] == "revoked"


def test_a_duty_is_fulfilled_without_consent_by_the_one_that_it_names(at):
    said = at.done("refer", at.child, "--disclosure", PROTECTION, "--to", "small:authority")
    assert "because of this duty:" in said.text
    kept = at.json("referral", "list", at.child)[0]
    assert (kept["offer"], kept["basis"], kept["consents"]) == (None, "duty", [])
    other = at("refer", at.child, "--disclosure", PROTECTION, "--to", TO_NORTH)
    assert (other.code, other.out) == (2, "")
    assert "the service is not known to be a `child_protection_authority`" in other.err


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ((), "--offer / --disclosure: name one of the two"),
        (("--offer", OFFER, "--disclosure", SHELTER), "--offer / --disclosure: name one of the two"),
        (("--disclosure", SHELTER), "--to: say whom: the directory chooses only for an offer"),
        (("--disclosure", "share", "--to", TO_NORTH), "there is no disclosure `share`"),
        (("--offer", "shelter"), "there is no offer `shelter`"),
        (("--offer", "schooling"), "the plan of today does not give `schooling`"),
        (("--offer", OFFER, "--to", "small:nobody"), "the directory has no such service"),
        (("--offer", OFFER, "--to", "north"), "--to: this names no service"),
        (("--offer", OFFER, "--near", "CanaryPlace"), "--near: this is no place on earth; write it as `51.5,-0.12`"),
        (("--offer", OFFER, "--exclude", "CanaryPlace"), "--exclude: this is no circle on earth"),
        (("--offer", OFFER, "--exclude-region", " "), "--exclude-region: nothing is named"),
        (("--offer", OFFER, "--unit", ""), "--unit: nothing is named"),
        (("--offer", OFFER, "--from", "soon"), "--from: `soon` is not a date"),
        (("--offer", OFFER, "--lang", "de"), "`de` is not spoken here"),
        (("--offer", OFFER, "--country", "zz"), "there is no overlay for `zz`"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_nothing_is_sent(at, more, what):
    said = at("refer", at.case, *more)
    assert (said.code, said.out) == (2, "")
    assert what in " ".join(said.err.replace("│", " ").replace("Invalid value for ", "").split())
    assert at.json("referral", "list", at.case) == []


def test_there_are_never_two_at_once(at):
    at.referred()
    said = at("refer", at.case, "--offer", OFFER)
    assert (said.code, said.out) == (2, "")
    assert "a referral for `safe_accommodation` is under way" in said.err


def test_only_those_who_keep_the_case_refer_and_a_denial_is_an_entry(at):
    at.consent()
    said = at("refer", at.case, "--offer", OFFER, role="coordinator")
    assert (said.code, said.out) == (1, "")
    assert at.told() == [("referral:send", "not_permitted")]
    other = at("refer", at.case, "--offer", OFFER, "--organisation", "Shelter B")
    assert "there is no such case" in other.err
    typed = at("refer", "CanaryAna", "--offer", OFFER)
    assert (typed.code, typed.err.count("this is not an identifier")) == (2, 1)


def test_what_no_service_is_asked_for_is_the_task_of_the_role_that_arranges_it(at):
    plan = at.json("case", "decide", at.case)["plan"]
    routes = real_tables().routes
    ours = [(one["code"], by) for one in plan["offers"] if (by := routes.arranged_by(one["code"])) is not None]
    assert ours
    offer, by = ours[0]
    said = at.json("refer", at.case, "--offer", offer)
    assert (said["referral"], said["task"], said["by"]) == (None, "arrange_offer", by)
    assert (offer, by) in [(one["offer"], one["by"]) for one in at.json("duty", "list", at.case)]
