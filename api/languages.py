"""In which language a caller wants to be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import negotiate_locale

from nrm.rulebook.wording import LANGUAGES, Language

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_NAMED = 20
"""Languages of a header that are looked at."""


def language_of(request: Request) -> Language:
    """Return the first language of `Accept-Language` (RFC 9110 §12.5.4) that is spoken here, or English."""
    return language_in(request.headers.get("accept-language", ""))


def language_in(header: str) -> Language:
    """Return the language that a header asks for.

    >>> language_in("ar-EG;q=0.8, fr-CH, de;q=0.9"), language_in("de"), language_in("fr;q=0, es;q=x")
    ('fr', 'en', 'en')
    """
    return language_named(header) or "en"


def language_named(header: str) -> Language | None:
    """Return the language that a header asks for, or None when it names none that is spoken here.

    >>> language_named("de, fr;q=0.5"), language_named("*"), language_named("")
    ('fr', None, None)
    """
    wanted = sorted(
        (
            (-_quality(rest), place, name.strip().lower())
            for place, part in enumerate(header.split(",")[:MOST_NAMED])
            for name, _, rest in [part.partition(";")]
        ),
    )
    names = [name.partition("-")[0] for minus, _, name in wanted if minus < 0]
    found = negotiate_locale(names, LANGUAGES)
    return next((language for language in LANGUAGES if language == found), None)


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" and 0 <= float(value) <= 1 else 0.0
    except ValueError:
        return 0.0
