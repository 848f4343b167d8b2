"""A letter as PDF, made by WeasyPrint (https://weasyprint.org): tagged for screen readers, right to left where needed.

The only place of this package with effects: it reads the fonts of the system, and nothing else. WeasyPrint is imported
when it is first called, because it needs libraries of the system that nobody else here needs.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager, redirect_stdout
from hashlib import sha256
from typing import TYPE_CHECKING

from nrm.errors import NrmError, Problem
from nrm.letter.page import as_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.letter.model import Letter

VARIANT = "pdf/ua-1"
"""PDF/UA-1 (ISO 14289-1): tagged, with language and title, so that it can be read aloud."""

_MARKS = re.compile("[\u064b-\u0652]")
"""Vowel marks of Arabic, left out as in most print: WeasyPrint 70 draws them well, but lays wrong text under a mark and
its letter, so that a screen reader would read words that are none (https://github.com/Kozea/WeasyPrint/issues/2841)."""

_EPOCH = "SOURCE_DATE_EPOCH"


class PdfRefusedError(NrmError):
    """This machine cannot make the PDF as it should be: a library or a font is missing."""


class FetchRefusedError(NrmError):
    """A page asked for something from outside itself."""


def as_pdf(letter: Letter) -> bytes:
    """Return `letter` as PDF; the same letter gives the same bytes with the same fonts and libraries.

    In it are the title of the letter and the name of WeasyPrint, and no other metadata: no name, path or time.

    INVARIANT (a letter is made from itself alone): no address, not even of a file, is opened while it is made; who is
    asked for something would learn that a letter is being written.

    Raises:
        PdfRefusedError: a library is missing, or no font has the shape of some letter (it would be an empty box).
        FetchRefusedError: the page asks for something from outside itself, which `as_page` never does.
    """
    try:
        with redirect_stdout(sys.stderr):  # when a library is missing, WeasyPrint says so where our output belongs
            from weasyprint import HTML  # noqa: PLC0415 - see above
            from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415 - as above
    except OSError:
        todo = "install `libpango-1.0-0`, `libpangoft2-1.0-0` and `libharfbuzz-subset0`, or print it as text"
        raise PdfRefusedError(Problem("PDF", 0, "a library of this system is missing", todo)) from None
    page = _MARKS.sub("", as_page(letter))
    # The second half of the identifier is made from the content by WeasyPrint, so this half may be too.
    identifier = sha256(page.encode()).hexdigest()[:32].encode()
    nothing = URLFetcher(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
    try:
        document = HTML(string=page, url_fetcher=nothing).render(pdf_variant=VARIANT)
        with _no_clock():
            made: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier)
    except FatalURLFetchingError:  # it holds the address, and is no `Exception`
        problem = Problem("PDF", 0, "the page asks for something from outside itself", "leave it out")
        raise FetchRefusedError(problem) from None
    if not document.fonts or any(font.missing for font in document.fonts.values()):
        what = f"no font of this system has every letter of the language `{letter.language}`"
        raise PdfRefusedError(Problem("PDF", 0, what, "install `fonts-dejavu-core`, or print it as text"))
    return made


@contextmanager
def _no_clock() -> Iterator[None]:
    """Keep the time out of the fonts: fontTools writes it into each one, unless this variable names another.

    See https://reproducible-builds.org/specs/source-date-epoch/. HarfBuzz, taken for the same work where its library
    for subsets is installed, writes no time at all.
    """
    before = os.environ.get(_EPOCH)
    os.environ[_EPOCH] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_EPOCH]
        else:
            os.environ[_EPOCH] = before
