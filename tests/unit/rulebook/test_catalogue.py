"""The catalogue of commitments: each paragraph says how it is answered, and a gap is found."""

import pytest

from nrm.rulebook.catalogue import unanswered

SEEDS = "seeds/A-TEST-1.yaml"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            ("{by: rule, rules: [release]}", "{by: rule}"),
            "seeds/A-TEST-1.yaml:11: `commitments.1.answers.0`: an answer by rule names `rules`",
        ),
        (
            ("by: guarantee, how: It is proved.", "by: guarantee, how: It is proved., rules: [release]"),
            "seeds/A-TEST-1.yaml:11: `commitments.1.answers.1`: only an answer by rule names `rules`",
        ),
        (
            (", reason: It is about States.", ""),
            "seeds/A-TEST-1.yaml:14: `commitments.2.answers.0`: what stays outside the project says the `reason`",
        ),
        (
            (", how: It is proved.", ""),
            "seeds/A-TEST-1.yaml:11: `commitments.1.answers.1`: this answer says `how`",
        ),
        (
            ("by: outside", "by: outsid"),
            "seeds/A-TEST-1.yaml:14: `commitments.2.answers.0.by` cannot be `outsid`; did you mean `outside`?",
        ),
        (
            ("paragraph: §3", "paragraph: 3"),
            "seeds/A-TEST-1.yaml:12: `commitments.2.paragraph` `3` is not written in the form that is expected here",
        ),
        (
            ("paragraph: §3", "paragraph: §2"),
            "seeds/A-TEST-1.yaml:12: `A/TEST/1 §2` is in the catalogue twice; keep one entry",
        ),
        (
            ("rules: [release]", "rules: [releas]"),
            "seeds/A-TEST-1.yaml:9: §2 is answered by `releas`, which is not a rule; did you mean `release`?",
        ),
    ],
)
def test_a_faulty_answer_is_refused(refuse, change, fault):
    assert refuse({SEEDS: change}) == [fault]


def test_a_sound_catalogue_knows_its_commitments_by_their_source(sound):
    assert list(sound.catalogue.commitments) == ["A/TEST/1 §1", "A/TEST/1 §2", "A/TEST/1 §3"]
    assert unanswered(sound.catalogue) == []


def test_a_commitment_without_an_answer_and_a_paragraph_that_is_missing_are_found(accept):
    text = accept({SEEDS: ("operative: 3", "operative: 4")}).catalogue
    assert unanswered(text) == ["A/TEST/1 §4"]


def test_a_commitment_that_nothing_answers_is_found(accept):
    answers = "\n    answers: [{by: outside, reason: It is about States.}]"
    assert unanswered(accept({SEEDS: (answers, "")}).catalogue) == ["A/TEST/1 §3"]
