"""The consent ledger: each answer of the person, or of a child's guardian, about one purpose and recipient."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, model_validator

from nrm.rulebook.vocabulary import Group
from nrm.rulebook.wording import Code, Language, Model, Words

AnswerState = Literal["given", "refused", "withdrawn"]


class Answer(Model):
    """One line of the ledger; lines are added and never changed.

    `recipient` is a kind of recipient of the vocabulary, `service` one service of the directory (source and id), None
    for every service of that kind. `groups` are those that the answer speaks of; empty, which only a refusal or a
    withdrawal may be, means all. `until` is the last day on which a consent that was given holds. `wording` is the
    version of the text that was read out (`rules/consent/`), `language` the language in which it was asked.
    """

    id: UUID
    at: AwareDatetime
    state: AnswerState
    by: Literal["self", "guardian"]
    purpose: Code
    recipient: Code
    service: tuple[str, str] | None = None
    groups: tuple[Group, ...] = ()
    until: date | None = None
    wording: Words
    language: Language
    interpreter: Literal["yes", "no", "unknown"] = "unknown"

    @model_validator(mode="after")
    def _says_what_it_means(self) -> Self:
        # INVARIANT (nothing is agreed to by silence): a consent to groups that nobody named is no consent.
        if self.state == "given" and not self.groups:
            raise ValueError("a consent that was given needs at least one group in `groups`")
        # INVARIANT (a refusal never runs out): it stands until the one who refused says yes.
        if self.state != "given" and self.until is not None:
            raise ValueError(f"an answer that is `{self.state}` has no `until`")
        return self
