"""What is checked of a bundle before anybody approves it: examples, proof, and mistakes in what changed.

That its files fit together was checked when it was opened (`open_bundle`). The same bundle after the same other one
gives the same result everywhere, so that an installation can find out by itself whether a statement is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from nrm.errors import Problem, UnknownNameError
from nrm.proof.killing import Gauntlet
from nrm.proof.mutants import mutants
from nrm.publishing.examples import run_examples
from nrm.publishing.proving import prove_bundle
from nrm.publishing.statement import CheckCounts, PeriodRulebook, Statement
from nrm.rulebook.changes import word_changes
from nrm.rulebook.resolve import rulebook_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from nrm.proof.mutants import Mutant
    from nrm.publishing.bundle import Bundle
    from nrm.publishing.examples import Seen
    from nrm.publishing.proofs import ProofReport
    from nrm.rulebook.book import BookRule, Rulebook


@dataclass(frozen=True)
class Checked:
    """What came of it; `problems` are those of examples, `survivors` mistakes that nothing would notice.

    A survivor does not stand against publishing: it is for the approver to judge.
    """

    report: ProofReport
    counts: CheckCounts
    problems: tuple[Problem, ...]
    survivors: tuple[str, ...]

    def faults(self) -> tuple[Problem, ...]:
        """Return all that stands against publishing."""
        todo = "`nrm rules prove` shows for whom the rules would fail"
        return (*self.problems, *(Problem("proof", 0, what, todo) for what in self.report.not_proved()))


def check_bundle(bundle: Bundle, from_: date, before: Bundle | None, seen: Seen = lambda *_: None) -> Checked:
    """Check a bundle that would decide from `from_` on, in the place of `before` (None: it is the first)."""
    ran, problems = run_examples(bundle, seen)
    report = prove_bundle(bundle, seen)
    asked = list(_changed(bundle, from_, before))
    survivors = []
    gauntlet, key = None, None
    for number, (on, book, mutant) in enumerate(asked, start=1):
        if key != (on, book.country):
            gauntlet, key = Gauntlet(bundle.files, book, on, bundle.examples, bundle.guarantees), (on, book.country)
        if gauntlet is not None and gauntlet.fate(mutant).survived:
            survivors.append(f"{mutant.name} ({book.country or 'base'}, {on.isoformat()})")
        seen("mutants", number, len(asked))
    counts = CheckCounts(
        rules=len(bundle.files.rules),
        examples=ran,
        guarantees=len(bundle.guarantees),
        mutants=len(asked),
        survivors=len(survivors),
    )
    return Checked(report, counts, tuple(problems), tuple(survivors))


def statement_of(bundle: Bundle, from_: date, previous: str | None, checked: Checked) -> Statement:
    """Return what officers sign when the checks came out so; `previous` is the digest of the bundle it follows."""
    rulebooks = (PeriodRulebook(country=country, on=on, rulebook=book) for country, on, book in bundle.rulebooks())
    return Statement.model_validate(
        {
            "bundle": bundle.digest,
            "rulebooks": tuple(rulebooks),
            "from": from_,
            "previous": previous,
            "proof": checked.report.digest,
            "checks": checked.counts,
        }
    )


def _changed(bundle: Bundle, from_: date, before: Bundle | None) -> Iterator[tuple[date, Rulebook, Mutant]]:
    """Yield every mistake in what is other than it was, once, with the day and the rulebook in which it is made."""
    seen: set[BookRule] = set()
    widened: set[str | None] = set()
    for country, on in _days(bundle, from_):
        book = rulebook_on(bundle.files, on, country)
        old = _book(before, on, country)
        had = frozenset() if old is None else frozenset(old.rules)
        new = {rule.name: rule for rule in book.rules if rule not in had | seen}
        seen.update(book.rules)
        shared = None if old is None else _shared_anew(old, book, new.values())
        for mutant in mutants(book, country):
            if mutant.before is not None:
                asked = mutant.before.name in new
            else:  # a widened disclosure: the words are the same on all days
                asked = country not in widened and (shared is None or mutant.at.partition(" ")[0] in shared)
            if asked:
                yield on, book, mutant
        widened.add(country)


def _shared_anew(old: Rulebook, book: Rulebook, new: Iterable[BookRule]) -> set[str]:
    """Return the disclosures that are worded otherwise than before, or given by a rule that changed."""
    worded = {one.code for one in word_changes(old.vocabulary, book.vocabulary)}
    return worded | {addition.code for rule in new for addition in rule.then}


def _days(bundle: Bundle, from_: date) -> Iterator[tuple[str | None, date]]:
    """Yield each country with the days on which its rulebook begins or changes once the bundle decides."""
    periods = [(country, on) for country, on, _ in bundle.periods()]
    for one, following in pairwise([*periods, None]):
        assert one is not None
        over = following is not None and following[0] == one[0] and following[1] <= from_
        if not over:
            yield one


def _book(bundle: Bundle | None, on: date, country: str | None) -> Rulebook | None:
    try:
        return None if bundle is None else rulebook_on(bundle.files, on, country)
    except UnknownNameError:
        return None  # it had no rules yet on that day, or none for that country
