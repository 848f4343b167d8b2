"""One cell made readable: what it says, and what had to be done to it; nothing is guessed.

Blanks around a text are not part of it and are dropped without a word. Everything else that changes a cell is reported.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache

from babel import Locale

from nrm.rulebook.wording import LANGUAGES

STATUSES = ("active", "inactive", "defunct", "temporarily closed")
WEEKDAYS = {"monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR", "saturday": "SA",
            "sunday": "SU"}  # fmt: skip
OLDEST = 150


@dataclass(frozen=True)
class Cleaned:
    """The readable text of a cell; `reason` says why it is not what stood there, and is empty when it is."""

    text: str
    reason: str = ""


def text(raw: str) -> Cleaned:
    r"""Drop HTML and control characters, and read a written `\n` as the end of a line.

    >>> text(" <b>Food</b> &amp; beds ")
    Cleaned(text='Food & beds', reason='HTML or control characters in a text')
    >>> text("5 < 6 years ")
    Cleaned(text='5 < 6 years', reason='')
    """
    stripped = raw.strip()
    if not _SUSPECT.search(stripped):
        return Cleaned(stripped)
    plain = stripped.replace("\\r", "").replace("\\n", "\n")
    lines_only = plain != stripped and not _MARKUP.search(stripped)
    plain = html.unescape(_TAG.sub(" ", _BREAK.sub("\n", plain)))
    plain = _CONTROL.sub("", plain)
    plain = "\n".join(re.sub("[ \t\u00a0]+", " ", line).strip() for line in plain.split("\n")).strip()
    if plain == stripped:
        return Cleaned(plain)
    # What unescaping brought to light may itself be HTML: `&lt;b&gt;`.
    reason = r"a line end written as `\n`" if lines_only else "HTML or control characters in a text"
    return Cleaned(text(plain).text, reason)


# Only tags that HTML has: what stands in `<…>` may be an address of e-mail.
_TAGS = (
    "a|abbr|b|big|blockquote|body|br|center|code|div|dd|dl|dt|em|font|h[1-6]|head|hr|html|i|img|li|meta|o:p|ol|p|pre|s"
    "|script|small|span|strong|style|sub|sup|table|tbody|td|th|thead|title|tr|u|ul"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/li|/div)\s*/?>", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_MARKUP = re.compile(
    rf"{_TAG.pattern}|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);|{_CONTROL.pattern}", re.DOTALL | re.IGNORECASE
)
_SUSPECT = re.compile(rf"{_MARKUP.pattern}|\\[rn]", re.DOTALL | re.IGNORECASE)


def status(raw: str) -> Cleaned:
    """Read HSDS's word for the state of a service, or a slip of it; anything else is `unknown`.

    >>> status("Actve"), status("")
    (Cleaned(text='active', reason='a misspelt status'), Cleaned(text='unknown', reason='no status'))
    """
    word = " ".join(raw.casefold().replace("_", " ").split())
    if word in {*STATUSES, "unknown"}:
        return Cleaned(word, "" if word == raw else "a misspelt status")
    if not word:
        return Cleaned("unknown", "no status")
    # `inactve` is near to `active` too: only a slip that is near to one word alone may be mended.
    near = get_close_matches(word, STATUSES, n=2, cutoff=0.8)
    if len(near) == 1 or (near and word[:2] == near[0][:2]):
        return Cleaned(near[0], "a misspelt status")
    return Cleaned("unknown", "a status that HSDS does not have")


def age(raw: str) -> Cleaned:
    """Read an age in whole years; a fraction is cut off, because nobody who is 17 is 18."""
    match = re.fullmatch(r"(\d{1,3})(?:\.\d+)?", raw)
    if not raw or (match and int(match[1]) <= OLDEST):
        whole = str(int(match[1])) if match else ""
        return Cleaned(whole, "" if whole == raw else "an age that is no whole number")
    return Cleaned("", "an age that is no age")


def day(raw: str) -> Cleaned:
    """Read a date as 2026-01-31; `31/01/2026` too, but not `03/04/2026`, which is two dates.

    >>> day("31/01/2026").text, day("03/04/2026").reason, day("2026-02-30").reason
    ('2026-01-31', 'a date that cannot be read', 'a date that cannot be read')
    """
    if not raw:
        return Cleaned("")
    iso = re.fullmatch(r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ].*)?", raw)
    local = re.fullmatch(r"(\d\d?)[/.](\d\d?)[/.](\d{4})", raw)
    candidates = (
        [iso.groups()] if iso else [(local[3], local[2], local[1]), (local[3], local[1], local[2])] if local else []
    )
    dates = {found for parts in candidates if (found := _date(*parts)) is not None}
    if len(dates) != 1:
        return Cleaned("", "a date that cannot be read")
    only = dates.pop().isoformat()
    return Cleaned(only, "" if only == raw else "a date in another form")


def _date(year: str, month: str, day_of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError:
        return None


def time(raw: str) -> Cleaned:
    """Read a time of day as 09:00; `9:00am` and `09:00:00` too, which say the same.

    >>> time("9:00am").text, time("12:15 AM").text, time("10:00:00").text, time("noon").reason
    ('09:00', '00:15', '10:00', 'a time that cannot be read')
    """
    match = re.fullmatch(r"(\d{1,2}):(\d\d)(?::\d\d)?\s*([ap])?\.?(?:m\.?)?(?:Z|[+-]\d\d:?\d\d)?", raw.casefold())
    if not raw or match is None:
        return Cleaned("", "a time that cannot be read" if raw else "")
    hour, minute, half = int(match[1]), int(match[2]), match[3]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:  # noqa: PLR2004 - a day has 24 hours
        return Cleaned("", "a time that cannot be read")
    return Cleaned(f"{hour:02}:{minute:02}")


def country(raw: str) -> Cleaned:
    """Read a country as its ISO 3166 code of two letters; its English name too; anything else stays as it is."""
    if not raw or (raw in _territories() and len(raw) == 2):  # noqa: PLR2004 - the length of the code
        return Cleaned(raw)
    upper = raw.upper()
    code = upper if upper in _territories() else _territory_names().get(raw.casefold(), "")
    return Cleaned(code, "a country in another form") if code else Cleaned(raw, "a country that ISO 3166 does not have")


def language_code(name: str) -> str:
    """Return the ISO 639 code of a language by its name in one of our four; empty when that is not certain.

    >>> language_code("Spanish"), language_code("français"), language_code("Creole")
    ('es', 'fr', '')
    """
    return _language_names().get(name.casefold(), "")


@cache
def _territories() -> frozenset[str]:
    return frozenset(str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code)))


@cache
def _territory_names() -> dict[str, str]:
    names = {
        str(name).casefold(): str(code) for code, name in Locale("en").territories.items() if code in _territories()
    }
    return names | {"usa": "US", "united states of america": "US"}


@cache
def _language_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for ours in reversed(LANGUAGES):
        languages = {code: str(name) for code, name in Locale(ours).languages.items() if _ISO_639.fullmatch(str(code))}
        names |= {name.casefold(): str(code) for code, name in languages.items()}
    return names


_ISO_639 = re.compile("[a-z]{2,3}")
