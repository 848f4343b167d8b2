"""A letter as one HTML page that stands alone: no script, no picture, no address of anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

if TYPE_CHECKING:
    from nrm.letter.model import Letter, Section

SPACES = 3
"""Lines to write on."""

# DejaVu Sans has the letters of all our languages, with their dots: where a font adds the dots of Arabic as marks of
# their own (Noto does), WeasyPrint 70 lays wrong text under them (https://github.com/Kozea/WeasyPrint/issues/2841).
STYLE = """
@page { size: A4; margin: 20mm 20mm 22mm }
@page { @bottom-center { content: counter(page) " / " counter(pages); font-size: 9pt } }
html { font: 11pt/1.45 "DejaVu Sans", sans-serif; color: #000 }
h1 { font-size: 17pt; line-height: 1.25; margin: 0 0 3mm }
h2 { font-size: 13pt; margin: 8mm 0 2mm; break-after: avoid; border-bottom: 0.4mm solid #000 }
p { margin: 0 0 2mm }
ul { margin: 0; padding: 0; padding-inline-start: 5mm }
li { margin: 0 0 3mm; break-inside: avoid }
li p { margin: 0.5mm 0 0; font-size: 10pt }
.item { font-weight: bold; font-size: 11pt; margin: 0 }
.space { break-inside: avoid }
.write { border-bottom: 0.2mm solid #000; height: 11mm; margin: 0 }
"""


def as_page(letter: Letter) -> str:
    """Return `letter` as an HTML document with language and direction set; every text in it is escaped."""
    direction = "rtl" if letter.right_to_left else "ltr"
    html = Element("html", {"lang": letter.language, "dir": direction})
    head = SubElement(html, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "title").text = letter.title
    SubElement(head, "style").text = STYLE
    body = SubElement(html, "body")
    SubElement(body, "h1").text = letter.title
    for paragraph in letter.opening:
        SubElement(body, "p").text = paragraph
    for section in letter.sections:
        _section(SubElement(body, "section"), section)
    space = SubElement(body, "section", {"class": "space"})
    _section(space, letter.space)
    for _ in range(SPACES):
        SubElement(space, "div", {"class": "write"})
    return "<!DOCTYPE html>\n" + tostring(html, encoding="unicode", method="html")


def _section(into: Element, section: Section) -> None:
    SubElement(into, "h2").text = section.title
    if section.note:
        SubElement(into, "p").text = section.note
    if not section.items:
        return
    items = SubElement(into, "ul")
    for item in section.items:
        entry = SubElement(items, "li")
        if item.below:
            SubElement(entry, "p", {"class": "item"}).text = item.text
        else:
            entry.text = item.text
        for line in item.below:
            SubElement(entry, "p").text = line
