"""Another solver is asked the same questions, and gives the same answers.

Each question goes to cvc5 as SMT-LIB text, https://smt-lib.org/, so nothing of z3 but its printer is shared.
"""

from __future__ import annotations

import re
from datetime import date

import cvc5
import pytest
import z3
from fakes import REAL
from planted import real_files
from planted_faults import FAULTS

from nrm.proof.claims import GrowthClaim, IndependenceClaim, ListClaim, ReachableClaim
from nrm.proof.files import read_guarantees
from nrm.proof.formula import CaseFormula
from nrm.proof.reach import _questions
from nrm.proof.resolve import theory_on
from nrm.proof.solver import Prover
from nrm.rulebook.resolve import rulebook_on

ON = date(2026, 3, 1)
MUTATED = [fault for fault in FAULTS if fault.people][:9] + [f for f in FAULTS if "every_rule_counts" in f.refused_by]


def cvc5_says(text):
    """Return `sat` or `unsat` for each `check-sat` of the SMT-LIB script `text`."""
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    solver.setOption("incremental", "true")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    symbols = parser.getSymbolManager()
    said = []
    while not (command := parser.nextCommand()).isNull():
        answer = command.invoke(solver, symbols)
        if answer.strip():
            said.append(answer.strip())
    return said


def script(axioms, questions):
    """Return SMT-LIB text that asks each of the questions after the same axioms."""
    base = z3.Solver()
    base.add(axioms)
    for number, question in enumerate(questions):
        base.add(z3.Bool(f"asked {number}") == question)
    stated = base.to_smt2().replace("(check-sat)", "").replace("(exit)", "")
    asked = "".join(f"(check-sat-assuming (|asked {number}|))\n" for number in range(len(questions)))
    for word, meaning in (("and", "true"), ("or", "false")):  # z3 prints a conjunction of nothing as a bare word
        stated = re.sub(rf"(?<=\s){word}(?=[\s)])", meaning, stated)
    return f"(set-logic QF_UF)\n{stated}{asked}"


def exactly_one(case):
    """Say in plain logic what `AtMost` says in words of z3."""
    plain = []
    for axiom in case.axioms:
        if axiom.decl().kind() == z3.Z3_OP_PB_AT_MOST:
            members = axiom.children()
            plain.extend(z3.Not(z3.And(a, b)) for i, a in enumerate(members) for b in members[i + 1 :])
        else:
            plain.append(axiom)
    return plain


def second_opinion(theory):
    """Return for each guarantee whether cvc5 finds that it holds, by name."""
    program = theory.program
    one, other = CaseFormula(program, "one"), CaseFormula(program, "other")
    verdicts, single, pairs = {}, {}, {}
    for resolved in theory.resolved:
        claim, name = resolved.claim, resolved.guarantee.file.guarantee
        if isinstance(claim, ListClaim):
            continue  # nothing is asked of any solver
        if isinstance(claim, ReachableClaim):
            questions = list(_questions(program, one, claim))
            said = cvc5_says(script(exactly_one(one), [question for _, question, _ in questions]))
            assert len(said) == len(questions)
            verdicts[name] = all(str(wanted) == answer for (wanted, _, _), answer in zip(questions, said, strict=True))
        elif isinstance(claim, IndependenceClaim | GrowthClaim):
            same = [one.facts[a] == other.facts[a] for a in one.facts if a[0] in claim.shared(program)]
            pairs[name] = z3.And(*same, claim.refuted_by(one, other))
        else:
            single[name] = claim.refuted_by(one)
    for asked, axioms in ((single, exactly_one(one)), (pairs, exactly_one(one) + exactly_one(other))):
        answers = cvc5_says(script(axioms, list(asked.values()))) if asked else []
        assert len(answers) == len(asked)
        assert set(answers) <= {"sat", "unsat"}
        verdicts |= {name: answer == "unsat" for name, answer in zip(asked, answers, strict=True)}
    return verdicts


def first_opinion(theory):
    prover = Prover(theory.program)
    results = {r.guarantee.file.guarantee: prover.prove(r.claim) for r in theory.resolved if r.claim.cases}
    return {name: result.verdict == "proved" for name, result in results.items()}


def _short(guarantee):
    return guarantee.file.guarantee != "every_rule_counts"


@pytest.fixture(scope="module")
def guarantees():
    return read_guarantees(REAL.rules, real_files())


@pytest.mark.parametrize("country", [None, "gb"], ids=["base", "gb"])
def test_cvc5_proves_every_guarantee_of_our_own_rulebook(guarantees, country):
    theory = theory_on(guarantees, real_files(), rulebook_on(real_files(), ON, country), ON)
    verdicts = second_opinion(theory)
    assert len(verdicts) == sum(bool(resolved.claim.cases) for resolved in theory.resolved) >= 60
    assert [name for name, proved in verdicts.items() if not proved] == []


@pytest.mark.parametrize("fault", MUTATED, ids=lambda fault: fault.name)
def test_both_solvers_give_the_same_verdict_on_every_guarantee_of_a_bad_rulebook(guarantees, fault):
    files = fault.planted_in(real_files())
    # Hundreds of questions hide in `every_rule_counts`; they are asked again where the answer is another.
    chosen = [g for g in guarantees if _short(g) or g.file.guarantee in fault.refused_by]
    theory = theory_on(chosen, files, rulebook_on(files, ON), ON)
    second = second_opinion(theory)
    assert second == first_opinion(theory)
    assert not all(second.values())
