"""An error says where, what and what to do."""

import pytest

from nrm.errors import (
    MOST_NAMED,
    CaseRefusedError,
    EngineError,
    FileRefusedError,
    NrmError,
    Problem,
    RulebookRefusedError,
    UnknownNameError,
    is_slip_of,
    nearest,
)


def test_a_problem_is_said_as_place_fault_and_remedy():
    assert str(Problem("a.yaml", 3, "the word `x` is not known", "leave it out")) == (
        "a.yaml:3: the word `x` is not known; leave it out"
    )


def test_a_problem_of_a_whole_file_names_no_line_and_one_without_remedy_ends_there():
    assert str(Problem("a.yaml", 0, "there is no such file")) == "a.yaml: there is no such file"


@pytest.mark.parametrize(
    "kind", [FileRefusedError, RulebookRefusedError, CaseRefusedError, UnknownNameError, EngineError]
)
def test_every_error_is_an_nrm_error_so_that_a_caller_needs_one_name(kind):
    assert issubclass(kind, NrmError)


def test_one_problem_needs_no_list():
    problem = Problem("a", 1, "it is so")
    assert NrmError(problem).problems == (problem,)


def test_problems_are_listed_once_each_in_the_order_in_which_a_reader_meets_them():
    second, first, other = Problem("a", 20, "late"), Problem("a", 3, "early"), Problem("b", 1, "other file")
    error = NrmError([other, second, first, second])
    assert error.problems == (first, second, other)
    assert str(error) == "a:3: early\na:20: late\nb:1: other file"


def test_the_nearest_valid_word_is_named():
    assert nearest("shleter", ["doctor", "shelter"]) == "did you mean `shelter`?"


def test_when_no_word_is_near_all_are_named_in_order():
    assert nearest("xyz", ["shelter", "doctor", "doctor"]) == "valid here: `doctor`, `shelter`"


def test_a_long_list_is_cut_and_its_rest_is_counted():
    words = [f"word{number:02}" for number in range(MOST_NAMED + 3)]
    said = nearest("?", words)
    assert said.endswith(f"`{words[MOST_NAMED - 1]}` and 3 more")
    assert words[MOST_NAMED] not in said


def test_where_nothing_is_valid_that_is_said():
    assert nearest("x", []) == "nothing is valid here"


@pytest.mark.parametrize(
    ("word", "slip"),
    [
        ("acused_of", True),
        ("accused_of Ana", False),
        ("Accused_of", False),  # a capital may begin a name
        ("nothing_like_it", False),
        ("", False),
    ],
)
def test_only_a_code_with_a_typing_error_counts_as_a_slip(word, slip):
    assert is_slip_of(word, ["accused_of", "acts"]) is slip
