"""The letter to the person: every line with its reason, nothing of the record, and nothing that they must not read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.errors import UnknownNameError
from nrm.letter.letter import discreet_letter, letter, letter_of_one
from nrm.letter.text import as_text
from nrm.rulebook.vocabulary import OUTCOME_KINDS
from nrm.rulebook.wording import LANGUAGES

TOLD = ("offer", "duty", "bar", "disclosure")
CODE = re.compile(r"[A-Za-z]+_[A-Za-z_]+")


def items(made):
    return [item for section in made.sections for item in section.items]


def words(made):
    """Every piece of text in a letter."""
    pieces = [made.title, *made.opening, made.space.title, made.space.note]
    for section in made.sections:
        pieces += [section.title, section.note]
        pieces += [text for item in section.items for text in (item.text, *item.below)]
    return [piece for piece in pieces if piece]


def forms(plan, speaker):
    """The letter in every form that it can have."""
    offers = [line.code for line in plan.of("offer")][:2]
    yield letter(plan, speaker)
    yield letter(plan, speaker, reasons=False)
    yield discreet_letter(plan, speaker)
    for code in offers:
        yield letter_of_one(plan, speaker, code)
        yield letter_of_one(plan, speaker, code, reasons=True)
        yield discreet_letter(plan, speaker, code)


@given(data=st.data(), language=st.sampled_from(LANGUAGES))
def test_every_line_of_a_plan_is_in_the_letter_with_its_reason(any_plan, speakers, data, language):
    plan, speaker = any_plan(data), speakers[language]
    found = [(item.text, item.below[-1]) for item in items(letter(plan, speaker)) if item.below]
    wanted = [
        (speaker.label(line.code), line.reasons[0].step.because.in_(language))
        for kind in TOLD
        for line in plan.of(kind)
    ]
    assert found == wanted


@given(data=st.data(), language=st.sampled_from(LANGUAGES))
def test_no_code_rule_or_digest_is_in_any_form_of_the_letter(any_plan, speakers, data, language):
    plan = any_plan(data)
    for made in forms(plan, speakers[language]):
        said = "\n".join(words(made))
        assert CODE.findall(said) == []
        assert plan.digest[:8] not in said


@given(data=st.data())
def test_who_must_act_and_until_when_stands_with_every_duty(any_plan, speakers, data):
    plan, speaker = any_plan(data), speakers["en"]
    found = {(item.text, item.below[0]) for item in items(letter(plan, speaker)) if item.below}
    for line in plan.of("duty"):
        by = speaker.words.roles[line.by].label.en
        assert (speaker.label(line.code), f"{by}, within {speaker.within(line.within)}") in found


def test_what_may_be_told_stands_there_with_its_ground(plan_of, speakers):
    plan, speaker = plan_of("vcl", consent_accommodation_referral="yes"), speakers["en"]
    found = {item.text: item.below for item in items(letter(plan, speaker))}
    assert plan.of("disclosure")
    for line in plan.of("disclosure"):
        sharing = speaker.sharing(line.code)
        said = found[speaker.label(line.code)][0]
        assert all(said.count(part) for part in (sharing["recipient"], sharing["purpose"], sharing["basis"]))


@given(data=st.data())
def test_what_a_bar_withholds_is_not_told(any_plan, speakers, data):
    plan = any_plan(data)
    told = {speakers["en"].label(line.code) for kind in OUTCOME_KINDS for line in plan.of(kind)}
    withheld = {speakers["en"].label(line.code) for line in plan.withheld} - told
    assert withheld & {item.text for item in items(letter(plan, speakers["en"]))} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_letter_has_every_line_and_no_reason(plan_of, speakers, language):
    plan, speaker = plan_of("vcl"), speakers[language]
    said = words(letter(plan, speaker, reasons=False))
    assert {speaker.label(line.code) for kind in TOLD for line in plan.of(kind)} <= set(said)
    reasons = {r.step.because.in_(language) for kind in OUTCOME_KINDS for line in plan.of(kind) for r in line.reasons}
    assert reasons & set(said) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_person_reads_their_four_rights_and_may_leave_the_paper_behind(plan_of, speakers, language):
    speaker = speakers[language]
    for made in (letter(plan_of("vcl"), speaker), letter_of_one(plan_of("vcl"), speaker, "legal_aid")):
        rights = next(section for section in made.sections if section.title == speaker.phrase("letter_rights"))
        assert [item.text for item in rights.items] == [
            speaker.phrase(f"letter_right_{right}") for right in ("ask", "refuse", "withdraw", "complain")
        ]
        assert speaker.phrase("letter_safe") in made.opening


def test_only_a_language_written_from_right_to_left_is_marked_so(plan_of, speakers):
    assert {made for made in LANGUAGES if letter(plan_of("vcl"), speakers[made]).right_to_left} == {"ar"}


@given(data=st.data(), language=st.sampled_from(LANGUAGES))
def test_a_letter_for_one_offer_does_not_vary_with_anything_else_in_the_case(any_plan, speakers, data, language):
    one, other = any_plan(data), any_plan(data)
    for code in one.codes("offer") & other.codes("offer"):
        assert letter_of_one(one, speakers[language], code) == letter_of_one(other, speakers[language], code)


def test_a_letter_for_one_offer_gives_its_reason_only_when_that_is_asked_for(plan_of, speakers):
    plan, speaker = plan_of("vcl"), speakers["en"]
    reason = plan.line("safe_accommodation").reasons[0].step.because.en
    assert reason not in words(letter_of_one(plan, speaker, "safe_accommodation"))
    assert reason in words(letter_of_one(plan, speaker, "safe_accommodation", reasons=True))


@pytest.mark.parametrize("made", [letter_of_one, discreet_letter])
def test_an_offer_that_is_not_there_is_refused_with_what_to_do(plan_of, speakers, made):
    plan = plan_of("vcl")
    with pytest.raises(UnknownNameError, match="there is no offer `legal_iad`; did you mean `legal_aid`"):
        made(plan, speakers["en"], "legal_iad")
    with pytest.raises(UnknownNameError, match="`maternal_care` is not in this plan; `nrm explain FILE maternal_care`"):
        made(plan, speakers["en"], "maternal_care")


def test_the_same_plan_gives_the_same_text(plan_of, speakers):
    assert as_text(letter(plan_of("vcl"), speakers["ar"])) == as_text(letter(plan_of("vcl"), speakers["ar"]))
