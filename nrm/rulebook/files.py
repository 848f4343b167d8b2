"""What was read of `rules/` and `seeds/`: every model with the document in which it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.rulebook.catalogue import Catalogue
    from nrm.rulebook.rule import Example, Parameter, Rule
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.textfile import Document


@dataclass(frozen=True)
class RuleFile:
    """One rule, where it was read, its topic, and the country whose overlay it belongs to (None for the base)."""

    rule: Rule
    document: Document
    topic: str
    country: str | None


@dataclass(frozen=True)
class ParameterFile:
    """One parameter, where it was read, and the country that sets it (None for the base)."""

    parameter: Parameter
    document: Document
    country: str | None


@dataclass(frozen=True)
class ExampleFile:
    """The examples beside one rule."""

    rule: str
    country: str | None
    examples: tuple[Example, ...]
    document: Document


@dataclass(frozen=True)
class Files:
    """Everything that was read, before it is linted as a whole."""

    vocabulary: Vocabulary
    vocabulary_documents: Mapping[str, Document]
    phrases: Mapping[str, Mapping[str, str]]
    parameters: tuple[ParameterFile, ...]
    rules: tuple[RuleFile, ...]
    catalogue: Catalogue
    commitments_documents: Mapping[str, Document] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    """All documents of `rules/` by their place in it, such as `locale/fr.yaml`."""

    def countries(self) -> tuple[str, ...]:
        """Return the countries that have an overlay."""
        rules = {file.country for file in self.rules if file.country}
        parameters = {file.country for file in self.parameters if file.country}
        return tuple(sorted(rules | parameters))


def known_country(files: Files, country: str | None) -> None:
    """Refuse a country that has no overlay.

    Raises:
        UnknownNameError: `country` is neither None nor the name of a folder in `rules/national/`.
    """
    if country is not None and country not in files.countries():
        todo = nearest(country, files.countries())
        raise UnknownNameError(Problem("country", 0, f"there is no overlay for `{country}`", todo))
