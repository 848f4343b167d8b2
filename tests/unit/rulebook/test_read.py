"""Two folders are read into models; every fault of every file is listed, and nothing is half-loaded."""

import shutil

import pytest
from fakes import load, sound_files, write_rulebook
from small_tables import PARAMETERS

from nrm.errors import RulebookRefusedError, UnknownNameError
from nrm.rulebook.files import known_country
from nrm.rulebook.read import read_examples, read_files

SHELTER = "rules/care/shelter.yaml"
COMMON = "rules/vocabulary/common.yaml"
SIGNS = "rules/vocabulary/facts/signs.yaml"
OFFERS = "rules/vocabulary/outcomes/offers.yaml"
DUTIES = "rules/vocabulary/outcomes/duties.yaml"
NOT_READ = "nothing reads this file; a rule stands in `<topic>/<rule>.yaml` or `national/<country>/<rule>.yaml`"


def test_a_sound_rulebook_is_read_with_topics_and_countries(sound):
    topics = {file.rule.rule: (file.topic, file.country) for file in sound.rules}
    assert topics["shelter"] == ("care", None)
    assert topics["gb_guardian"] == ("national/gb", "gb")
    assert sound.countries() == ("gb",)
    assert {(file.parameter.parameter, file.country) for file in sound.parameters} == {
        ("answer_time", None),
        ("detained_days", None),
        ("answer_time", "gb"),
        *((name, None) for name in PARAMETERS),
    }


def test_a_rulebook_without_an_overlay_has_no_country(accept):
    gone = [path for path in sound_files() if path.startswith("rules/national/")]
    unused = {OFFERS: ("guardian: {label", "# guardian: {label")}
    assert accept({**dict.fromkeys(gone), **unused}).countries() == ()


@pytest.mark.parametrize("missing", ["rules", "seeds"])
def test_a_folder_that_is_not_there_is_told_with_what_names_it(tmp_path, missing):
    settings = write_rulebook(tmp_path)
    shutil.rmtree(tmp_path / missing)
    with pytest.raises(UnknownNameError, match="there is no such folder; name the folder with --rules and --seeds"):
        read_files(settings.rules, settings.seeds)


def test_the_examples_of_a_folder_that_is_not_there_are_refused_likewise(tmp_path):
    with pytest.raises(UnknownNameError, match="there is no such folder"):
        read_examples(tmp_path / "nowhere")


def test_several_errors_in_several_files_are_all_listed_and_nothing_is_loaded(tmp_path):
    changes = {
        SHELTER: ("title:", "titel:"),
        SIGNS: ("type: codes", "type: code"),
        "rules/child/family_search.yaml": b"rule: [\n",
        "rules/parameters/answer_time.yaml": ("value: 5", "value: x"),
        "rules/roles.yaml": "at: the wrong place\n",
        "seeds/A-TEST-1.yaml": ("operative: 3", "operative: 3\noperative: 4"),
        "rules/locale/ar.yaml": None,
        OFFERS: b"\xff",
    }
    settings = write_rulebook(tmp_path, changes)
    with pytest.raises(RulebookRefusedError) as refused:
        load(settings)
    assert [(problem.file, problem.line) for problem in refused.value.problems] == [
        (SHELTER, 1),
        (SHELTER, 2),
        ("rules/child/family_search.yaml", 2),
        ("rules/locale/ar.yaml", 0),
        ("rules/parameters/answer_time.yaml", 7),
        ("rules/roles.yaml", 0),
        (SIGNS, 1),
        (OFFERS, 1),
        ("seeds/A-TEST-1.yaml", 5),
    ]


def test_a_broken_yaml_file_is_told_by_its_line(refuse):
    assert refuse({SHELTER: ("when: [{finding: suspected}]", "when: [{finding: suspected}")}) == [
        (
            f"{SHELTER}:9: the YAML is broken here: did not find expected ',' or ']'; "
            "check indentation, quotes, brackets and `: `"
        )
    ]


def test_a_key_that_stands_twice_is_told_by_both_lines(refuse):
    assert refuse({SHELTER: ("owner: policy-unit", "owner: policy-unit\ntitle: Again")}) == [
        f"{SHELTER}:6: the key `title` stands twice in one place (first on line 2); keep one"
    ]


@pytest.mark.parametrize("path", [COMMON, OFFERS, "rules/vocabulary/roles.yaml", "rules/locale/fr.yaml"])
def test_a_file_that_everything_needs_must_be_there(refuse, path):
    assert f"{path}: there is no such file; check the path" in refuse({path: None})


def test_a_broken_common_file_is_one_fault_and_not_one_for_each_fact(refuse):
    told = refuse({COMMON: b"yes: no\n"})
    assert told == [f"{COMMON}:1: `yes` `no` must be `key: value` lines"]


def test_a_common_value_without_a_label_is_told_where_it_is_used(refuse):
    told = refuse({COMMON: "yes: {label: {en: y, fr: y, es: y, ar: y}}\nno: {label: {en: n, fr: n, es: n, ar: n}}\n"})
    assert "`label` is missing in `urgent_need.values.unknown`; add it" in " ".join(told)


