"""The files of a package: what they say, what they leave out, and which heads are refused."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from fakes import REAL
from sharing import head, packed, speaker

from nrm.bootstrap import Application
from nrm.referral.contents import BeyondRuleError, contents, pick, revocation
from nrm.referral.disclosure import Permission
from nrm.referral.document import read_document
from nrm.referral.package_errors import MoreThanDeclaredError
from nrm.referral.plan_text import NEVER
from nrm.rulebook.lines import WIDTH
from nrm.rulebook.wording import LANGUAGES

PLACE = Permission(
    disclosure="share_with_accommodation",
    recipient="accommodation_provider",
    purpose="accommodation",
    basis="consent",
    duty=None,
    groups=("contact", "facts"),
    consents=(UUID(int=1),),
    until=None,
    sources=("A/RES/76/7 §12", "A/RES/76/7 §14"),
)
RELEASE = replace(
    PLACE,
    disclosure="share_for_release",
    recipient="detaining_authority",
    purpose="release_from_detention",
    basis="duty",
    duty="seek_release",
    groups=(),
    consents=(),
    sources=("A/RES/76/7 §13",),
)


@pytest.fixture(scope="module")
def words():
    return Application(REAL).files.vocabulary


def text(permission, words, **more):
    """Return `plan.txt` with its lines joined, as a reader takes it in."""
    said = packed(permission, {}, words, **more)["plan.txt"].decode()
    return " ".join(said.replace("\u200f", "").replace("\u2068", "").replace("\u2069", "").split())


def facts(permission, words, given):
    _, record = read_document(packed(permission, {"facts": given}, words)["referral.json"])
    return record["facts"]


def test_the_head_and_the_permitted_groups_are_what_is_in_it(words):
    files = packed(PLACE, {"contact": {"current_region": "Tirana"}, "health": {"notes": "private"}}, words)
    assert files.keys() == {"referral.json", "plan.txt"}
    header, record = read_document(files["referral.json"])
    assert header == head(PLACE)
    assert record == {"contact": {"current_region": "Tirana"}}


def test_pick_takes_only_permitted_groups():
    opened = {"contact": b'{"a":"b"}', "case": b"{}", "health": b"{}", "facts": b'{"c":["d"]}'}
    assert pick(opened, PLACE) == {"contact": {"a": "b"}, "facts": {"c": ["d"]}}
    assert pick(opened, replace(PLACE, groups=())) == {}


def test_a_fact_goes_only_where_its_own_group_goes(words):
    given = {
        "housing_situation": "homeless",
        "pregnant": "yes",
        "fears_return": "yes",
        "safe_contact_channels": ["post"],
    }
    given["housing_situation"] = next(iter(words.facts["housing_situation"].values))
    given["safe_contact_channels"] = list(words.facts["safe_contact_channels"].values)
    assert facts(PLACE, words, given).keys() == {"housing_situation", "safe_contact_channels"}
    assert facts(replace(PLACE, groups=("facts",)), words, given).keys() == {"housing_situation"}


def test_what_is_no_word_of_the_vocabulary_is_no_fact(words):
    given = {
        "indicators": ["confinement", "Ana", {"a": "b"}],
        "risk_level": "0791 234567",
        "Ana": "yes",
        "months_exploited": "0791234567",
        "acts": "Ana",
        "means": ["Ana"],
        "material_need": {"a": "b"},
        "work_need": "yes",
    }
    assert facts(PLACE, words, given) == {"indicators": ["confinement"], "work_need": "yes"}
    assert facts(PLACE, words, {"months_exploited": "12"}) == {"months_exploited": "12"}
    assert facts(PLACE, words, ["work_need"]) == {}


def test_a_part_that_the_head_does_not_name_is_refused(words):
    for part in ("identity", "case", "plan"):
        with pytest.raises(MoreThanDeclaredError) as refused:
            contents(head(PLACE), {"contact": {}, part: {"first_name": "Ana"}}, speaker(words))
        assert "Ana" not in str(refused.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"groups": ("contact", "identity")},
        {"purpose": "health_care"},
        {"basis": "duty"},
        {"duty": "seek_release"},
        {"disclosure": "share_with_health"},
        {"disclosure": "unheard_of"},
        {"recipient": head(replace(PLACE, recipient="employer")).recipient},
        {"kind": "revocation"},
        {"language": "fr"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_head_that_differs_from_its_disclosure_is_refused(words, changed):
    with pytest.raises(BeyondRuleError):
        contents(head(PLACE, **changed), {}, speaker(words))


def test_the_text_says_what_is_asked_and_why_and_until_when(words):
    said = text(PLACE, words, offer="safe_accommodation", replaces=UUID(int=7))
    for part in (
        "Referral: Safe accommodation For: hsds here (Accommodation provider).",
        f"Number of the referral: {UUID(int=1)} Number of this message: {UUID(int=2)}",
        f"It takes the place of the message {UUID(int=7)}",
        "For this purpose only: Safe accommodation.",
        "the person, or a child's guardian, agreed. • Paragraphs that it rests on: A/RES/76/7 §12 and A/RES/76/7 §14.",
        "It counts until March 8, 2026, 12:00 (UTC).",
        "as far as anything is known: Contact and Coded facts.",
        "You can take back your agreement at any time",
    ):
        assert part in said
    assert "Number of this message" in said
    assert "takes the place" not in text(PLACE, words, offer="safe_accommodation")


def test_the_text_of_a_duty_names_the_duty_and_promises_no_withdrawal(words):
    said = text(RELEASE, words)
    assert "Referral: Ask for the person to be released" in said
    assert "a duty to the person (Ask for the person to be released)" in said
    assert "Nothing from the record: only that somebody needs this." in said
    assert "take back your agreement" not in said
    assert "others have a duty to protect you" in said


def test_the_end_is_told_in_universal_time_whatever_zone_it_was_given_in(words):
    late = datetime.fromisoformat("2026-03-09T01:30:00+05:00")
    assert text(PLACE, words, expires_at=late) == text(PLACE, words, expires_at=late.astimezone(UTC))
    assert "March 8, 2026, 20:30 (UTC)" in text(PLACE, words, expires_at=late)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_package_ends_with_the_same_warnings(words, language):
    say = speaker(words, language)
    title = say.phrase("package_warnings")
    made = [
        packed(PLACE, {"contact": {"a": "b"}}, words, language=language, offer="safe_accommodation"),
        packed(RELEASE, {}, words, language=language),
        revocation(head(PLACE, kind="revocation", language=language), say),
    ]
    endings = {files["plan.txt"].decode().partition(title)[2] for files in made}
    assert len(endings) == 1
    told = " ".join(endings.pop().replace("\u200f", "").split())
    for code in NEVER:
        assert f"• {say.label(code)}. {words.bars[code].meaning.in_(language)}" in told
    for phrase in ("package_no_authority", "package_safe_contact", "package_keep"):
        assert " ".join(say.phrase(phrase).split()) in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_are_short_and_arabic_ones_begin_with_their_direction(words, language):
    for permission in (PLACE, RELEASE):
        lines = packed(permission, {}, words, language=language)["plan.txt"].decode().splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert {line.startswith("\u200f") for line in lines if line} == {language == "ar"}


def test_a_revocation_tells_what_to_delete_and_nothing_of_the_person(words):
    files = revocation(head(PLACE, kind="revocation", offer="safe_accommodation"), speaker(words))
    header, record = read_document(files["referral.json"])
    assert (header.kind, record) == ("revocation", {})
    said = " ".join(files["plan.txt"].decode().split())
    assert "Taken back: Safe accommodation" in said
    assert "What you may have received: Contact and Coded facts." in said
    assert "do not send them away" in said
    none = revocation(head(replace(PLACE, groups=()), kind="revocation"), speaker(words))
    assert "may have received" not in none["plan.txt"].decode()


def test_a_revocation_is_refused_for_a_head_that_is_none(words):
    with pytest.raises(BeyondRuleError):
        revocation(head(PLACE), speaker(words))


def test_a_referral_can_be_taken_back_after_its_words_have_left_the_vocabulary(words):
    header = head(PLACE, kind="revocation", offer="safe_accommodation")
    offers = {code: offer for code, offer in words.offers.items() if code != header.offer}
    later = replace(words, offers=offers, disclosures={}, recipients={}, purposes={})
    said = revocation(header, speaker(later))["plan.txt"].decode()
    assert said.startswith("Taken back: safe_accommodation\n")
    assert "(accommodation_provider)" in said
    with pytest.raises(BeyondRuleError):
        contents(head(PLACE), {}, speaker(later))
