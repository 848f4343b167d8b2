"""What stands in a rule file: sources, versions by date, conditions, outcomes, and the reason in four languages.

The models say what a file may contain (DESIGN §4) and export the JSON Schema with which editors complete and check.
Whether the words exist and fit together is the linter's work (`nrm.rulebook.lint`).
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from nrm.models import IsoDate, Whole
from nrm.rulebook.wording import Code, Model, Wording, Words

ANY = "any"
"""Written for `includes:` when every code of the fact is meant."""


def _source(text: str) -> str:
    if not _SOURCE.match(text):
        raise ValueError(f"`{text}` is not a paragraph; write it as `A/RES/76/7 §12` or `A/RES/76/7 §24(a)`")
    return text


def _duration(text: str) -> str:
    if not _DURATION.match(text):
        raise ValueError(f"`{text}` is not a time limit; write `PT24H`, `P3D` or `{{parameter: name}}`")
    return text


_SOURCE = re.compile(r"^[A-Z][A-Za-z0-9/-]+ (§[0-9]+(\([a-z]\))?|pp\([a-z_]+\))$")
_DURATION = re.compile(r"^(PT[1-9][0-9]{0,4}H|P[1-9][0-9]{0,4}D)$")

SourceText = Annotated[str, AfterValidator(_source), WithJsonSchema({"type": "string", "pattern": _SOURCE.pattern})]
"""A paragraph in the catalogue of commitments, such as `A/RES/76/7 §12` or `A/RES/76/7 §24(a)`."""

Duration = Annotated[str, AfterValidator(_duration), WithJsonSchema({"type": "string", "pattern": _DURATION.pattern})]
"""Hours or days as ISO 8601 writes them: `PT24H`, `P3D`."""


def _one_or_more(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


_WORD_OR_WORDS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Codes = Annotated[tuple[Code, ...], BeforeValidator(_one_or_more), Field(min_length=1), WithJsonSchema(_WORD_OR_WORDS)]
"""One code, or a list of codes."""

Repealed = Annotated[Literal["true"], WithJsonSchema({"enum": [True, "true"]})]
"""Our reader takes `true` as text; an editor takes it as a Boolean."""

Given = Annotated[str | tuple[str, ...], WithJsonSchema({"anyOf": [*_WORD_OR_WORDS["anyOf"], {"type": "integer"}]})]
"""A fact's value, its observed codes, or a number."""


class FromParameter(Model):
    """A number that a government may set, named instead of written."""

    parameter: Code


class Condition(Model):
    """One condition: about a finding, about a fact, or `any` of several plain ones."""

    finding: Code | None = None
    fact: Code | None = None
    is_: Codes | None = Field(None, alias="is")
    is_not: Codes | None = None
    includes: Codes | None = None
    at_least: Whole | FromParameter | None = None
    less_than: Whole | FromParameter | None = None
    when_unknown: Literal["applies", "does_not_apply"] | None = None
    reason: Words | None = None
    any_: tuple[Condition, ...] | None = Field(None, alias="any", min_length=2)

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        subjects = [self.finding, self.fact, self.any_]
        if sum(subject is not None for subject in subjects) != 1:
            raise ValueError("a condition is about exactly one of `finding`, `fact` or `any`")
        tests = [self.is_, self.is_not, self.includes, self.at_least, self.less_than]
        asked = sum(test is not None for test in tests)
        if self.fact is not None and asked != 1:
            raise ValueError("a fact is asked exactly one of `is`, `is_not`, `includes`, `at_least`, `less_than`")
        if self.fact is None and (asked or self.when_unknown or self.reason):
            raise ValueError("only a condition about a `fact` carries a test, `when_unknown` or `reason`")
        if self.any_ is not None and any(inner.any_ is not None for inner in self.any_):
            raise ValueError("`any` is not nested")
        return self


class Consequence(Model):
    """One outcome that a rule adds."""

    finding: Code | None = None
    offer: Code | None = None
    duty: Code | None = None
    bar: Code | None = None
    disclosure: Code | None = None
    by: Code | None = None
    within: Duration | FromParameter | None = None

    @model_validator(mode="after")
    def _is_one_outcome(self) -> Self:
        outcomes = [self.finding, self.offer, self.duty, self.bar, self.disclosure]
        if sum(outcome is not None for outcome in outcomes) != 1:
            raise ValueError("each line of `then` adds exactly one finding, offer, duty, bar or disclosure")
        # INVARIANT (every duty has a role and a time): nobody is told "somebody should, some day".
        if (self.duty is not None) != (self.by is not None and self.within is not None):
            raise ValueError("a duty, and only a duty, says `by` whom and `within` what time")
        return self


class Branch(Model):
    """One way in which a rule comes to apply, with its own reason."""

    when: tuple[Condition, ...]
    because: Wording


class Version(Model):
    """What a rule says from one date on, until its next version; or its repeal, with the reason."""

    from_: IsoDate = Field(alias="from")
    when: tuple[Condition, ...] | None = None
    because: Wording | None = None
    branches: tuple[Branch, ...] | None = Field(None, min_length=1)
    then: tuple[Consequence, ...] | None = Field(None, min_length=1)
    repealed: Repealed | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _is_rule_or_repeal(self) -> Self:
        if self.repealed:
            if self.reason is None or self.when is not None or self.branches is not None or self.then is not None:
                raise ValueError("a repeal carries a `reason` and nothing else")
            return self
        if self.reason is not None:
            raise ValueError("`reason` on a version belongs to a repeal")
        single = self.when is not None and self.because is not None and self.branches is None
        several = self.branches is not None and self.when is None and self.because is None
        if self.then is None or not (single or several):
            raise ValueError("a version has `then`, and either `when` with `because`, or `branches`")
        return self

    def as_branches(self) -> tuple[Branch, ...]:
        """Return the branches, also where the file wrote a single one as `when` and `because`."""
        if self.branches is not None:
            return self.branches
        if self.when is None or self.because is None:
            return ()
        return (Branch(when=self.when, because=self.because),)


class Rule(Model):
    """One rule file."""

    rule: Code
    title: Words
    sources: tuple[SourceText, ...] = Field(min_length=1)
    law: tuple[Words, ...] = ()
    reading: Words
    owner: Words
    versions: tuple[Version, ...] = Field(min_length=1)


class ParameterValue(Model):
    """The value of a parameter from one date on."""

    from_: IsoDate = Field(alias="from")
    value: Whole


class Parameter(Model):
    """One number with its dated values; a national file repeats neither title nor unit."""

    parameter: Code
    title: Wording | None = None
    unit: Literal["hours", "days", "working_days", "months", "count"] | None = None
    national_may: Literal["increase", "decrease", "change", "nothing"] | None = None
    sources: tuple[SourceText, ...] = Field(min_length=1)
    law: tuple[Words, ...] = ()
    values: tuple[ParameterValue, ...] = Field(min_length=1)


class Example(Model):
    """One example beside a rule: facts, and what must follow from them."""

    example: Words
    kind: Literal["applies", "does_not_apply", "unknown", "before"]
    on: IsoDate
    given: dict[Code, Given]
    expect: tuple[Code, ...] = ()
    expect_bar: tuple[Code, ...] = ()
    expect_not: tuple[Code, ...] = ()
    reasons: tuple[Code, ...] = ()
