"""The vocabulary and the phrases fit together."""

import pytest
from fakes import REAL

BARS = "rules/vocabulary/outcomes/bars.yaml"
DISCLOSURES = "rules/vocabulary/outcomes/disclosures.yaml"
GROUPS = "rules/vocabulary/groups.yaml"
FRENCH = "rules/locale/fr.yaml"


@pytest.mark.parametrize(
    ("path", "change", "fault"),
    [
        (
            BARS,
            ("[search_family]", "[search_familly]"),
            "2: `search_familly` is not a duty or disclosure; did you mean `search_family`?",
        ),
        (
            BARS,
            ("[search_family]", "[shelter]"),
            (
                "2: `shelter` is not a duty or disclosure; valid here: `search_family`, `share_with_lawyer`, "
                "`share_with_shelter`, `tell_lawyer`"
            ),
        ),
        (
            DISCLOSURES,
            ("recipient: refuge", "recipient: refuje"),
            "1: `refuje` is not a recipient; did you mean `refuge`?",
        ),
        (
            DISCLOSURES,
            ("purpose: defence", "purpose: defense"),
            "3: `defense` is not a purpose; did you mean `defence`?",
        ),
        (
            DISCLOSURES,
            ("duty: tell_lawyer", "duty: tell_layer"),
            "3: `tell_layer` is not a duty; did you mean `tell_lawyer`?",
        ),
    ],
)
def test_a_word_that_points_nowhere_is_refused(refuse, path, change, fault):
    assert refuse({path: change}) == [f"{path}:{fault}"]


def test_the_groups_are_those_of_the_case_record(refuse):
    assert refuse({GROUPS: ("health: {", "helth: {")}) == [
        f"{GROUPS}: the group `health` is missing; add it",
        f"{GROUPS}:7: the group `helth` is not known; did you mean `health`?",
    ]


def french(old, new):
    text = (REAL.rules / "locale" / "fr.yaml").read_text(encoding="utf-8")
    assert old in text
    return {FRENCH: text.replace(old, new)}


def test_every_language_has_the_same_phrases(refuse):
    told = refuse(french("fact_is:", "fact_si:"))
    assert f"{FRENCH}: the phrase `fact_is` is missing; add it" in told
    assert any(said.endswith("the phrase `fact_si` is not known; did you mean `fact_is`?") for said in told)
    assert len(told) == 2


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{basis}", "{basse}", "the same words in braces as the English one; it has "),
        ("{finding}", "", "the same words in braces as the English one; it has `{finding}`"),
        ("then: ", "then: '{x}'\nthen_old: ", "the same words in braces as the English one; it has no braces"),
        ("{finding}", "{finding", "the braces of the phrase `finding_made` are broken; write `{word}`"),
        ("{finding}", "{}", "the braces of the phrase `finding_made` are broken; write `{word}`"),
        ("{finding}", "{finding.__class__}", "the braces of the phrase `finding_made` are broken; write `{word}`"),
        ("{finding}", "{finding:d}", "the braces of the phrase `finding_made` are broken; write `{word}`"),
        ("{finding}", "{finding!r}", "the braces of the phrase `finding_made` are broken; write `{word}`"),
    ],
)
def test_a_phrase_whose_braces_could_not_be_filled_in_is_refused_before_it_is_said(refuse, old, new, fault):
    told = refuse(french(old, new))
    assert any(said.startswith(f"{FRENCH}:") and fault in said for said in told), told


def test_a_broken_english_phrase_is_told_once_and_not_in_every_language(refuse):
    text = (REAL.rules / "locale" / "en.yaml").read_text(encoding="utf-8").replace("{finding}", "{finding")
    (told,) = refuse({"rules/locale/en.yaml": text})
    assert told.startswith("rules/locale/en.yaml:")
