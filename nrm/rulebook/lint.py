"""Do the words of all files exist and fit together, on every date and in every country?

The models have already checked the form of each file. Here each rule is held against the vocabulary, the parameters
and the catalogue of commitments. Every fault becomes one `Problem`; nothing is repaired or guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.errors import Problem, RulebookRefusedError, nearest
from nrm.rulebook.dates import faulty_order, in_force
from nrm.rulebook.findings import circles
from nrm.rulebook.lint_conditions import ConditionLint
from nrm.rulebook.lint_words import vocabulary_problems
from nrm.rulebook.rule import FromParameter
from nrm.rulebook.vocabulary import OUTCOME_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nrm.rulebook.files import Files, ParameterFile, RuleFile
    from nrm.rulebook.rule import Consequence, Version
    from nrm.textfile import Place

TIME_UNITS = frozenset({"hours", "days", "working_days", "months"})


def check(files: Files) -> None:
    """Refuse `files` when anything in them does not fit.

    Raises:
        RulebookRefusedError: with every problem that was found.
    """
    problems = sorted(set(find_problems(files)))
    if problems:
        raise RulebookRefusedError(problems)


def find_problems(files: Files) -> Iterator[Problem]:
    """Yield everything in `files` that does not fit."""
    yield from vocabulary_problems(files)
    yield from _parameter_problems(files)
    yield from _commitment_problems(files)
    names: dict[str, RuleFile] = {}
    for file in files.rules:
        name = file.rule.rule
        if name in names:
            yield file.document.problem(("rule",), f"`{name}` is already in {names[name].document.file}", "rename one")
        names.setdefault(name, file)
        yield from _rule_problems(files, file)
    yield from _finding_problems(files)
    yield from _unused_outcomes(files)


def _rule_problems(files: Files, file: RuleFile) -> Iterator[Problem]:
    rule, document = file.rule, file.document
    for index, source in enumerate(rule.sources):
        if source not in files.catalogue.commitments:
            todo = nearest(source, files.catalogue.commitments)
            yield document.problem(("sources", index), f"`{source}` is not in the catalogue of commitments", todo)
    for index in faulty_order(rule.versions):
        begins = rule.versions[index].from_.isoformat()
        what = f"the version from `{begins}` overlaps the one above it, which begins on or after that date"
        yield document.problem(("versions", index, "from"), what, "give each version a later date than the last")
    if rule.versions[0].repealed:
        yield document.problem(("versions", 0), "a rule cannot begin with its repeal", "write the rule first")
    for number, version in enumerate(rule.versions):
        at: Place = ("versions", number)
        lint = ConditionLint(files, document, gives_protection=_protects(version.then or (), files))
        for index, branch in enumerate(version.as_branches()):
            when: Place = (*at, "branches", index, "when") if version.branches is not None else (*at, "when")
            yield from lint.conditions(branch.when, when)
        for index, consequence in enumerate(version.then or ()):
            yield from _consequence_problems(files, file, consequence, (*at, "then", index))
        yield from _too_early(files, file, version, (*at, "from"))


def _protects(then: Iterable[Consequence], files: Files) -> bool:
    """Say whether a version gives a protection: anything but a disclosure, or a duty that a bar may rule out.

    A finding counts, because a fact that may not be asked could otherwise reach an offer by way of it. A duty that
    some bar forbids (searching for the family) can hurt, so more risk may well take it away.
    """
    hurtful = {code for bar in files.vocabulary.bars.values() for code in bar.forbids}
    return any(c.disclosure is None and c.duty not in hurtful for c in then)


def _consequence_problems(files: Files, file: RuleFile, consequence: Consequence, at: Place) -> Iterator[Problem]:
    words = files.vocabulary
    for kind in OUTCOME_KINDS:
        code = getattr(consequence, kind)
        if code is not None and code not in words.outcomes(kind):
            todo = nearest(code, words.outcomes(kind))
            article = "an" if kind == "offer" else "a"
            yield file.document.problem((*at, kind), f"`{code}` is not {article} {kind} of the vocabulary", todo)
    if consequence.by is not None and consequence.by not in words.roles:
        todo = nearest(consequence.by, words.roles)
        yield file.document.problem((*at, "by"), f"`{consequence.by}` is not a role", todo)
    if isinstance(consequence.within, FromParameter):
        base = _base_parameters(files)
        name = consequence.within.parameter
        if name not in base:
            yield file.document.problem((*at, "within"), f"`{name}` is not a parameter", nearest(name, base))
        elif base[name].parameter.unit not in TIME_UNITS:
            yield file.document.problem((*at, "within"), f"`{name}` is not a time", "use a parameter in hours or days")


def _too_early(files: Files, file: RuleFile, version: Version, at: Place) -> Iterator[Problem]:
    """Yield the parameters that have no value yet on the day on which a version that uses them begins."""
    conditions = [plain for branch in version.as_branches() for c in branch.when for plain in c.any_ or (c,)]
    numbers = [number for c in conditions for number in (c.at_least, c.less_than)]
    numbers += [consequence.within for consequence in version.then or () if not isinstance(consequence.within, str)]
    base = _base_parameters(files)
    for name in sorted({number.parameter for number in numbers if isinstance(number, FromParameter)} & base.keys()):
        first = min(value.from_ for value in base[name].parameter.values)
        if first > version.from_:
            what = f"`{name}` has no value before `{first.isoformat()}`, and this version begins earlier"
            yield file.document.problem(at, what, f"give `{name}` a value from `{version.from_.isoformat()}`")


def _base_parameters(files: Files) -> dict[str, ParameterFile]:
    return {file.parameter.parameter: file for file in files.parameters if file.country is None}


def _parameter_problems(files: Files) -> Iterator[Problem]:
    base = _base_parameters(files)
    for file in files.parameters:
        parameter, document = file.parameter, file.document
        for source in parameter.sources:
            if source not in files.catalogue.commitments:
                todo = nearest(source, files.catalogue.commitments)
                yield document.problem(("sources",), f"`{source}` is not in the catalogue of commitments", todo)
        for index in faulty_order(parameter.values):
            what = f"the value from `{parameter.values[index].from_.isoformat()}` overlaps the one above it"
            yield document.problem(("values", index), what, "give each value a later date than the last")
        declared = (parameter.title, parameter.unit, parameter.national_may)
        if file.country is None:
            if None in declared:
                yield document.problem((), "a base parameter says `title`, `unit` and `national_may`", "add them")
        elif parameter.parameter not in base:
            todo = nearest(parameter.parameter, base)
            yield document.problem(("parameter",), f"there is no base parameter `{parameter.parameter}`", todo)
        else:
            yield from _overlay_problems(file, base[parameter.parameter])


def _overlay_problems(file: ParameterFile, base: ParameterFile) -> Iterator[Problem]:
    """INVARIANT (an overlay cannot remove): on no date does a national value protect less than the base value."""
    ours, theirs, document = file.parameter, base.parameter, file.document
    for said in ("title", "unit", "national_may"):
        # Another unit would make a larger number a shorter time.
        if getattr(ours, said) is not None:
            yield document.problem((said,), f"`{said}` belongs to the base alone", "take the line out")
    may = theirs.national_may
    for on in sorted({value.from_ for value in (*ours.values, *theirs.values)}):
        value, base_value = in_force(ours.values, on), in_force(theirs.values, on)
        if value is None or base_value is None:
            continue
        less, more = value.value < base_value.value, value.value > base_value.value
        if (less and may not in {"decrease", "change"}) or (more and may not in {"increase", "change"}):
            allowed = "may not change" if may == "nothing" else f"may only {may}"
            what = (
                f"`{value.value}` would weaken `{theirs.parameter}`, which is `{base_value.value}` in the base "
                f"from `{base_value.from_.isoformat()}` and which a country {allowed}"
            )
            at: Place = ("values", ours.values.index(value))
            yield document.problem(at, what, "choose a value that protects at least as much")


def _commitment_problems(files: Files) -> Iterator[Problem]:
    names = {file.rule.rule for file in files.rules}
    for file in files.catalogue.documents:
        for index, commitment in enumerate(file.commitments):
            document = files.commitments_documents[f"{file.document} {commitment.paragraph}"]
            for answer in commitment.answers:
                for rule in answer.rules:
                    if rule not in names:
                        what = f"{commitment.paragraph} is answered by `{rule}`, which is not a rule"
                        yield document.problem(("commitments", index), what, nearest(rule, names))


def _finding_problems(files: Files) -> Iterator[Problem]:
    places = {file.rule.rule: file.document for file in files.rules}
    for circle in circles(files):
        findings = " -> ".join(f"`{finding}`" for finding in circle.findings)
        what = f"findings go round in a circle: {findings}"
        todo = f"break it in one of the rules {', '.join(circle.rules)}"
        yield places[circle.rules[0]].problem(("versions",), what, todo)
    given = {c.finding for file in files.rules for v in file.rule.versions for c in v.then or () if c.finding}
    for code in sorted(set(files.vocabulary.findings) - given):
        document = files.vocabulary_documents[code]
        yield document.problem((code,), f"no rule makes the finding `{code}`", "write the rule, or take the word out")


def _unused_outcomes(files: Files) -> Iterator[Problem]:
    given = {
        getattr(consequence, kind)
        for file in files.rules
        for version in file.rule.versions
        for consequence in version.then or ()
        for kind in OUTCOME_KINDS
    }
    for kind in OUTCOME_KINDS:
        for code in files.vocabulary.outcomes(kind):
            if kind != "finding" and code not in given:
                document = files.vocabulary_documents[code]
                yield document.problem((code,), f"no rule gives the {kind} `{code}`", "write the rule, or take it out")
