"""`nrm glass`: from the break to the review, as each of those who have to do with it sees it."""

import pytest
from offices import real_app

from nrm.casework.cases.grants import GLASS_REASONS, VERDICTS
from nrm.rulebook.wording import LANGUAGES

WHY = ("--reason", "medical_emergency", "--note", "she does not wake up", "--tell", "berta")
ELSEWHERE = ("--organisation", "Hospital B")


def breaks(at, *more):
    said = at("glass", "break", at.case, *WHY, *ELSEWHERE, "--json", *more)
    assert said.code == 0, said.err
    return said


def test_a_case_is_opened_from_outside_reviewed_and_closed_again(at):
    reads = ("case", "show", at.case, "--group", "facts", "--purpose", "guardianship", *ELSEWHERE)
    assert at(*reads).code == 2
    breaks(at)
    assert "transportation" in at.done(*reads).text
    (grant,) = at.json("glass", "list", at.case)
    assert (grant["reason"], grant["reviewed"], grant["role"]) == ("medical_emergency", None, "caseworker")
    shown = at.done("glass", "list", at.case).text
    assert "a medical emergency" in shown
    assert "not reviewed" in shown
    reviewed = at(
        "glass", "review", at.case, grant["glass"], "--verdict", "justified", "--who", "sofia", role="supervisor"
    )
    assert (reviewed.code, "justified" in reviewed.out) == (0, True)
    assert at(*reads).code == 1


def test_the_second_person_finds_a_notice(at):
    breaks(at)
    assert at.case in at.done("glass", "notices", "--who", "Berta").text
    (notice,) = at.json("glass", "notices", "--who", "berta")
    assert (notice["kind"], notice["case"]) == ("glass_broken", at.case)
    assert at.done("glass", "notices", "--who", "carla").lines == ["You were told of nothing."]


def test_what_is_refused_says_what_to_do_and_repeats_nothing(at):
    oneself = at("glass", "break", at.case, *WHY[:-1], "anna", *ELSEWHERE)
    assert (oneself.code, "somebody else than you" in oneself.err) == (1, True)
    own = at("glass", "break", at.case, *WHY)
    assert own.code == 1
    assert "wake up" not in oneself.err + own.err
    assert at("glass", "break", at.case, *WHY, *ELSEWHERE, "--hours", "5").code == 2
    assert at("glass", "break", at.case, *WHY, *ELSEWHERE, role="provider").code in {1, 2}


def test_it_can_be_ended_by_whoever_broke_it(at):
    breaks(at, "--hours", "4")
    (grant,) = at.json("glass", "list", at.case)
    ended = at("glass", "end", at.case, grant["glass"], *ELSEWHERE)
    assert (ended.code, "over since" in ended.out) == (0, True)


def test_where_nobody_broke_it_that_is_said(at):
    assert at.done("glass", "list", at.case).lines == ["Nobody broke the glass for this case."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_verdict_has_words_in_each_language(language):
    phrases = real_app().files.phrases[language]
    wanted = {*(f"glass_{one}" for one in GLASS_REASONS), *(f"verdict_{one}" for one in VERDICTS)}
    assert wanted <= phrases.keys()
    assert real_app().files.phrases["en"].keys() == phrases.keys()
