"""The examples beside the rules are run on both engines, and they check reasons."""

import pytest
from c_engines import Forgets
from fakes import load, write_rulebook

from nrm.engine.decide import Engine
from nrm.engine.examples import ExampleRunner
from nrm.engine.network import ANCHOR, sections
from nrm.rulebook.read import read_examples

SHELTER = "rules/care/shelter.examples.yaml"
RELEASE = "rules/justice/release.examples.yaml"
DOCTOR = "rules/care/doctor.examples.yaml"
UNEXPECTED = "`shelter` applies, and the example expects nothing of it; say what is expected"
BEFORE_IT_BEGAN = (
    "has not begun on `2025-12-31`, and this example is of kind `does_not_apply`; mend the date or the kind"
)
BARRED = "rules/safety/family_barred.examples.yaml"


@pytest.fixture
def told(tmp_path):
    """Run the examples of the small rulebook after `changes`, and return what is said."""

    def run(changes=None, engine=Engine):
        settings = write_rulebook(tmp_path, changes)
        runner = ExampleRunner(load(settings), engine)
        return [str(problem) for file in read_examples(settings.rules) for problem in runner.problems(file)]

    return run


def test_a_sound_rulebook_has_nothing_to_say(told):
    assert told() == []


def test_one_engine_serves_all_examples_of_one_rulebook(tmp_path):
    settings = write_rulebook(tmp_path)
    made = []

    def engine(book):
        made.append(book.country)
        return Engine(book)

    runner = ExampleRunner(load(settings), engine)
    files = read_examples(settings.rules)
    for file in files:
        assert list(runner.problems(file)) == []
    assert made == [None, "gb"]
    assert runner.ran == sum(len(file.examples) for file in files)


def _cases(*cases):
    return [(file, change, said) for file, change, *said in cases]


@pytest.mark.parametrize(
    ("file", "change", "said"),
    _cases(
        (
            SHELTER,
            ("expect: [shelter]", "expect: [sheltre]"),
            "1: example `It applies`: `sheltre` is no outcome; did you mean `shelter`?",
        ),
        (
            SHELTER,
            ("expect_not: [shelter]", "expect_not: [sheltre]"),
            "2: example `It does not`: `sheltre` is no outcome; did you mean `shelter`?",
        ),
        (
            SHELTER,
            ("expect: [shelter]", "expect: [shelter, guardian]"),
            "1: example `It applies`: `guardian` is expected and absent; mend the rule or the example",
        ),
        (
            SHELTER,
            ("expect: [shelter]", "expect: [shelter, suspected]"),
            "1: example `It applies`: `suspected` is there, but by `suspected`; mend the rule or name those `reasons`",
        ),
        (
            SHELTER,
            ("expect: [shelter]", "expect: [shelter], reasons: [shelter, doctor]"),
            "1: example `It applies`: `doctor` is a reason of nothing that is expected; mend the rule or the reasons",
        ),
        (
            SHELTER,
            ("expect_not: [shelter]", "expect_not: [doctor]"),
            "2: example `It does not`: `doctor` is there and must not be; mend the rule or the example",
        ),
        (
            SHELTER,
            ("kind: unknown, on: 2026-03-01, given: {}", "kind: unknown, on: 2026-03-01, given: {signs: [debt]}"),
            f"3: example `Little is known`: {UNEXPECTED}",
        ),
        (
            SHELTER,
            ("given: {signs: [debt]}, expect", "given: {signs: [dbt]}, expect"),
            "1: example `It applies`: `dbt` is not a value of `signs`; did you mean `debt`?",
        ),
        (
            RELEASE,
            ("expect: [tell_lawyer]", "expect_bar: [tell_lawyer]"),
            "1: example `It applies`: `tell_lawyer` is not a bar; list it under `expect`",
        ),
        (
            DOCTOR,
            ("on: 2025-12-31, given: {urgent_need: yes}", "on: 2025-12-31, given: {}, expect: [doctor]"),
            "4: example `Before the rule began`: no rule is in force on `2025-12-31`; choose a later date",
        ),
        (
            SHELTER,
            ("It does not, kind: does_not_apply", "It does not, kind: applies"),
            "1: `shelter` has no example of kind `does_not_apply`; write one",
            "2: an example of kind `applies` expects nothing; mend the kind or what is expected",
        ),
        (
            SHELTER,
            ("It applies, kind: applies", "It applies, kind: does_not_apply"),
            "1: `shelter` has no example of kind `applies`; write one",
            "1: an example of kind `does_not_apply` expects something; mend the kind or what is expected",
        ),
        (
            SHELTER,
            ("kind: before, on: 2025-12-31", "kind: before, on: 2026-01-01"),
            "4: `shelter` is in force on `2026-01-01`, and this example is of kind `before`; mend the date or the kind",
            f"4: example `Before the rule began`: {UNEXPECTED}",
        ),
        (
            BARRED,
            ("It does not, kind: does_not_apply, on: 2026-03-01", "It does not, kind: does_not_apply, on: 2025-12-31"),
            f"2: `family_barred` {BEFORE_IT_BEGAN}",
        ),
        (
            BARRED,
            ("- {example: It does not, kind: does_not_apply", "- {example: It does not, kind: unknown"),
            "1: `family_barred` has no example of kind `does_not_apply`; write one",
        ),
    ),
)
def test_every_difference_has_its_sentence_and_its_line(told, file, change, said):
    assert sorted(told({file: change})) == [f"{file}:{line}" for line in said]


