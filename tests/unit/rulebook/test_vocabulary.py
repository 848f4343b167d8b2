"""The vocabulary: facts with closed values, and outcomes of five kinds."""

import pytest

from nrm.rulebook.vocabulary import GROUPS, OUTCOME_KINDS

FACTS = "rules/vocabulary/facts/signs.yaml"
PERSON = "rules/vocabulary/facts/person.yaml"
DISCLOSURES = "rules/vocabulary/outcomes/disclosures.yaml"


@pytest.mark.parametrize(
    ("path", "change", "fault"),
    [
        (
            PERSON,
            (", unknown: {}}\nurgent", "}\nurgent"),
            "person.yaml:1: `age_status`: a choice fact needs `unknown` among its values",
        ),
        (FACTS, ("type: codes", "type: code"), "signs.yaml:1: `signs` cannot be `code`; did you mean `codes`?"),
        (
            FACTS,
            ("nature: indicator", "nature: indication"),
            "signs.yaml:3: `signs.nature` cannot be `indication`; did you mean `indicator`?",
        ),
        (FACTS, ("group: facts", "group: fact"), "signs.yaml:4: `signs.group` cannot be `fact`; did you mean `facts`?"),
        (FACTS, ("from: 0", "from: 365"), "signs.yaml:11: `days_detained`: `from` must be less than `to`"),
        (
            FACTS,
            ("to: 365", "to: many"),
            "signs.yaml:12: `days_detained.to` `many` is not a whole number; write digits only",
        ),
        (FACTS, ("unit: days, ", ""), "signs.yaml:11: `unit` is missing in `days_detained`; add it"),
        (FACTS, ("unit: days,", "units: days,"), "signs.yaml:12: `units` is not known here; did you mean `unit`?"),
        (
            DISCLOSURES,
            ("basis: consent", "basis: consent, duty: tell_lawyer"),
            "disclosures.yaml:1: `share_with_shelter`: `duty` is named exactly when the basis is duty",
        ),
        (
            DISCLOSURES,
            (", duty: tell_lawyer", ""),
            "disclosures.yaml:3: `share_with_lawyer`: `duty` is named exactly when the basis is duty",
        ),
        (
            DISCLOSURES,
            ("[identity, health]", "[]"),
            "disclosures.yaml:2: `share_with_shelter.groups` has too few entries",
        ),
        (
            DISCLOSURES,
            ("[identity, health]", "[identiy]"),
            "disclosures.yaml:2: `share_with_shelter.groups.0` cannot be `identiy`; did you mean `identity`?",
        ),
    ],
)
def test_a_word_that_is_not_of_its_form_is_refused(refuse, path, change, fault):
    assert any(said.endswith(fault) for said in refuse({path: change})), refuse({path: change})


def test_every_outcome_is_found_by_its_kind_and_by_its_code(sound):
    words = sound.vocabulary
    kinds = {code: words.kind_of(code) for code in words.all_outcome_codes()}
    assert kinds == {
        "suspected": "finding",
        "treated_as_child": "finding",
        "shelter": "offer",
        "doctor": "offer",
        "guardian": "offer",
        "tell_lawyer": "duty",
        "search_family": "duty",
        "detain": "bar",
        "contact_family": "bar",
        "share_with_shelter": "disclosure",
        "share_with_lawyer": "disclosure",
    }
    for code, kind in kinds.items():
        assert words.outcomes(kind)[code] is words.outcome(code)


def test_a_code_that_is_no_outcome_has_no_kind(sound):
    assert sound.vocabulary.kind_of("signs") is None
    with pytest.raises(KeyError, match="signs"):
        sound.vocabulary.outcome("signs")


def test_yes_no_and_unknown_take_their_labels_from_the_common_file(sound):
    assert sound.vocabulary.facts["urgent_need"].values["unknown"].label.fr == "not known fr"


def test_a_fact_may_give_a_common_value_a_label_of_its_own(accept):
    own = "unknown: {label: {en: nobody asked, fr: f, es: e, ar: a}}"
    files = accept({PERSON: ("unknown: {}}\nurgent", own + "}\nurgent")})
    assert files.vocabulary.facts["age_status"].values["unknown"].label.en == "nobody asked"


def test_the_real_vocabulary_names_every_group_and_uses_every_kind_of_outcome(real):
    assert set(real.vocabulary.groups) == set(GROUPS)
    assert all(real.vocabulary.outcomes(kind) for kind in OUTCOME_KINDS)
