"""The canonical form of a plan is that of RFC 8785, as an encoder that is not ours says it."""

from __future__ import annotations

import json

import pytest
import rfc8785
from offices import ON, real_books

from benchmarks.rulebooks import ROOT
from nrm.casework.cases.record import checked, facts_of
from nrm.engine.canonical import canonical_plan
from nrm.textfile import read_file

CASES = sorted(
    path for path in (ROOT / "tests/rules/court_cases").glob("*.yaml") if not path.name.endswith(".expected.yaml")
)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_plan_of_a_court_case_is_said_as_rfc8785_says_it(path):
    books = real_books()
    plan = books.engine(ON, None).decide(facts_of(checked(read_file(path)), ON, books.words()), ON)
    said = canonical_plan(plan)
    assert said == rfc8785.dumps(json.loads(said))
