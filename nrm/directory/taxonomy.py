"""Which of our offers a service answers: a table that people review, and never a guess.

`rules/directory/service_types.yaml` gives for the name of a taxonomy term, or for words in the name of a service, the
offers of the vocabulary. A term that is in no line is listed as unmapped, so that a person adds it or sets it aside.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from nrm.errors import Problem, RulebookRefusedError, nearest
from nrm.models import parse
from nrm.rulebook.wording import Code, Model, Words
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nrm.directory.service import Directory, Service, Term
    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.textfile import Document

SERVICE_TYPES = "service_types.yaml"


class _Line(Model):
    offers: tuple[Code, ...] = ()
    genders: tuple[Code, ...] = ()


class TermLine(_Line):
    """What a taxonomy term says of the services that carry it; `code` is for the reader, the name is compared."""

    name: Words
    code: Words | None = None


class WordsLine(_Line):
    """What whole words in the name of a service say of it, where no taxonomy does."""

    words: tuple[Words, ...] = Field(min_length=1)


class Aside(Model):
    """Terms that say nothing of what is offered, by the beginning of their code or by name, and why."""

    codes: tuple[Words, ...] = ()
    names: tuple[Words, ...] = ()
    because: Words


class ServiceTypes(Model):
    """The whole table."""

    terms: tuple[TermLine, ...]
    words: tuple[WordsLine, ...] = ()
    aside: tuple[Aside, ...] = ()


@dataclass(frozen=True)
class Unmapped:
    """A term that is in no line of the table, and how many services carry it."""

    id: str
    name: str
    services: int


Phrases = list[tuple[re.Pattern[str], _Line]]


def read_service_types(folder: Path, vocabulary: Vocabulary) -> ServiceTypes:
    """Read the table in the folder `directory` of the rules.

    Raises:
        FileRefusedError: there is no such file, or it is no YAML.
        RulebookRefusedError: it is not of its form, or names what is not in the vocabulary.
    """
    document = read_file(folder / SERVICE_TYPES, f"{folder.name}/{SERVICE_TYPES}")
    problems: list[Problem] = []
    table = parse(document, ServiceTypes, problems)
    if table is not None:
        problems.extend(_faults(table, vocabulary, document))
    if problems:
        raise RulebookRefusedError(problems)
    read: ServiceTypes = table
    return read


def _faults(table: ServiceTypes, vocabulary: Vocabulary, document: Document) -> Iterator[Problem]:
    gender = vocabulary.facts.get("gender")
    genders = set(getattr(gender, "values", ()))
    seen: set[str] = set()
    for part, lines in (("terms", table.terms), ("words", table.words)):
        for place, line in enumerate(lines):
            here = (part, place)
            for code in line.offers:
                if code not in vocabulary.offers:
                    yield document.problem(here, f"there is no offer `{code}`", nearest(code, vocabulary.offers))
            for code in line.genders:
                if code not in genders:
                    yield document.problem(here, f"`gender` has no value `{code}`", nearest(code, genders))
            if not line.offers and not line.genders:
                yield document.problem(here, "this line says nothing", "give `offers` or `genders`")
            for name in _names(line):
                if name in seen:
                    yield document.problem(here, f"a second line speaks of `{name}`", "keep one of the two")
                seen.add(name)


def _names(line: _Line) -> tuple[str, ...]:
    if isinstance(line, WordsLine):
        return tuple(f"words: {_plain(words)}" for words in line.words)
    return (_plain(line.name),) if isinstance(line, TermLine) else ()


def classified(directory: Directory, table: ServiceTypes) -> tuple[Directory, tuple[Unmapped, ...]]:
    """Return the directory with the types and genders of every service, and the terms that nobody has mapped.

    Most carried terms come first. A term that is not in the taxonomy of its source is listed by its id.
    """
    by_name = {_plain(line.name): line for line in table.terms}
    phrases: Phrases = [(_pattern(line.words), line) for line in table.words]
    services = tuple(_classified(one, directory, by_name, phrases) for one in directory.services)
    carried = Counter((one.source, term) for one in directory.services for term in set(one.term_ids))
    unmapped = [
        Unmapped(term_id, _name_of(directory.term.get((source, term_id))), count)
        for (source, term_id), count in carried.items()
        if not _is_known(directory.term.get((source, term_id)), term_id, by_name, table)
    ]
    return directory.with_services(services), tuple(sorted(unmapped, key=lambda one: (-one.services, one.id)))


def _classified(
    service: Service,
    directory: Directory,
    by_name: Mapping[str, TermLine],
    phrases: Phrases,
) -> Service:
    terms = (directory.term.get((service.source, term)) for term in service.term_ids)
    lines: list[_Line] = [by_name[name] for term in terms if (name := _plain(_name_of(term))) in by_name]
    title = _plain(f"{service.name} | {service.alternate_name}")
    lines += [line for pattern, line in phrases if pattern.search(title)]
    types = sorted({code for line in lines for code in line.offers})
    genders = sorted({code for line in lines for code in line.genders})
    return service.model_copy(update={"types": tuple(types), "genders": tuple(genders)})


def _is_known(term: Term | None, term_id: str, by_name: Mapping[str, TermLine], table: ServiceTypes) -> bool:
    name, code = _plain(_name_of(term)), (term.code if term else "") or term_id
    aside = any(name in map(_plain, one.names) or code.startswith(one.codes) for one in table.aside)
    return name in by_name or aside


def _name_of(term: Term | None) -> str:
    return term.name if term is not None else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){re.escape(_plain(one))}(?!\w)" for one in words))
