"""Run the examples that stand beside the rules: they check reasons, not only results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError, Problem, UnknownNameError, nearest
from nrm.rulebook.dates import change_dates, in_force
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.vocabulary import OUTCOME_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from nrm.engine.decide import Engine
    from nrm.engine.plan import Plan
    from nrm.rulebook.book import Rulebook
    from nrm.rulebook.files import ExampleFile, Files
    from nrm.rulebook.rule import Example
    from nrm.textfile import Place

KINDS = ("applies", "does_not_apply", "unknown", "before")


class ExampleRunner:
    """Decides examples, keeping one engine for each rulebook so that thousands of examples compile it once."""

    def __init__(self, files: Files, engine: Callable[[Rulebook], Engine]) -> None:
        self.files = files
        self.ran = 0
        self._make = engine
        self._changes: dict[str | None, tuple[date, ...]] = {}
        self._engines: dict[tuple[date | None, str | None], Engine | None] = {}

    def problems(self, file: ExampleFile) -> Iterator[Problem]:
        """Yield every way in which the examples of one rule and the rulebook differ."""
        yield from self._faulty_kinds(file)
        for number, example in enumerate(file.examples):
            self.ran += 1
            for what, todo, field in self._run(file, example):
                at: Place = (number, field) if (number, field) in file.document.lines else (number,)
                yield file.document.problem(at, f"example `{example.example}`: {what}", todo)

    def _faulty_kinds(self, file: ExampleFile) -> Iterator[Problem]:
        rule = next((f.rule for f in self.files.rules if f.rule.rule == file.rule), None)
        if rule is None:
            yield file.document.problem((), f"there is no rule `{file.rule}` beside these examples", "rename the file")
            return
        in_every_case = any(branch.when == () for version in rule.versions for branch in version.as_branches())
        for kind in KINDS:
            if kind == "does_not_apply" and in_every_case:
                continue
            if not any(example.kind == kind for example in file.examples):
                yield file.document.problem((), f"`{file.rule}` has no example of kind `{kind}`", "write one")
        for number, example in enumerate(file.examples):
            begun = in_force(rule.versions, example.on) is not None
            if begun == (example.kind == "before"):
                when = "is in force" if begun else "has not begun"
                what = (
                    f"`{file.rule}` {when} on `{example.on.isoformat()}`, and this example is of kind `{example.kind}`"
                )
                yield file.document.problem((number, "on"), what, "mend the date or the kind")
            expects = bool(example.expect or example.expect_bar)
            if (example.kind == "applies" and not expects) or (example.kind == "does_not_apply" and expects):
                what = f"an example of kind `{example.kind}` expects {'something' if expects else 'nothing'}"
                yield file.document.problem((number, "kind"), what, "mend the kind or what is expected")

    def _engine_on(self, example: Example, country: str | None) -> Engine | None:
        if country not in self._changes:
            self._changes[country] = change_dates(self.files, country)
        # Nothing changes between two dates of change, neither a rule nor a parameter that it names.
        key = (max((day for day in self._changes[country] if day <= example.on), default=None), country)
        if key not in self._engines:
            try:
                self._engines[key] = self._make(rulebook_on(self.files, example.on, country))
            except UnknownNameError:
                self._engines[key] = None  # before the first rule of all: nothing is in force, so nothing applies
        return self._engines[key]

    def _run(self, file: ExampleFile, example: Example) -> Iterator[tuple[str, str, str]]:
        unknown = [code for code in (*example.expect, *example.expect_bar, *example.expect_not) if not self._is(code)]
        for code in unknown:
            yield f"`{code}` is no outcome", nearest(code, self.files.vocabulary.all_outcome_codes()), "expect"
        try:
            facts = check_facts(example.given, self.files.vocabulary)
        except CaseRefusedError as refused:
            for problem in refused.problems:
                yield problem.what, problem.todo, "given"
            return
        engine = self._engine_on(example, file.country)
        if engine is None:
            if example.expect or example.expect_bar:
                yield f"no rule is in force on `{example.on.isoformat()}`", "choose a later date", "on"
            return
        if unknown:
            return
        plan = engine.decide(facts, example.on)
        if plan.disputed:
            yield "the two engines differ", "report this as a fault of the engine", "given"
        yield from differences(file.rule, example, plan)

    def _is(self, code: str) -> bool:
        return self.files.vocabulary.kind_of(code) is not None


def differences(rule: str, example: Example, plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Yield every way in which a plan is not what an example beside `rule` expects: what, what to do, and where."""
    wanted = [*example.expect, *example.expect_bar]
    accepted = set(example.reasons or (rule,))
    used: set[str] = set()
    for code in wanted:
        lines = [line for kind in OUTCOME_KINDS for line in plan.of(kind) if line.code == code]
        if not lines:
            yield f"`{code}` is expected and absent", "mend the rule or the example", "expect"
            continue
        if code in example.expect_bar and lines[0].kind != "bar":
            yield f"`{code}` is not a bar", "list it under `expect`", "expect_bar"
        reasons = {reason.step.rule.name for line in lines for reason in line.reasons}
        used |= reasons & accepted
        if not reasons & accepted:
            found = ", ".join(f"`{name}`" for name in sorted(reasons))
            yield f"`{code}` is there, but by {found}", "mend the rule or name those `reasons`", "expect"
    for name in sorted(accepted - used) if wanted else ():
        yield f"`{name}` is a reason of nothing that is expected", "mend the rule or the reasons", "reasons"
    for code in example.expect_not:
        if code in plan.codes():
            yield f"`{code}` is there and must not be", "mend the rule or the example", "expect_not"
    fired = {reason.step.rule.name for lines in plan.lines.values() for line in lines for reason in line.reasons}
    if not wanted and rule in fired:
        yield f"`{rule}` applies, and the example expects nothing of it", "say what is expected", "given"
