"""Bytes of strangers: limits, broken files, formulas, and nothing but refusals."""

import csv
import json
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interchange_records import CANARY

from nrm.case import read_case
from nrm.errors import FileRefusedError, NrmError
from nrm.interchange import read_htcds, read_uk_form, write_htcds
from nrm.interchange.sheet import LONGEST_CELL, MOST_COLUMNS, MOST_RECORDS, read_sheet, write_sheet
from nrm.textfile import DEEPEST_NESTING, LARGEST_FILE, Document

READERS = {
    "htcds csv": lambda content: read_htcds(content, "csv"),
    "htcds json": lambda content: read_htcds(content, "json"),
    "uk form": read_uk_form,
}
often = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def zipped(content):
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("cases.csv", content)
    return out.getvalue()


def refused(content, kind="csv"):
    with pytest.raises(FileRefusedError) as raised:
        read_sheet(content, kind, "file")
    return raised.value.problems[0]


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_zip_is_not_accepted_and_never_unpacked(read):
    bomb = zipped(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(FileRefusedError, match="packed file"):
        read(bomb)
    with pytest.raises(FileRefusedError, match="packed file"):
        read(b"\x1f\x8b\x08" + b"0" * 100)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_file_above_the_limit_is_refused_before_it_is_read(read):
    with pytest.raises(FileRefusedError, match=f"larger than {LARGEST_FILE} bytes"):
        read(b" " * (LARGEST_FILE + 1))


@pytest.mark.parametrize(("opens", "closes"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("depth", [DEEPEST_NESTING + 1, 500, 100_000, 800_000])
def test_json_nested_too_deep_is_refused(opens, closes, depth):
    assert f"more than {DEEPEST_NESTING} deep" in refused(opens * depth + b"1" + closes * depth, "json").what


def test_half_of_a_pair_of_surrogates_is_listed_and_not_taken_over():
    found = read_htcds(b'{"prs_FirstName": "\\ud800", "prs_SecondName": "\\ud83d\\ude00"}', "json")
    assert found.records[0].data == {"identity": {"last_name": "\N{GRINNING FACE}"}}
    assert [one.field for one in found.unmapped] == ["prs_FirstName"]


def test_a_fault_that_a_field_repeats_is_listed_once():
    found = read_htcds(json.dumps({"vic_MethodsOfControl": "q;" * 20_000}).encode(), "json")
    assert len(found.unmapped) == 1


def test_too_many_records_columns_and_characters_are_refused():
    assert "records" in refused(b"prs_FirstName\n" + b"x\n" * (MOST_RECORDS + 1)).what
    assert "records" in refused(b"[" + b"{}," * MOST_RECORDS + b"{}]", "json").what
    many = [f"c{number}" for number in range(MOST_COLUMNS + 1)]
    assert "columns" in refused(",".join(many).encode()).what
    assert "columns" in refused(json.dumps(dict.fromkeys(many, "")).encode(), "json").what
    assert "longer than" in refused(b"a\n" + b"x" * (LONGEST_CELL + 1)).what
    assert "longer than" in refused(json.dumps({"a": ["x" * 1000] * 61}).encode(), "json").what
    assert "longer than" in refused(json.dumps({"a": [None] * (LONGEST_CELL + 1)}).encode(), "json").what
    assert "broken" in refused(b"a\n" + b"x" * 200_000).what  # above the limit of the csv module itself


@pytest.mark.parametrize(
    ("content", "kind", "what"),
    [
        (b"prs_FirstName\n\xff\xfeAna\n", "csv", "not UTF-8"),
        (b'["\xff"]', "json", "not UTF-8"),
        (b'a,b\n"x,y\n', "csv", "broken"),
        (b"a,b\nx\n", "csv", "1 cells, and there are 2 headings"),
        (b"a,b\nx,y,z\n", "csv", "3 cells, and there are 2 headings"),
        (b"a,a\nx,y\n", "csv", "heading stands twice"),
        (b'{"a": 1, "a": 2}', "json", "stands twice"),
        (b"{a: 1}", "json", "no JSON"),
        (b"", "json", "no JSON"),
        (b"[1]", "json", "no JSON object"),
        (b'{"a": NaN}', "json", None),
    ],
)
def test_a_broken_file_is_refused_in_words(content, kind, what):
    if what is None:
        assert read_sheet(content, kind, "file") == [{"a": None}]
    else:
        problem = refused(content, kind)
        assert what in problem.what
        assert problem.todo


def test_the_line_of_what_is_not_utf_8_is_told():
    assert refused(b"prs_FirstName\nAna\n\xff\n").line == 3


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_marks_that_spreadsheets_put_between_cells_are_read(mark):
    assert read_sheet(f"\ufeffa{mark}b\r\n1{mark} 2 \r\n{mark}\r\n\r\n".encode(), "csv", "f") == [
        {"a": ("1",), "b": ("2",)}
    ]


def test_what_json_says_is_read_as_texts():
    content = b'{"a": null, "b": true, "c": 12, "d": ["x", null], "e": {"f": 1}, "g": ["x", {}], "h": ""}'
    assert read_sheet(content, "json", "f") == [
        {"a": (), "b": ("true",), "c": ("12",), "d": ("x",), "e": None, "g": None, "h": ()}
    ]


def test_a_key_that_is_flat_and_nested_is_refused():
    with pytest.raises(FileRefusedError, match="stands twice"):
        read_uk_form(b'{"Customer.Surname": "a", "Customer": {"Surname": "b"}}')


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20))
def test_no_cell_of_an_export_begins_as_a_formula_and_each_comes_back(text):
    content = write_sheet([{"prs_FirstName": [text], "prs_SecondName": ["x"]}], "csv", frozenset())
    cells = list(csv.reader(StringIO(content.decode(), newline="")))[1]
    assert not cells[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))  # noqa: RUF001
    back = read_sheet(content, "csv", "f")[0]["prs_FirstName"]
    assert back == ((text.strip(),) if text.strip() else ())


