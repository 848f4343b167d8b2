"""The letter as plain text: short lines, nothing lost, and each line of Arabic from right to left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.letter.letter import discreet_letter, letter
from nrm.letter.model import Item, Letter, Section
from nrm.letter.text import as_text
from nrm.rulebook.lines import WIDTH
from nrm.rulebook.wording import LANGUAGES

MARK = "\u200f"
PIECES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)
PARAGRAPHS = st.lists(PIECES, min_size=1, max_size=60).map(" ".join)
ITEMS = st.builds(Item, PARAGRAPHS, st.lists(PARAGRAPHS, max_size=3).map(tuple))
SECTIONS = st.builds(Section, PARAGRAPHS, st.lists(ITEMS, max_size=3).map(tuple), PARAGRAPHS | st.just(""))
LETTERS = st.builds(
    Letter,
    language=st.sampled_from(LANGUAGES),
    title=PARAGRAPHS,
    opening=st.lists(PARAGRAPHS, max_size=3).map(tuple),
    sections=st.lists(SECTIONS, max_size=3).map(tuple),
    space=SECTIONS,
)


def said_by(made):
    yield made.title
    yield from made.opening
    for section in (*made.sections, made.space):
        yield section.title
        yield section.note
        for item in section.items:
            yield item.text
            yield from item.below


@given(made=LETTERS)
def test_every_word_of_a_letter_is_in_its_text_in_order_and_no_line_is_too_long(made):
    said = as_text(made)
    words = [word for word in said.replace(MARK, "").split() if word.strip("_•")]
    assert words == " ".join(said_by(made)).split()
    assert max(len(line) for line in said.splitlines()) <= WIDTH
    assert said.endswith("\n")


@given(made=LETTERS)
def test_only_the_lines_of_a_right_to_left_letter_begin_with_the_mark_for_it(made):
    lines = [line for line in as_text(made).split("\n") if line]
    assert {line.startswith(MARK) for line in lines} == {made.right_to_left}
    assert all(MARK not in line[1:] for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", [letter, discreet_letter])
def test_there_is_room_to_write_at_the_end(plan_of, speakers, language, form):
    lines = as_text(form(plan_of("vcl"), speakers[language])).replace(MARK, "").splitlines()
    assert sum(set(line) == {"_"} for line in lines[-6:]) == 3
