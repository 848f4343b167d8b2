"""What a record may hold, for tests that make records up: the facts of the vocabulary, and the kinds of its fields."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nrm.case.fields import Code, Country, Tongue
from nrm.case.template import shape
from nrm.models import parse
from nrm.rulebook.vocabulary import Fact, Vocabulary
from nrm.textfile import read_file

FACTS = Path(__file__).parents[1] / "rules" / "vocabulary" / "facts"


@cache
def vocabulary():
    """Return the facts that come with the program."""
    common = read_file(FACTS.parent / "common.yaml").data
    facts, problems = {}, []
    for path in sorted(FACTS.glob("*.yaml")):
        one = read_file(path)
        for fact in one.data.values():
            for value, words in fact.get("values", {}).items():
                words.update({} if words else common[value])
        facts |= parse(one, dict[str, Fact], problems) or {}
    assert not problems
    return Vocabulary(facts=facts)


def kind_of(annotation):
    """Like `shape`, but keeps the names that we gave to kinds of text."""
    if annotation in (Country, Tongue, Code):
        return annotation
    inside = [one for one in getattr(annotation, "__args__", ()) if one is not type(None) and one is not ...]
    if inside and shape(annotation).kind is str and not shape(annotation).words:
        return kind_of(inside[0])
    return shape(annotation).kind
