"""How a fact is written in a case record, for programs and for people."""

import pytest

from nrm.rulebook.fact_forms import fact_comments, fact_schemas
from nrm.rulebook.wording import LANGUAGES


def test_each_type_of_fact_has_its_schema(sound):
    schemas = fact_schemas(sound.vocabulary)
    assert set(schemas) == set(sound.vocabulary.facts)
    assert schemas["urgent_need"] == {
        "title": "Urgent need",
        "description": "Now.",
        "enum": ["yes", "no", "unknown"],
    }
    assert schemas["signs"]["items"] == {"enum": ["confinement", "debt", "threats"]}
    assert (schemas["signs"]["type"], schemas["signs"]["uniqueItems"]) == ("array", True)
    assert schemas["days_detained"]["anyOf"] == [
        {"type": "integer", "minimum": 0, "maximum": 365},
        {"const": "unknown"},
    ]


def test_each_type_of_fact_has_its_comment(sound):
    comments = fact_comments(sound.vocabulary, "en")
    assert comments["urgent_need"] == "Now. yes | no | unknown"
    assert comments["signs"] == "What was seen. [confinement, debt, threats]"
    assert comments["days_detained"] == "Days held. 0..365 | unknown"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_real_fact_has_schema_and_comment_in_every_language(real, language):
    comments = fact_comments(real.vocabulary, language)
    assert set(comments) == set(fact_schemas(real.vocabulary)) == set(real.vocabulary.facts)
    assert all(fact.meaning.in_(language) in comments[name] for name, fact in real.vocabulary.facts.items())
