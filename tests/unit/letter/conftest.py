"""Plans of published court cases, some with other facts, and a speaker of each language."""

from datetime import date
from operator import itemgetter
from pathlib import Path

import pytest
from fakes import REAL
from hypothesis import strategies as st

from nrm.bootstrap import Application, case_document
from nrm.rulebook.vocabulary import ChoiceFact
from nrm.rulebook.wording import LANGUAGES

ON = date(2026, 3, 1)
CASES = Path(__file__).resolve().parents[2] / "rules" / "court_cases"


@pytest.fixture(scope="session")
def letter_application():
    return Application(REAL)


@pytest.fixture(scope="session")
def speakers(letter_application):
    return {language: letter_application.speaker(language) for language in LANGUAGES}


@pytest.fixture(scope="session")
def choices(letter_application):
    """Each fact with exactly one value, and its values."""
    facts = letter_application.files.vocabulary.facts
    return {name: sorted(fact.values) for name, fact in facts.items() if isinstance(fact, ChoiceFact)}


@pytest.fixture(scope="session")
def plan_of(letter_application):
    """Decide a court case on 1 March 2026 in Great Britain; facts may be given other values."""
    engine = letter_application.engine(ON, "gb")
    facts = {}

    def decide(name, **changed):
        if name not in facts:
            facts[name] = letter_application.facts(case_document(str(CASES / f"{name}.yaml")), ON)
        return engine.decide({**facts[name], **changed}, ON)

    return decide


@pytest.fixture(scope="session")
def names():
    return sorted(path.stem for path in CASES.glob("*.yaml") if not path.name.endswith(".expected.yaml"))


@pytest.fixture(scope="session")
def any_plan(plan_of, names, choices):
    """Draw the plan of a random court case with up to five facts changed at random."""
    pairs = [(fact, value) for fact in sorted(choices) for value in choices[fact]]
    changes = st.lists(st.sampled_from(pairs), max_size=5, unique_by=itemgetter(0))

    def drawn(data):
        return plan_of(data.draw(st.sampled_from(names)), **dict(data.draw(changes)))

    return drawn
