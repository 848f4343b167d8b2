"""What is measured: our own base rulebook, made-up rulebooks of any size, and cases for both; always the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.synthetic import seeded, synthetic_rulebook
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError
from nrm.rulebook.read import read_examples, read_files
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from nrm.engine.facts import Facts, FactValue
    from nrm.rulebook.book import Rulebook
    from nrm.rulebook.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[1]
ON = date(2026, 3, 1)


@dataclass(frozen=True)
class Workload:
    """One rulebook and the cases that every contender decides under it."""

    name: str
    rulebook: Rulebook
    cases: Sequence[Facts]


def base_workload(cases: int) -> Workload:
    """Return our own rulebook with `cases` cases: half of them from the examples beside its rules, half random."""
    rulebook = rulebook_on(read_files(ROOT / "rules", ROOT / "seeds"), ON)
    drawn = example_cases(rulebook.vocabulary)
    random = seeded("examples")
    random.shuffle(drawn)
    half = cases // 2
    return Workload("base", rulebook, _mixed(drawn[:half], random_cases(rulebook.vocabulary, cases - half), random))


def synthetic_workload(rules: int, cases: int) -> Workload:
    """Return a made-up rulebook of `rules` rules with random cases."""
    rulebook = synthetic_rulebook(rules, ON)
    return Workload(f"{rules:,} rules", rulebook, random_cases(rulebook.vocabulary, cases))


def example_cases(vocabulary: Vocabulary) -> list[Facts]:
    """Return the facts of every example beside the base rules that this vocabulary can say."""
    found: list[Facts] = []
    for file in read_examples(ROOT / "rules"):
        for example in file.examples if file.country is None else ():
            try:
                found.append(check_facts(example.given, vocabulary))
            except CaseRefusedError:  # the example is faulty, which is for `nrm rules check` to say
                continue
    return found


def random_cases(vocabulary: Vocabulary, count: int, seed: str = "cases") -> list[Facts]:
    """Return `count` cases in which half of the facts are known and one code in ten was observed."""
    random = seeded(seed)
    return [_random_case(vocabulary, random) for _ in range(count)]


def _mixed(some: list[Facts], others: list[Facts], random: Random) -> list[Facts]:
    # Shuffled, so that an engine that is only given the first few cases is given some of both.
    mixed = [*some, *others]
    random.shuffle(mixed)
    return mixed


def _random_case(vocabulary: Vocabulary, random: Random) -> Facts:
    case: dict[str, FactValue] = {}
    for name, fact in vocabulary.facts.items():
        known = random.random() < 1 / 2
        if isinstance(fact, ChoiceFact):
            case[name] = random.choice(list(fact.values)) if known else UNKNOWN
        elif isinstance(fact, CodesFact):
            case[name] = frozenset(code for code in fact.values if random.random() < 1 / 10)
        else:
            case[name] = random.randint(fact.from_, fact.to) if known else None
    return case