@pytest.mark.parametrize("text", ["", "[]", "fact: x", "fact: {values: [yes]}", "fact: {values: {yes: no}}"])
def test_a_file_of_facts_with_another_shape_is_refused(refuse, text):
    assert any(said.startswith(f"{SIGNS}:1: ") for said in refuse({SIGNS: text}))


def test_a_rule_bears_the_name_of_its_file(refuse):
    assert refuse({SHELTER: ("rule: shelter", "rule: refuge")})[0] == (
        f"{SHELTER}:1: the file is named `shelter` and holds `refuge`; give both the same name"
    )


def test_a_parameter_bears_the_name_of_its_file(refuse):
    path = "rules/parameters/answer_time.yaml"
    assert refuse({path: ("parameter: answer_time", "parameter: reply_time")})[0] == (
        f"{path}:1: the file is named `answer_time` and holds `reply_time`; give both the same name"
    )


def test_a_fact_that_stands_in_two_files_is_refused(refuse):
    again = sound_files()[SIGNS].replace("signs:", "urgent_need:", 1)
    assert refuse({"rules/vocabulary/facts/again.yaml": again})[-1].endswith(
        "is already in rules/vocabulary/facts/again.yaml; rename one"
    )


def test_one_word_names_one_outcome(refuse):
    assert refuse({OFFERS: ("shelter: {label", "tell_lawyer: {label")}) == [
        f"{DUTIES}:1: `tell_lawyer` is already in {OFFERS}; rename one"
    ]


def test_a_fact_and_an_outcome_may_share_a_word_because_rules_say_which_they_mean(accept):
    files = accept({SIGNS: ("signs:\n", "doctor:\n"), **_everywhere("fact: signs", "fact: doctor")})
    assert files.vocabulary.facts["doctor"].type == "codes"


def _everywhere(old, new):
    return {
        path: text.replace(old, new)
        for path, text in sound_files().items()
        if old in text and not path.endswith(".examples.yaml")
    }


def test_no_fact_is_named_finding_because_findings_stand_beside_facts_under_that_name(refuse):
    assert f"{SIGNS}:1: `finding` cannot be the name of a fact; rename it" in refuse(
        {SIGNS: ("signs:\n", "finding:\n")}
    )


@pytest.mark.parametrize(
    "path",
    [
        "rules/care/therapy.yml",
        "rules/care/therapy.YAML",
        "rules/care/therapy.json",
        "rules/care/deep/therapy.yaml",
        "rules/therapy.yaml",
        "rules/vocabulary/signs.yaml",
        "rules/locale/de.yaml",
        "rules/national/therapy.yaml",
        "rules/national/gb/care/therapy.yaml",
    ],
)
def test_a_rule_in_the_wrong_place_is_refused_and_never_silently_lost(refuse, path):
    assert refuse({path: "rule: therapy\n"}) == [f"{path}: {NOT_READ}"]


@pytest.mark.parametrize(
    "path", ["rules/README.md", "rules/.editor/x.yaml", "rules/consent/en.yaml", "rules/guarantees/x.yaml"]
)
def test_what_is_no_rule_may_stand_beside_the_rules(accept, path):
    assert len(accept({path: "anything"}).rules) == 8


def test_a_folder_with_the_name_of_a_rule_is_told(tmp_path):
    settings = write_rulebook(tmp_path)
    (settings.rules / "care" / "odd.yaml").mkdir()
    with pytest.raises(RulebookRefusedError, match=r"rules/care/odd.yaml: this is a folder, not a file; name one file"):
        load(settings)


def test_examples_are_read_beside_their_rules(tmp_path):
    settings = write_rulebook(tmp_path)
    found = {(file.rule, file.country): file.examples for file in read_examples(settings.rules)}
    assert len(found) == 8
    assert found["gb_guardian", "gb"][0].given == {"signs": ("debt",), "age_status": "child"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("kind: applies", "kind: aplies"), "1: `0.kind` cannot be `aplies`; did you mean `applies`?"),
        (("on: 2025-12-31", "on: tomorrow"), "4: `3.on` `tomorrow` is not a date; write it as `2026-01-31`"),
        (("expect_not:", "expects_not:"), "2: `expects_not` is not known here; did you mean `expect_not`?"),
    ],
)
def test_a_faulty_example_is_refused(tmp_path, change, fault):
    path = "rules/care/shelter.examples.yaml"
    settings = write_rulebook(tmp_path, {path: change})
    with pytest.raises(RulebookRefusedError) as refused:
        read_examples(settings.rules)
    assert str(refused.value) == f"{path}:{fault}"


def test_the_base_and_every_overlay_are_known_countries(sound):
    known_country(sound, None)
    known_country(sound, "gb")
    with pytest.raises(UnknownNameError, match="there is no overlay for `fr`; valid here: `gb`"):
        known_country(sound, "fr")


def test_the_real_rulebook_is_read_whole(real):
    assert len(real.rules) > 100
    assert "gb" in real.countries()
