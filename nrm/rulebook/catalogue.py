"""The catalogue of commitments: what States promised, paragraph by paragraph, and how this project answers each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

from pydantic import Field, StringConstraints, model_validator

from nrm.models import Whole
from nrm.rulebook.wording import Code, Model, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

AnswerKind = Literal["rule", "guarantee", "record", "service", "statistics", "access", "outside"]
ANSWER_KINDS: tuple[AnswerKind, ...] = get_args(AnswerKind)

Paragraph = Annotated[str, StringConstraints(pattern=r"^(§[0-9]+(\([a-z]\))?|pp\([a-z_]+\))$")]


class Answer(Model):
    """How the project answers a commitment: by a rule that must exist, by another part, or not at all, with why."""

    by: AnswerKind
    rules: tuple[Code, ...] = ()
    how: Words | None = None
    reason: Words | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if self.by == "rule" and not self.rules:
            raise ValueError("an answer by rule names `rules`")
        if self.by != "rule" and self.rules:
            raise ValueError("only an answer by rule names `rules`")
        if self.by == "outside" and self.reason is None:
            raise ValueError("what stays outside the project says the `reason`")
        if self.by not in {"rule", "outside"} and self.how is None:
            raise ValueError("this answer says `how`")
        return self


class Commitment(Model):
    """One operative paragraph, sub-paragraph or protective preambular paragraph, in our own words."""

    paragraph: Paragraph
    says: Words
    answers: tuple[Answer, ...] = ()


class CommitmentsFile(Model):
    """One UN document."""

    document: Words
    title: Words
    adopted: Words
    operative: Whole
    commitments: tuple[Commitment, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Catalogue:
    """All commitments of all documents, by their source text (`A/RES/76/7 §12`)."""

    documents: tuple[CommitmentsFile, ...]
    commitments: Mapping[str, Commitment]


def unanswered(catalogue: Catalogue) -> list[str]:
    """Return the sources that nothing answers, and the operative paragraphs that are missing altogether."""
    missing = [source for source, commitment in catalogue.commitments.items() if not commitment.answers]
    for document in catalogue.documents:
        numbers = (f"{document.document} §{number}" for number in range(1, document.operative + 1))
        missing.extend(source for source in numbers if source not in catalogue.commitments)
    return missing
