"""The canonical form of a plan is that of RFC 8785, as an encoder that is not ours says it."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from offices import ON, real_books
from strategies import facts_of, rulebooks

from benchmarks.rulebooks import ROOT
from nrm.casework.cases import record
from nrm.engine.canonical import canonical_plan
from nrm.engine.decide import Engine
from nrm.textfile import read_file

CASES = sorted(
    path for path in (ROOT / "tests/rules/court_cases").glob("*.yaml") if not path.name.endswith(".expected.yaml")
)


def whole(plan):
    """Return everything that the canonical form of a plan says, as one value."""
    dispute = plan.dispute
    return {
        "version": 1,
        "rulebook": plan.digest,
        "country": plan.country,
        "on": plan.on.isoformat(),
        "dispute": dispute
        and {
            "only_masks": list(dispute.only_masks),
            "only_rete": list(dispute.only_rete),
            "rete_failed": dispute.rete_failed,
        },
        "lines": [line_of(line) for lines in plan.lines.values() for line in lines],
        "withheld": [line_of(line) for line in plan.withheld],
    }


def line_of(line):
    return {
        "kind": line.kind,
        "code": line.code,
        "by": line.by,
        "within": line.within and {"amount": line.within.amount, "unit": line.within.unit},
        "withholds": list(line.withholds),
        "reasons": [
            {
                "rule": reason.step.rule.name,
                "version": reason.step.rule.version.isoformat(),
                "branch": reason.step.branch + 1,
                "relied": [list(atom) for atom in reason.relied],
            }
            for reason in line.reasons
        ],
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("country", [None, "gb"])
def test_the_plan_of_a_court_case_is_said_as_rfc8785_says_it(path, country):
    books = real_books()
    facts = record.facts_of(record.checked(read_file(path)), ON, books.words())
    plan = books.engine(ON, country).decide(facts, ON)
    assert canonical_plan(plan) == rfc8785.dumps(whole(plan))


@given(st.data())
def test_every_plan_of_every_rulebook_is_said_as_rfc8785_says_it_also_in_a_dispute(data):
    book = data.draw(rulebooks())
    engine = Engine(book)
    for _ in range(3):  # what comes back in plan after plan is kept, and never told of another rulebook or case
        plan = engine.decide(data.draw(facts_of(book.vocabulary)), ON)
        assert canonical_plan(plan) == rfc8785.dumps(whole(plan))
    engine.rete.refused = True
    disputed = engine.decide(data.draw(facts_of(book.vocabulary)), ON)
    assert disputed.disputed
    assert canonical_plan(disputed) == rfc8785.dumps(whole(disputed))
