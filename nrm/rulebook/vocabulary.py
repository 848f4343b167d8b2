"""The vocabulary: every fact that a rule may read and every outcome that it may add, in four languages.

A fact has a closed list of values, and `unknown` is one of them (DESIGN §4). Codes are unique over all outcomes, so
that one word names one thing. HTCDS and CTDC codes are kept where those standards have one:
HTCDS 2.0, https://github.com/UNMigration/HTCDS (CC BY 4.0); CTDC codebook, Feb 2024.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from nrm.models import Whole
from nrm.rulebook.wording import Code, Model, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = "unknown"
NO_TO_YES = ("no", UNKNOWN, "yes")
"""The order of every fact with exactly these values, unless it says another."""

Group = Literal[
    "identity", "contact", "account", "facts", "legal", "immigration",
    "health", "family", "exploiters", "consent", "evidence",
]  # fmt: skip
"""The groups of a case record; each is encrypted on its own (DESIGN §3)."""
GROUPS: tuple[Group, ...] = get_args(Group)

Nature = Literal[
    "identity", "status", "indicator", "need", "risk", "clearance", "accusation", "sanction",
    "decision", "consent", "cooperation", "wish", "circumstance",
]  # fmt: skip
"""What a fact is about; guarantees and the linter speak of all facts of one nature."""

NEVER_TAKES_AWAY: frozenset[Nature] = frozenset({"indicator", "need", "risk"})
"""INVARIANT (more need never means less help): going up in the order of such a fact removes no protection."""

OutcomeKind = Literal["finding", "offer", "duty", "bar", "disclosure"]
OUTCOME_KINDS: tuple[OutcomeKind, ...] = get_args(OutcomeKind)


class Value(Model):
    """One value of a fact."""

    label: Wording
    htcds: str | None = None
    ctdc: str | None = None


class Named(Model):
    """A code with its label and one-line meaning: a role, a recipient, a purpose, a group."""

    label: Wording
    meaning: Wording
    htcds: str | None = None
    ctdc: str | None = None


class _FactBase(Named):
    nature: Nature
    group: Group


class ChoiceFact(_FactBase):
    """A fact with exactly one value, `unknown` when nobody has said otherwise.

    `rises` lists all values from the least need or risk to the most, with `unknown` at its place.
    """

    type: Literal["choice"]
    values: dict[Code, Value]
    rises: tuple[Code, ...] | None = None

    @property
    def order(self) -> tuple[str, ...]:
        """The values from the least need or risk to the most; empty when they have no order."""
        if self.rises is not None:
            return self.rises
        return NO_TO_YES if set(self.values) == set(NO_TO_YES) else ()

    @model_validator(mode="after")
    def _can_be_unknown(self) -> Self:
        if UNKNOWN not in self.values:
            raise ValueError("a choice fact needs `unknown` among its values")
        return self


class CodesFact(_FactBase):
    """A set of observed codes; a code that was not observed is not known, never "no"."""

    type: Literal["codes"]
    values: dict[Code, Value] = Field(min_length=1)


class WholeFact(_FactBase):
    """A bounded whole number, or unknown; `rises` says whether a greater or a smaller one is more need or risk."""

    type: Literal["whole"]
    unit: Literal["days", "months", "years", "count"]
    from_: Whole = Field(alias="from")
    to: Whole
    rises: Literal["up", "down"] | None = None

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.from_ >= self.to:
            raise ValueError("`from` must be less than `to`")
        return self


Fact = Annotated[ChoiceFact | CodesFact | WholeFact, Field(discriminator="type")]


class Outcome(Named):
    """A finding, an offer or a duty."""


class Bar(Outcome):
    """What must never be done to the person; `forbids` names the duties and disclosures that it rules out."""

    forbids: tuple[Code, ...] = ()


class Disclosure(Outcome):
    """A kind of recipient may receive named groups for a named purpose, on consent or on a named duty."""

    recipient: Code
    groups: tuple[Group, ...] = Field(min_length=1)
    purpose: Code
    basis: Literal["consent", "duty"]
    duty: Code | None = None

    @model_validator(mode="after")
    def _duty_is_named(self) -> Self:
        if (self.basis == "duty") != (self.duty is not None):
            raise ValueError("`duty` is named exactly when the basis is duty")
        return self


@dataclass(frozen=True)
class Vocabulary:
    """All words of one rulebook."""

    facts: Mapping[str, ChoiceFact | CodesFact | WholeFact] = field(default_factory=dict)
    findings: Mapping[str, Outcome] = field(default_factory=dict)
    offers: Mapping[str, Outcome] = field(default_factory=dict)
    duties: Mapping[str, Outcome] = field(default_factory=dict)
    bars: Mapping[str, Bar] = field(default_factory=dict)
    disclosures: Mapping[str, Disclosure] = field(default_factory=dict)
    roles: Mapping[str, Named] = field(default_factory=dict)
    recipients: Mapping[str, Named] = field(default_factory=dict)
    purposes: Mapping[str, Named] = field(default_factory=dict)
    groups: Mapping[str, Named] = field(default_factory=dict)

    def outcomes(self, kind: OutcomeKind) -> Mapping[str, Outcome]:
        """Return the outcomes of one kind."""
        by_kind: dict[OutcomeKind, Mapping[str, Outcome]] = {
            "finding": self.findings,
            "offer": self.offers,
            "duty": self.duties,
            "bar": self.bars,
            "disclosure": self.disclosures,
        }
        return by_kind[kind]

    @cached_property
    def _kinds(self) -> Mapping[str, OutcomeKind]:
        """The kind of every outcome; the first counts where a code stands twice, which the linter refuses."""
        return {code: kind for kind in reversed(OUTCOME_KINDS) for code in self.outcomes(kind)}

    def kind_of(self, code: str) -> OutcomeKind | None:
        """Return which kind of outcome `code` is, or None when it is none."""
        return self._kinds.get(code)

    def outcome(self, code: str) -> Outcome:
        """Return the outcome named `code`, of whatever kind; KeyError when there is none."""
        return self.outcomes(self._kinds[code])[code]

    def all_outcome_codes(self) -> tuple[str, ...]:
        """Return the codes of all outcomes of all kinds."""
        return tuple(code for kind in OUTCOME_KINDS for code in self.outcomes(kind))
