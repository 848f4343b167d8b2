"""Whatever stands in a file, reading it gives a sound model or an NrmError, and never anything else."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from fakes import REAL, load, sound_files, write_rulebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nrm.errors import FileRefusedError, NrmError, RulebookRefusedError
from nrm.models import parse
from nrm.rulebook.catalogue import CommitmentsFile
from nrm.rulebook.dates import change_dates
from nrm.rulebook.digest import digest
from nrm.rulebook.lint import check
from nrm.rulebook.read import read_examples
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.rule import Example, Parameter, Rule
from nrm.rulebook.sentence import Speaker
from nrm.rulebook.vocabulary import Disclosure, Fact, Value
from nrm.rulebook.wording import LANGUAGES, Code
from nrm.textfile import read_bytes

KINDS = {
    "rule": Rule,
    "parameter": Parameter,
    "examples": tuple[Example, ...],
    "facts": dict[Code, Fact],
    "disclosures": dict[Code, Disclosure],
    "common": dict[Code, Value],
    "commitments": CommitmentsFile,
    "phrases": dict[Code, str],
}
SOUND = sound_files()
PATHS = sorted(SOUND)
TREES = {path: read_bytes(text.encode(), path).data for path, text in SOUND.items()}
RULES = sorted(
    path for path in REAL.rules.rglob("*.yaml") if read_bytes(path.read_bytes(), "").data.__contains__("versions")
)

WORDS = sorted(
    {
        word
        for text in SOUND.values()
        for word in text.replace(":", " ").replace(",", " ").split()
        if word.isidentifier()
    }
)
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(
        ["", "any", "2026-01-01", "0", "-1", "9" * 5000, "PT24H", "P0D", "§1", "A/TEST/1 §1", "true", "{", "{x}"]
    ),
    st.text(max_size=8),
)
TEXT_TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=4),
    max_leaves=12,
)
# Without the few characters that YAML does not take raw or takes for the end of a line; its keys have 1024 letters.
JSON_LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\ufeff")
JSON_TEXT = st.text(JSON_LETTERS, max_size=40)
JSON_TREES = st.recursive(
    JSON_TEXT | st.sampled_from(["\n", "\x00", "\\ud83d", 'a"b', "a\\/b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_TEXT, inner, max_size=4),
    max_leaves=12,
)
YAML_LIKE = st.text(st.sampled_from("ab: -\n\t[]{},?&*!|>'\"%@`#\\.~=<0é\u2028\x85\ufeff"), max_size=60)
QUICK = settings(max_examples=150, deadline=None)
SLOW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def bent(draw, tree):
    """Return a copy of `tree` in which one value, or one key, is another one, is gone or stands twice."""
    copy = deepcopy(tree)
    here = copy
    while True:
        if not isinstance(here, dict | list) or not here:
            return draw(TEXT_TREES)
        key = draw(st.sampled_from(sorted(here))) if isinstance(here, dict) else draw(st.integers(0, len(here) - 1))
        if isinstance(here[key], dict | list) and here[key] and draw(st.booleans()):
            here = here[key]
            continue
        break
    match draw(st.sampled_from(["other", "word", "gone", "renamed", "twice"])):
        case "other":
            here[key] = draw(TEXT_TREES)
        case "word":
            here[key] = draw(SCALARS)
        case "gone":
            del here[key]
        case "renamed" if isinstance(here, dict):
            here[draw(SCALARS)] = here.pop(key)
        case _ if isinstance(here, list):
            here.append(deepcopy(here[key]))
        case _:
            here[draw(SCALARS)] = deepcopy(here[key])
    return copy


def is_text_tree(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_text_tree(inner) for key, inner in value.items())
    return all(map(is_text_tree, value)) if isinstance(value, list) else isinstance(value, str)


def read_or_told(content, *, private=False):
    """Return the document and no text, or None and what is told; any other exception fails the test."""
    try:
        document = read_bytes(content, "a.yaml", private=private)
    except FileRefusedError as refused:
        return None, str(refused)
    assert is_text_tree(document.data)
    assert all(line >= 1 for line in document.lines.values())
    return document, ""


@QUICK
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(content):
    document, told = read_or_told(content)
    assert (document is None) == bool(told)


@QUICK
@given(st.text(max_size=80) | YAML_LIKE)
def test_arbitrary_text_is_read_or_refused(text):
    document, told = read_or_told(text.encode())
    assert (document is None) == bool(told)


@QUICK
@given(YAML_LIKE, YAML_LIKE)
def test_nothing_of_a_private_file_is_quoted(before, after):
    _, told = read_or_told(f"{before}Canary{after}Canary: 1".encode(), private=True)
    assert "Canary" not in told


@QUICK
@given(JSON_TREES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_json_is_read_as_the_text_that_it_holds(tree, ascii_only, indent):
    text = json.dumps({"of_a_case": tree}, ensure_ascii=ascii_only, indent=indent)
    assert read_bytes(text.encode(), "a.json").data == {"of_a_case": tree}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_structure_in_place_of_a_model_is_read_or_told(kind, data):
    tree = data.draw(TEXT_TREES | st.sampled_from(PATHS).flatmap(lambda path: bent(TREES[path])))
    document = replace(read_bytes(b"", "a.yaml"), data=tree)
    problems = []
    model = parse(document, kind, problems, private=data.draw(st.booleans()))
    assert (model is None) == bool(problems)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_rulebook(tmp_path_factory.mktemp("bent"))


def reads_speaks_or_refuses(folder, path, content):
    """Load the rulebook with `content` in place of one file; if it is accepted, everything can be made of it."""
    target = folder.rules.parent / path
    before = target.read_bytes()
    target.write_bytes(content)
    try:
        files = load(folder)
        read_examples(folder.rules)
    except NrmError as refused:
        assert refused.problems  # noqa: PT017 - a file that is accepted is no fault
        assert all(problem.what and problem.file for problem in refused.problems)  # noqa: PT017
    else:
        everything_can_be_made_of(files)
    finally:
        target.write_bytes(before)


def everything_can_be_made_of(files):
    for country in (None, *files.countries()):
        for on in change_dates(files, country):
            try:
                book = rulebook_on(files, on, country)
            except NrmError:
                continue  # everything is repealed
            assert len(digest(book)) == 64
            for language in LANGUAGES:
                voice = Speaker(language, files.phrases[language], files.vocabulary)
                for rule in book.rules:
                    assert voice.sentence(rule)


@SLOW
@given(path=st.sampled_from(PATHS), content=st.binary(max_size=80) | YAML_LIKE.map(str.encode))
def test_any_bytes_in_place_of_a_file_are_refused_and_never_crash(folder, path, content):
    reads_speaks_or_refuses(folder, path, content)


@settings(parent=SLOW, max_examples=250)
@given(data=st.data())
def test_a_file_bent_in_one_place_is_accepted_whole_or_refused(folder, data):
    path = data.draw(st.sampled_from(PATHS))
    tree = data.draw(bent(TREES[path]))
    reads_speaks_or_refuses(folder, path, json.dumps(tree).encode())


@pytest.fixture(scope="module")
def real():
    return load(REAL)


@SLOW
@given(path=st.sampled_from(RULES), place=st.integers(0), byte=st.integers(0, 255))
def test_one_wrong_byte_in_a_real_rule_is_accepted_whole_or_refused(real, path, place, byte):
    content = bytearray(path.read_bytes())
    content[place % len(content)] = byte
    document, _ = read_or_told(bytes(content))
    if document is None:
        return
    problems = []
    rule = parse(document, Rule, problems)
    if rule is None:
        assert problems
        return
    rules = tuple(replace(file, rule=rule) if file.rule.rule == path.stem else file for file in real.rules)
    try:
        check(replace(real, rules=rules))
    except RulebookRefusedError as refused:
        assert refused.problems  # noqa: PT017 - a rule that is accepted is no fault
    else:
        on = max(version.from_ for version in rule.versions)
        rulebook_on(replace(real, rules=rules), on, None)
