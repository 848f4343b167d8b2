"""Does each condition ask something that its fact can answer, and does it settle what happens when it is unknown?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.errors import nearest
from nrm.rulebook.rule import ANY, FromParameter
from nrm.rulebook.vocabulary import NEVER_TAKES_AWAY, UNKNOWN, ChoiceFact, CodesFact, WholeFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nrm.errors import Problem
    from nrm.rulebook.files import Files
    from nrm.rulebook.rule import Condition
    from nrm.textfile import Document, Place


class ConditionLint:
    """Checks the conditions of one version of one rule."""

    def __init__(self, files: Files, document: Document, *, gives_protection: bool) -> None:
        self.words = files.vocabulary
        self.document = document
        self.gives_protection = gives_protection
        self.parameters = {f.parameter.parameter: f.parameter for f in files.parameters if f.country is None}
        self.numbers: dict[str, set[int]] = {}  # of each parameter, all values in the base and in all countries
        for file in files.parameters:
            values = {value.value for value in file.parameter.values}
            self.numbers.setdefault(file.parameter.parameter, set()).update(values)

    def conditions(self, when: Sequence[Condition], at: Place) -> Iterator[Problem]:
        """Yield every problem of the conditions that stand at `at`."""
        for index, condition in enumerate(when):
            if condition.any_ is None:
                yield from self._one(condition, (*at, index))
            for inner, plain in enumerate(condition.any_ or ()):
                yield from self._one(plain, (*at, index, "any", inner))

    def _one(self, condition: Condition, at: Place) -> Iterator[Problem]:
        if condition.finding is not None:
            if condition.finding not in self.words.findings:
                todo = nearest(condition.finding, self.words.findings)
                yield self.document.problem(at, f"`{condition.finding}` is not a finding of the vocabulary", todo)
            return
        name = condition.fact or ""
        fact = self.words.facts.get(name)
        if fact is None:
            todo = nearest(name, self.words.facts)
            yield self.document.problem(at, f"`{name}` is not a fact of the vocabulary", todo)
            return
        if fact.nature == "cooperation" and self.gives_protection:
            # INVARIANT (help is never bought with testimony): A/RES/76/7 §13.
            what = f"help may not depend on `{name}`"
            yield self.document.problem(at, what, "give the offer, duty or bar whatever the answer is")
        if isinstance(fact, ChoiceFact):
            yield from self._choice(condition, name, fact, at)
        elif isinstance(fact, CodesFact):
            yield from self._codes(condition, name, fact, at)
        else:
            yield from self._whole(condition, name, fact, at)

    def _choice(self, condition: Condition, name: str, fact: ChoiceFact, at: Place) -> Iterator[Problem]:
        asked = condition.is_ if condition.is_ is not None else condition.is_not
        if asked is None:
            yield self.document.problem(at, f"`{name}` has one value", "ask it with `is` or `is_not`")
            return
        yield from self._values(asked, name, fact.values, at)
        wanted = set(condition.is_) if condition.is_ is not None else set(fact.values) - set(asked)
        named = UNKNOWN in asked
        yield from self.unsettled(condition, name, at, named=named)
        if condition.when_unknown == "does_not_apply":
            wanted.discard(UNKNOWN)
        if not wanted:
            yield self.document.problem(at, f"no value of `{name}` is left", "this condition can never hold")
        elif wanted == set(fact.values):
            yield self.document.problem(at, f"every value of `{name}` is allowed", "leave the condition out")
        yield from self._less_for_more(name, fact, wanted, at)

    def unsettled(self, condition: Condition, name: str, at: Place, *, named: bool) -> Iterator[Problem]:
        """Yield where a choice fact is asked and an unknown one left in silence; a rule must not do that."""
        if condition.when_unknown == "applies":
            yield self.document.problem(at, "`when_unknown: applies` is written `unknown` in the list", "list it")
        elif condition.when_unknown == "does_not_apply":
            if named:
                yield self.document.problem(at, "`unknown` is listed and yet does not apply", "keep one of them")
            if condition.reason is None:
                what = f"nobody is told why an unknown `{name}` leaves the person outside this rule"
                yield self.document.problem(at, what, "add a `reason`")
        elif condition.is_not is not None and named and set(condition.is_not) != set(self._values_of(name)):
            what = f"`is_not` leaves out an unknown `{name}` without saying why"
            todo = "take `unknown` out of the list, and add `when_unknown: does_not_apply` with a `reason`"
            yield self.document.problem(at, what, todo)
        elif condition.is_ is not None and not named:
            what = f"nothing is said for the case that `{name}` is unknown"
            todo = "list `unknown`, or add `when_unknown: does_not_apply` with a `reason`"
            yield self.document.problem(at, what, todo)

    def _values_of(self, name: str) -> Mapping[str, object]:
        values: Mapping[str, object] = getattr(self.words.facts[name], "values", {})
        return values

    def _less_for_more(self, name: str, fact: ChoiceFact, wanted: set[str], at: Place) -> Iterator[Problem]:
        if fact.nature not in NEVER_TAKES_AWAY or not self.gives_protection:
            return
        helped = [value in wanted for value in fact.order]
        if helped != sorted(helped):
            least, *between, most = (f"`{value}`" for value in fact.order)
            what = f"more `{name}` would mean less help here"
            todo = f"what holds for {least} must hold for {', '.join(between)} and {most} too"
            yield self.document.problem(at, what, todo)

    def _codes(self, condition: Condition, name: str, fact: CodesFact, at: Place) -> Iterator[Problem]:
        if condition.includes is None:
            what = f"`{name}` is a set of observed codes; one that is not observed is not known, never absent"
            yield self.document.problem(at, what, "ask it with `includes`")
            return
        if condition.when_unknown is not None:
            yield self.document.problem(at, f"`{name}` has no unknown value", "leave `when_unknown` out")
        if condition.includes != (ANY,):
            yield from self._values(condition.includes, name, fact.values, at)

    def _whole(self, condition: Condition, name: str, fact: WholeFact, at: Place) -> Iterator[Problem]:
        asked = condition.at_least if condition.at_least is not None else condition.less_than
        if asked is None:
            yield self.document.problem(at, f"`{name}` is a number", "ask it with `at_least` or `less_than`")
            return
        if condition.when_unknown is None or (condition.when_unknown == "does_not_apply" and not condition.reason):
            what = f"nothing is said for the case that `{name}` is unknown"
            todo = "add `when_unknown: applies`, or `when_unknown: does_not_apply` with a `reason`"
            yield self.document.problem(at, what, todo)
        numbers = [asked] if isinstance(asked, int) else sorted(self.numbers.get(asked.parameter, ()))
        if isinstance(asked, FromParameter):
            parameter = self.parameters.get(asked.parameter)
            if parameter is None:
                todo = nearest(asked.parameter, self.parameters)
                yield self.document.problem(at, f"`{asked.parameter}` is not a parameter", todo)
                return
            if parameter.unit != fact.unit:
                what = f"`{asked.parameter}` counts {parameter.unit}, `{name}` counts {fact.unit}"
                yield self.document.problem(at, what, "use a parameter of the same unit")
        for number in numbers:
            if not fact.from_ < number <= fact.to:
                what = f"`{number}` does not divide `{name}`, which runs from {fact.from_} to {fact.to}"
                yield self.document.problem(at, what, "choose a number inside")

    def _values(self, asked: Sequence[str], name: str, values: Mapping[str, object], at: Place) -> Iterator[Problem]:
        for value in asked:
            if value not in values:
                yield self.document.problem(at, f"`{value}` is not a value of `{name}`", nearest(value, values))
        if len(set(asked)) < len(asked):
            yield self.document.problem(at, f"a value of `{name}` is listed twice", "list it once")
