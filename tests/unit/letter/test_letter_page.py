"""The letter as a page that stands alone."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.letter.letter import letter
from nrm.letter.model import Item, Letter, Section
from nrm.letter.page import as_page
from nrm.rulebook.wording import LANGUAGES


class Reader(HTMLParser):
    """Which elements a page has, and which text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def page_of(text):
    section = Section(text, (Item(text, (text,)), Item(text)), text)
    return as_page(Letter("en", text, (text,), (section,), section))


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("es", "ltr"), ("ar", "rtl")])
def test_language_direction_and_title_are_set(plan_of, speakers, language, direction):
    made = letter(plan_of("vcl"), speakers[language])
    page = as_page(made)
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">')
    assert f"<title>{made.title}</title>" in page


@given(text=st.text(st.sampled_from("<>&\"'/ab= !-"), min_size=1))
def test_whatever_stands_in_a_text_stays_text(text):
    plain, found = Reader(page_of("x")), Reader(page_of(text))
    assert found.elements == plain.elements
    assert "".join(found.texts).count(text) >= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_names_no_address_and_nothing_to_load(plan_of, speakers, language):
    page = as_page(letter(plan_of("vcl"), speakers[language]))
    assert re.findall(r"https?:|file:|url\(|@import|@font-face|\bsrc=|\bhref=|<script|<link|<img|<object", page) == []