def test_an_export_guards_the_formula_in_a_name():
    case = Document("x", {"identity": {"first_name": '=HYPERLINK("http://x")'}}, {})
    content = write_htcds([case], "csv").content
    assert b"\"'=HYPERLINK" in content
    assert read_htcds(content, "csv").records[0].data == case.data


def canaries():
    """Return bytes that look like the files, with a canary in them, cut, repeated and spoilt."""
    names = st.sampled_from(
        ["prs_FirstName", "prs_Birthdate", "hte_Type", "Customer.DOB", "FirstChanceToReport", CANARY]
    )
    values = st.recursive(
        st.sampled_from([CANARY, f"={CANARY}", f"Exploitation;{CANARY}", None, True, 3]),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
        max_leaves=4,
    )
    tables = st.lists(
        st.lists(st.sampled_from(["prs_FirstName", "vic_AgeWhenTrafficked", CANARY, '"', ""]), max_size=3)
    )
    as_csv = tables.map(lambda table: "\n".join(",".join(row) for row in table).encode())
    as_json = st.dictionaries(names, values, max_size=4).map(lambda value: json.dumps(value).encode())
    spoilt = st.tuples(as_json, st.integers(0, 60), st.binary(max_size=3))
    return as_csv | as_json | spoilt.map(lambda three: three[0][: three[1]] + three[2] + three[0][three[1] :])


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@often
@given(content=st.binary(max_size=300) | st.text(max_size=100).map(str.encode) | canaries())
def test_arbitrary_bytes_give_records_or_a_refusal_and_no_value_is_quoted(read, content):
    found, shown = None, ""
    try:
        found = read(content)
    except NrmError as error:
        shown = f"{error} {error!r}"
    for one in found.records if found else ():
        read_case(one)
    assert CANARY not in f"{shown} {found!r}" + "".join(map(str, found.unmapped if found else ()))
    assert shown or found