def test_an_example_is_decided_with_the_parameters_of_its_own_date(told):
    examples = "rules/justice/release.examples.yaml"
    lines = [
        ("Two days are too few from May on", "unknown", "2026-05-01", 2, ""),
        ("Five are enough", "applies", "2026-06-01", 5, ", expect_bar: [detain]"),
        ("Two were enough before", "applies", "2026-04-30", 2, ", expect_bar: [detain]"),
    ]
    added = "".join(
        f"- {{example: {name}, kind: {kind}, on: {on}, given: {{signs: [debt], days_detained: {days}}}{expect}}}\n"
        for name, kind, on, days, expect in lines
    )
    before = "- {example: Before the rule began"
    changes = {
        "rules/parameters/detained_days.yaml": ("value: 2}", "value: 2}\n  - {from: 2026-05-01, value: 5}"),
        examples: (before, added + before),
    }
    assert told(changes) == []


def test_examples_without_a_rule_are_told(told):
    (said,) = told({"rules/care/nobody.examples.yaml": "- {example: X, kind: applies, on: 2026-03-01, given: {}}\n"})
    assert said == (
        "rules/care/nobody.examples.yaml:1: there is no rule `nobody` beside these examples; rename the file"
    )


def test_a_rule_for_every_case_needs_no_example_in_which_it_does_not_apply(told):
    rule = "rules/child/family_search.yaml"
    examples = "rules/child/family_search.examples.yaml"
    said = told(
        {
            rule: ("when: [{finding: treated_as_child}]", "when: []"),
            examples: """\
- {example: It applies, kind: applies, on: 2026-03-01, given: {}, expect: [search_family]}
- {example: Nothing is known, kind: unknown, on: 2026-03-01, given: {}, expect: [search_family]}
- {example: Before, kind: before, on: 2025-12-31, given: {}}
""",
        }
    )
    assert said == []


def test_an_example_on_which_the_engines_differ_is_told(told):
    def faulty(book):
        program = Engine(book).program
        return Engine(book, Forgets({name for made in sections(program) for name in made.steps} - {ANCHOR}))

    said = told(engine=faulty)
    applies = [text for text in said if "`It applies`" in text]
    assert len(applies) == 8
    assert all(text.endswith("the two engines differ; report this as a fault of the engine") for text in applies)
