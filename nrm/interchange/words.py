"""Countries, nationalities and languages, as other forms write them, in the codes that our record has."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale
from babel.core import get_global

from nrm.case.fields import COUNTRIES
from nrm.errors import RulebookRefusedError
from nrm.models import parse
from nrm.rulebook.wording import Model
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.errors import Problem
    from nrm.interchange.crosswalk import Form


class _Places(Model):
    countries: dict[str, str]
    nationalities: dict[str, str]


@cache
def _places() -> _Places:
    problems: list[Problem] = []
    name = "uk_places.yaml"
    found: _Places | None = parse(read_file(Path(__file__).with_name(name), name), _Places, problems)
    if found is None:
        raise RulebookRefusedError(problems)
    return found


@cache
def _languages() -> Mapping[str, str]:
    """Return the code of each language by its English name, where CLDR has one of two or three letters."""
    named = Locale("en").languages
    return {name.casefold(): code for code, name in named.items() if code.isalpha() and len(code) <= 3}  # noqa: PLR2004


def ours(form: Form, text: str) -> str | None:
    """Return `text` as our record writes it, or None where it is none of the words of `form`."""
    match form:
        case "text":
            return text
        case "country":
            return _country(text)
        case "country_name":
            return _places().countries.get(text)
        case "nationality":
            return _places().nationalities.get(text)
        case "language":
            return _languages().get(text.casefold())


def _country(text: str) -> str | None:
    """Return the two letters for a code of ISO 3166; the code of a country that has split up names none."""
    if text in COUNTRIES:
        return text
    now = get_global("territory_aliases").get(text, ())
    return now[0] if len(text) == 3 and len(now) == 1 and now[0] in COUNTRIES else None  # noqa: PLR2004
