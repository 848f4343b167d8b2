"""What stands in a guarantee file: one of a closed set of forms, with its paragraphs and its reason (DESIGN §5)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from nrm.models import IsoDate
from nrm.rulebook.rule import Condition, SourceText
from nrm.rulebook.vocabulary import Group, Nature, OutcomeKind
from nrm.rulebook.wording import Code, Model, Wording, Words

FORMS = ("never_depends_on", "always", "never", "only_adds", "reads_only", "reachable")


class Among(Model):
    """Which outcomes a guarantee speaks of: all of some kinds except a few, or the ones that it names."""

    kinds: tuple[OutcomeKind, ...] = ()
    codes: tuple[Code, ...] = ()
    except_: tuple[Code, ...] = Field((), alias="except")

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if bool(self.kinds) == bool(self.codes):
            raise ValueError("name either `kinds` of outcomes or `codes`")
        if self.except_ and not self.kinds:
            raise ValueError("`except` belongs to `kinds`")
        return self


class NeverDependsOn(Model):
    """Two cases that differ only in these facts get the same of these outcomes."""

    facts: tuple[Code, ...] = Field(min_length=1)
    among: Among
    when: tuple[Condition, ...] = ()


class Always(Model):
    """In every case in which the conditions hold, all of these outcomes are there."""

    when: tuple[Condition, ...]
    outcomes: tuple[Code, ...] = Field(min_length=1)


class Never(Model):
    """In no case in which the conditions hold is any of these outcomes there.

    Disclosures may be named by what they do: reaching certain recipients, or carrying certain groups on a basis that
    is not among `unless_on`.
    """

    when: tuple[Condition, ...] = ()
    outcomes: tuple[Code, ...] = ()
    to: tuple[Code, ...] = ()
    carrying: tuple[Group, ...] = ()
    unless_on: tuple[Literal["consent", "duty"], ...] = ()

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not (self.outcomes or self.to or self.carrying):
            raise ValueError("name `outcomes`, or disclosures by `to` whom or `carrying` what")
        if self.unless_on and not self.carrying:
            raise ValueError("`unless_on` belongs to `carrying`")
        return self


class OnlyAdds(Model):
    """Going up in the order of a fact, or observing one more code, never removes one of these outcomes."""

    natures: tuple[Nature, ...] = ()
    facts: tuple[Code, ...] = ()
    among: Among
    unless: dict[Code, Words] = Field(default_factory=dict)
    """Facts of these natures that are left out, each with the reason."""

    @model_validator(mode="after")
    def _names_some(self) -> Self:
        if not (self.natures or self.facts):
            raise ValueError("name `natures` of facts, or `facts`")
        return self


def _kind_of_list(written: object) -> str:
    return "by_purpose" if isinstance(written, dict) else "whole"


Groups = tuple[Group, ...]
GroupList = Annotated[
    Annotated[Groups, Tag("whole")] | Annotated[dict[Code, Groups], Tag("by_purpose")], Discriminator(_kind_of_list)
]
"""The groups that a recipient may learn: for whatever purpose, or for each purpose its own list."""


class ReadsOnly(Model):
    """No disclosure to a recipient ever carries a group outside the recipient's list."""

    lists: dict[Code, GroupList] = Field(min_length=1)

    def by_purpose(self, recipient: str) -> bool:
        """Say whether `recipient` has a list for each purpose."""
        return isinstance(self.lists.get(recipient), dict)

    def allowed(self, recipient: str, purpose: str) -> Groups:
        """Return what `recipient` may learn for `purpose`: nothing when neither has a list."""
        listed = self.lists.get(recipient, ())
        return listed.get(purpose, ()) if isinstance(listed, dict) else listed


class Reachable(Model):
    """Every outcome is given and can happen, every rule can apply and adds something, no duty stands against a bar."""

    checks: tuple[Literal["outcomes", "rules", "not_swallowed", "no_contradiction"], ...] = Field(min_length=1)
    unless: dict[Code, Words] = Field(default_factory=dict)
    """Outcomes or rules that are left out, each with the reason."""


class GuaranteeVersion(Model):
    """What a guarantee says from one date on."""

    from_: IsoDate = Field(alias="from")
    never_depends_on: NeverDependsOn | None = None
    always: Always | None = None
    never: Never | None = None
    only_adds: OnlyAdds | None = None
    reads_only: ReadsOnly | None = None
    reachable: Reachable | None = None
    repealed: Literal["true"] | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        forms = [form for form in FORMS if getattr(self, form) is not None]
        if self.repealed:
            if forms or self.reason is None:
                raise ValueError("a repeal carries a `reason` and nothing else")
        elif len(forms) != 1 or self.reason is not None:
            raise ValueError(f"a guarantee has exactly one form: {', '.join(FORMS)}")
        return self

    @property
    def form(self) -> NeverDependsOn | Always | Never | OnlyAdds | ReadsOnly | Reachable | None:
        """The one form that this version has; None for a repeal."""
        return next((getattr(self, form) for form in FORMS if getattr(self, form) is not None), None)


class GuaranteeFile(Model):
    """One guarantee file."""

    guarantee: Code
    title: Words
    sources: tuple[SourceText, ...] = Field(min_length=1)
    because: Wording
    owner: Words
    versions: tuple[GuaranteeVersion, ...] = Field(min_length=1)
