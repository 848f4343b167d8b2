"""The fourth reading of a rule: the same conditions and outcomes as a sentence, in each language.

The templates stand in `rules/locale/<language>.yaml`; the words come from the vocabulary. Units of time follow CLDR
through Babel, because plural forms are not ours to invent (https://cldr.unicode.org/).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from babel.dates import format_date
from babel.lists import format_list
from babel.units import format_unit

from nrm.rulebook.book import FINDING, FindingTest, NumberTest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nrm.rulebook.book import Addition, BookBranch, BookRule, Clause, Test, Within
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.rulebook.wording import Language


@dataclass(frozen=True, eq=False)
class Speaker:
    """Says things in one language with the words of one vocabulary.

    Two are equal when they say the same, that is, in one language with the very same words; so what was said once can
    be kept (`functools.lru_cache`).
    """

    language: Language
    phrases: Mapping[str, str]
    words: Vocabulary

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Speaker):
            return NotImplemented
        return self.language == other.language and self.words is other.words and self.phrases is other.phrases

    def __hash__(self) -> int:
        return hash((self.language, id(self.words)))

    def phrase(self, code: str, **filled: str) -> str:
        """Return the phrase `code` with its braces filled in."""
        return self.phrases[code].format(**filled)

    def label(self, code: str) -> str:
        """Return the label of an outcome."""
        return self.words.outcome(code).label.in_(self.language)

    def value(self, fact: str, value: str) -> str:
        """Return the label of a value of a fact; an interval of a number stands for itself."""
        values = getattr(self.words.facts[fact], "values", {})
        return values[value].label.in_(self.language) if value in values else value

    def fact(self, fact: str) -> str:
        """Return the label of a fact."""
        return self.words.facts[fact].label.in_(self.language)

    def relied(self, fact: str, value: str) -> str:
        """Return one fact or finding that a rule relied on."""
        if fact == FINDING:
            return self.phrase("finding_made", finding=self.label(value))
        return self.phrase("fact_is", fact=self.fact(fact), values=self.value(fact, value))

    def either(self, words: Iterable[str]) -> str:
        """Return `a, b or c` as the language writes it."""
        return format_list(list(words), style="or", locale=self.language)

    def both(self, words: Iterable[str]) -> str:
        """Return `a, b and c` as the language writes it."""
        return format_list(list(words), style="standard", locale=self.language)

    def day(self, on: date) -> str:
        """Return a date written out."""
        return format_date(on, format="long", locale=self.language)

    def within(self, within: Within) -> str:
        """Return a time limit: `24 hours`, `3 days`, `working days: 5`."""
        if within.unit in {"working_days", "count"}:
            return self.phrase("working_days", number=str(within.amount))
        return _spelled(within.amount, within.unit, self.language)

    def test(self, test: Test) -> str:
        """Return what one test asks."""
        if isinstance(test, FindingTest):
            return self.phrase("finding_made", finding=self.label(test.finding))
        name = self.fact(test.fact)
        if isinstance(test, NumberTest):
            return self._number(test, name)
        values = self.either(self.value(test.fact, value) for value in test.values)
        several = self.words.facts[test.fact].type == "codes" and len(test.values) > 1
        return self.phrase("fact_includes" if several else "fact_is", fact=name, values=values)

    def _number(self, test: NumberTest, name: str) -> str:
        if test.low is not None and test.high is not None:
            said = self.phrase("number_between", fact=name, low=str(test.low), high=str(test.high))
        elif test.low is not None:
            said = self.phrase("number_at_least", fact=name, number=str(test.low))
        else:
            said = self.phrase("number_less_than", fact=name, number=str(test.high))
        return self.either([said, self._unknown()]) if test.unknown else said

    def _unknown(self) -> str:
        labels = (getattr(fact, "values", {}).get("unknown") for fact in self.words.facts.values())
        return next((value.label.in_(self.language) for value in labels if value is not None), "unknown")

    def clause(self, clause: Clause) -> str:
        """Return one condition, its alternatives joined by "or"."""
        return self.either(self.test(test) for test in clause.tests)

    def addition(self, addition: Addition) -> str:
        """Return one outcome with all that belongs to it."""
        label = self.label(addition.code)
        if addition.kind == "duty" and addition.by is not None and addition.within is not None:
            by = self.words.roles[addition.by].label.in_(self.language)
            return self.phrase("adds_duty", label=label, by=by, within=self.within(addition.within))
        if addition.kind == "disclosure":
            return self.phrase("adds_disclosure", label=label, **self.sharing(addition.code))
        return self.phrase(f"adds_{addition.kind}", label=label)

    def sharing(self, code: str) -> dict[str, str]:
        """Return who may receive what, for what and on what ground, ready to be filled into a phrase."""
        disclosure = self.words.disclosures[code]
        basis = self.phrase("basis_consent")
        if disclosure.duty is not None:
            basis = self.phrase("basis_duty", duty=self.label(disclosure.duty))
        return {
            "groups": self.both(self.words.groups[group].label.in_(self.language) for group in disclosure.groups),
            "recipient": self.words.recipients[disclosure.recipient].label.in_(self.language),
            "purpose": self.words.purposes[disclosure.purpose].label.in_(self.language),
            "basis": basis,
        }

    def branch(self, branch: BookBranch) -> list[str]:
        """Return the opening words and one line for each condition."""
        if not branch.clauses:
            return [self.phrase("every_case")]
        return [self.phrase("when_all"), *(self.clause(clause) for clause in branch.clauses)]

    def sentence(self, rule: BookRule, branch: int = 0) -> str:
        """Return one branch of a rule as one sentence."""
        opening, *conditions = self.branch(rule.branches[branch])
        joint = self.phrase("sentence_joint")
        when = (
            self.phrase("sentence_when", opening=opening, conditions=joint.join(conditions)) if conditions else opening
        )
        outcomes = joint.join(self.addition(addition) for addition in rule.then)
        return self.phrase("sentence", when=when, then=self.phrase("then"), outcomes=outcomes)


@lru_cache(maxsize=512)
def _spelled(amount: int, units: str, language: Language) -> str:
    """Return a time limit in words; a plan has dozens, and the library takes long for each."""
    unit = f"duration-{units.removesuffix('s')}"
    said = format_unit(amount, unit, locale=language)
    # CLDR has no long form of some units in Arabic; its short form is the full word there.
    return format_unit(amount, unit, length="short", locale=language) if unit in said else said
