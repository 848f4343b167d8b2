"""A rule is said as a sentence, in four languages, with every word filled in."""

from datetime import date
from string import Formatter

import pytest

from nrm.rulebook.book import Addition, Clause, FindingTest, NumberTest, ValueTest, Within
from nrm.rulebook.dates import change_dates
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.sentence import Speaker
from nrm.rulebook.wording import LANGUAGES

SPRING = date(2026, 3, 1)

TESTS = {
    "Trafficking suspected": FindingTest("suspected"),
    "Age: child": ValueTest("age_status", ("child",)),
    "Age: child, uncertain, or not known": ValueTest("age_status", ("child", "uncertain", "unknown")),
    "Signs: debt": ValueTest("signs", ("debt",)),
    "Signs, at least one of: debt or threats": ValueTest("signs", ("debt", "threats")),
    "Days detained: 3 or more": NumberTest("days_detained", 3, None, unknown=False),
    "Days detained: less than 9": NumberTest("days_detained", None, 9, unknown=False),
    "Days detained: from 3 to less than 9": NumberTest("days_detained", 3, 9, unknown=False),
    "Days detained: 3 or more or not known": NumberTest("days_detained", 3, None, unknown=True),
}
ADDITIONS = {
    "it is found: Trafficking suspected": Addition("finding", "suspected"),
    "offered: Shelter": Addition("offer", "shelter"),
    "to do: Tell the lawyer (caseworker, within 24 hours)": Addition(
        "duty", "tell_lawyer", "caseworker", Within(24, "hours")
    ),
    "never: Detain": Addition("bar", "detain"),
    "may be shared: Share with the shelter (identity and health, with the refuge, for care, only with consent)": (
        Addition("disclosure", "share_with_shelter")
    ),
    "may be shared: Share with the lawyer "
    "(legal, with the law office, for defence, because of this duty: Tell the lawyer)": (
        Addition("disclosure", "share_with_lawyer")
    ),
}


def speaker(files, language="en"):
    return Speaker(language, files.phrases[language], files.vocabulary)


def unfilled(text):
    return "{" in text or "}" in text or not text.strip()


@pytest.mark.parametrize(("said", "test"), TESTS.items(), ids=list(TESTS))
def test_every_kind_of_condition_is_said(sound, said, test):
    plain = speaker(sound).test(test)
    assert plain.removeprefix("it was found: ") == said


@pytest.mark.parametrize(("said", "addition"), ADDITIONS.items(), ids=[a.code for a in ADDITIONS.values()])
def test_every_kind_of_outcome_is_said_with_all_that_belongs_to_it(sound, said, addition):
    assert speaker(sound).addition(addition) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_condition_and_outcome_is_said_in_every_language(sound, language):
    voice = speaker(sound, language)
    said = [voice.clause(Clause((test,))) for test in TESTS.values()]
    said += [voice.addition(addition) for addition in ADDITIONS.values()]
    assert not [text for text in said if unfilled(text)]
    assert len(set(said)) == len(TESTS) + len(ADDITIONS)


def test_a_rule_is_one_sentence(sound):
    book = rulebook_on(sound, SPRING)
    assert speaker(sound).sentence(book.rule("release")) == (
        "When all of this holds: it was found: Trafficking suspected; Days detained: 2 or more or not known – then: "
        "never: Detain; to do: Tell the lawyer (caseworker, within 5 days); may be shared: Share with the lawyer "
        "(legal, with the law office, for defence, because of this duty: Tell the lawyer)."
    )


def test_each_branch_is_a_sentence_of_its_own_and_alternatives_are_joined_by_or(sound):
    doctor = rulebook_on(sound, SPRING).rule("doctor")
    first, second = (speaker(sound).sentence(doctor, branch) for branch in (0, 1))
    assert "Urgent need: yes or not known – then: offered: Doctor." in first
    assert "Signs, at least one of: debt or threats or it was found: Treated as a child" in second


def test_a_rule_without_conditions_holds_in_every_case(accept):
    files = accept({"rules/care/shelter.yaml": ("when: [{finding: suspected}]", "when: []")})
    said = speaker(files).sentence(rulebook_on(files, SPRING).rule("shelter"))
    assert said.startswith("In every case – then: offered: Shelter")


@pytest.mark.parametrize(
    ("within", "said"),
    [
        (Within(1, "hours"), ["1 hour", "1 heure", "1 hora", "ساعة"]),
        (Within(24, "hours"), ["24 hours", "24 heures", "24 horas", "24 ساعة"]),
        (Within(3, "days"), ["3 days", "3 jours", "3 días", "3 أيام"]),
        (Within(2, "months"), ["2 months", "2 mois", "2 meses", "شهران"]),
        (
            Within(5, "working_days"),
            ["working days: 5", "5 (jours ouvrables)", "5 (días hábiles)", "5 (أيام عمل)"],
        ),
    ],
)
def test_a_time_limit_takes_the_plural_of_its_language(sound, within, said):
    spoken = [speaker(sound, language).within(within).replace("\N{NO-BREAK SPACE}", " ") for language in LANGUAGES]
    assert spoken == said


def test_a_date_is_written_out(sound):
    assert speaker(sound).day(SPRING) == "March 1, 2026"
    assert speaker(sound, "fr").day(SPRING) == "1 mars 2026"


def test_what_a_rule_relied_on_is_said(sound):
    voice = speaker(sound)
    assert voice.relied("finding", "suspected") == "it was found: Trafficking suspected"
    assert voice.relied("signs", "debt") == "Signs: debt"
    assert voice.relied("days_detained", "2..365") == "Days detained: 2..365"


def test_where_no_fact_has_a_label_for_unknown_the_word_itself_is_said(sound):
    words = type(sound.vocabulary)(facts={"days_detained": sound.vocabulary.facts["days_detained"]})
    test = NumberTest("days_detained", 3, None, unknown=True)
    assert Speaker("en", sound.phrases["en"], words).test(test) == "Days detained: 3 or more or unknown"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_real_rule_is_said_in_every_language_on_every_date_of_change(real, language):
    voice = speaker(real, language)
    said = {}
    for country in (None, *real.countries()):
        for on in change_dates(real, country):
            for rule in rulebook_on(real, on, country).rules:
                for branch in range(len(rule.branches)):
                    key = (rule.name, rule.version, branch, rule.then)
                    if key not in said:
                        said[key] = voice.sentence(rule, branch)
    assert {key[0] for key in said} == {file.rule.rule for file in real.rules}
    assert not [key for key, text in said.items() if unfilled(text) or "duration-" in text]


def test_every_phrase_file_has_the_same_words_in_braces(real):
    def braces(language):
        phrases = real.phrases[language]
        return {code: {name for _, name, _, _ in Formatter().parse(text) if name} for code, text in phrases.items()}

    assert braces("fr") == braces("es") == braces("ar") == braces("en")
