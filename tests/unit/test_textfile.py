"""YAML and JSON are read as plain text, or refused with the line."""

import json

import pytest

from nrm import textfile
from nrm.errors import FileRefusedError
from nrm.textfile import DEEPEST_NESTING, LARGEST_FILE, read_bytes, read_file


def read(text):
    return read_bytes(text.encode(), "a.yaml")


def refusal(content, *, private=False):
    with pytest.raises(FileRefusedError) as refused:
        read_bytes(content if isinstance(content, bytes) else content.encode(), "a.yaml", private=private)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    "word", ["no", "yes", "2026-01-01", "012", "1e3", "0x1F", "~", "null", "true", "1_000", ".inf"]
)
def test_every_scalar_stays_the_text_that_was_written(word):
    assert read(f"key: {word}").data == {"key": word}


def test_lists_and_mappings_keep_their_shape_and_order():
    assert read("b: [1, {c: 2}]\na:\n  - x\n  -\n").data == {"b": ["1", {"c": "2"}], "a": ["x", ""]}


def test_a_file_with_nothing_in_it_is_empty_text():
    assert read("# only a comment\n").data == ""


def test_a_byte_order_mark_and_foreign_letters_are_read():
    assert read_bytes("\ufeffar: نعم".encode(), "a.yaml").data == {"ar": "نعم"}


def test_every_value_knows_its_line():
    document = read("a: 1\nb:\n  - x\n  - c: 2\n")
    lines = {place: document.line_of(place) for place in [("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "c")]}
    assert lines == {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4}


def test_a_place_that_is_not_in_the_file_has_the_line_of_what_surrounds_it():
    document = read("a: 1\nb:\n  c: 2\n")
    assert document.line_of(("b", "d", 0)) == 2
    assert read("").line_of(("x",)) == 1
    assert str(document.problem(("b", "d"), "it is missing", "add it")) == "a.yaml:2: it is missing; add it"


def test_json_is_read_by_the_same_reader():
    data = {"name": 'Zoë "Z" \\u0041', "list": ["a/b", {"x": "\t"}], "letters": "𞤀😀"}
    for text in (json.dumps(data), json.dumps(data, ensure_ascii=False), json.dumps(data, indent="\t")):
        assert read(text).data == data


def test_half_of_a_json_pair_is_no_character():
    assert refusal(r'{"a": "\ud83d"}')[0].startswith("a.yaml:1: the YAML is broken here")


def test_outside_json_a_backslash_means_what_yaml_says():
    assert read(r"a: \ud83d\ude00").data == {"a": r"\ud83d\ude00"}


def test_a_key_that_stands_twice_is_refused_with_both_lines():
    assert refusal("a: 1\nb: 2\na: 3\n") == [
        "a.yaml:3: the key `a` stands twice in one place (first on line 1); keep one"
    ]


def test_the_same_key_in_two_places_is_no_fault():
    assert read("a: {x: 1}\nb: {x: 2}").data == {"a": {"x": "1"}, "b": {"x": "2"}}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\n---\nb: {c: [2]}\n", "a.yaml:2: a second document begins; keep one document in a file"),
        ("a: &x 1\n", "a.yaml:1: an anchor (`&…`) is not allowed; write the value out"),
        ("a: !!int 1\n", "a.yaml:1: a tag (`!…`) is not allowed; write plain text"),
        ("a: !!python/object:os.system {}\n", "a.yaml:1: a tag (`!…`) is not allowed; write plain text"),
        ("\n? [a, b]\n: 1\n", "a.yaml:2: a key must be one word; write `key: value`"),
        ("? {a: b}\n: 1\n", "a.yaml:1: a key must be one word; write `key: value`"),
    ],
)
def test_what_could_surprise_a_reader_is_refused(text, fault):
    assert any(said.startswith(fault) for said in refusal(text)), refusal(text)


def test_an_alias_is_refused_so_that_a_small_file_cannot_grow():
    assert "a.yaml:2: an alias (`*…`) is not allowed; write the value out" in refusal("a: &x [1]\nb: *x\n")


def test_several_faults_are_told_at_once():
    told = refusal("a: &x 1\na: 2\nb: !t 3\n")
    assert [said.split(":")[1] for said in told] == ["1", "2", "3"]


@pytest.mark.parametrize("opening", ["[", "a: [", "{a: "])
def test_deep_nesting_is_refused_before_it_can_exhaust_the_stack(opening):
    assert "nested more than 40 deep" in refusal(opening * 100_000)[0]


def test_nesting_up_to_the_limit_is_read():
    text = "[" * DEEPEST_NESTING + "]" * DEEPEST_NESTING
    assert json.dumps(read(text).data) == text


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "did not find expected ',' or ']'"),
        ("a: b: c\n", 1, "mapping values are not allowed in this context"),
        ("a: 1\n\t- b\n", 2, ""),
        ('a: "open\n', 2, "found unexpected end of stream"),
        ("a: 1\nb: \x01\n", 2, ""),
    ],
)
def test_broken_yaml_is_refused_on_its_line(text, line, cause):
    (said,) = refusal(text)
    assert said.startswith(f"a.yaml:{line}: the YAML is broken here")
    assert said.endswith("check indentation, quotes, brackets and `: `")
    assert cause in said


def test_bytes_that_are_not_utf_8_are_refused_on_their_line():
    assert refusal(b"a: 1\nb: \xff\n") == ["a.yaml:2: the file is not UTF-8 text; save it as UTF-8"]


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed():
    assert refusal(b"[" * (LARGEST_FILE + 1)) == [f"a.yaml: the file is larger than {LARGEST_FILE} bytes; split it"]


@pytest.mark.parametrize(
    "text",
    [
        "Canary: 1\nCanary: 2\n",
        "Canary: [Canary, Canary\n",
        "a: &Canary 1\nb: *Canary\n",
        "a: !Canary 1\n",
        "a: *Canary\n",
        "%Canary\n---\na: 1\n",
        "a: 'Canary\n",
        "? [Canary]\n: 1\n",
        'a: "\\Canary"\n',
    ],
)
def test_nothing_of_a_private_file_is_quoted(text):
    assert "Canary" not in " ".join(refusal(text, private=True))


def test_a_file_is_named_as_the_caller_shows_it(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: 1\n")
    assert read_file(path).file == str(path)
    assert read_file(path, shown_as="rules/x.yaml").file == "rules/x.yaml"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("missing.yaml", "x: there is no such file; check the path"),
        (".", "x: this is a folder, not a file; name one file"),
        ("file/inside.yaml", "x: the file cannot be read: not a directory; check its rights"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, fault):
    (tmp_path / "file").touch()
    with pytest.raises(FileRefusedError) as refused:
        read_file(tmp_path / name, shown_as="x")
    assert str(refused.value) == fault


def test_without_the_c_parser_the_same_text_is_read(monkeypatch):
    monkeypatch.setattr(textfile, "_Loader", textfile.yaml.BaseLoader)
    assert read("a: [no, 2026-01-01]\n").data == {"a": ["no", "2026-01-01"]}
    assert refusal("a: 1\nb: [1\n")[0].startswith("a.yaml:3: the YAML is broken here")
    assert refusal("a: 1\nb: \x01\n")[0].startswith("a.yaml:2: the YAML is broken here")


def test_an_error_of_the_parser_without_a_place_points_at_the_first_line():
    said = textfile._broken(textfile.yaml.YAMLError(), "", "a.yaml")  # noqa: SLF001 - no input is known that gives one
    assert str(said).startswith("a.yaml:1: the YAML is broken here;")
