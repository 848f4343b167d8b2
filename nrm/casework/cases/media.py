"""Of which media type a file is, by its content alone; what is of none of a few types is refused.

INVARIANT (content decides): neither the name nor what a sender says of a file is believed. A file of one type that is
also one of another (a polyglot) is refused, as are HTML, SVG and scripts: a reader could be made to run them.

Signatures: WHATWG MIME Sniffing (https://mimesniff.spec.whatwg.org/), ISO 32000-2 §7.5.2 (PDF), RFC 2083, ISO/IEC
14496-12 §4.3 (`ftyp`), ISO/IEC 11172-3 §2.4.2.3 (MPEG audio), RFC 3533 (Ogg), OpenDocument 1.3 part 2 §3.3. A table of
our own, because only a closed list can be read as a whole, and libraries find more types and mind less.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from nrm.casework.attachment_errors import MediaRefusedError
from nrm.casework.cases.media_zip import DOCX, LONGEST_END, ODT, ends_as_zip, office_document

if TYPE_CHECKING:
    from codecs import IncrementalDecoder

TEXT: Final = "text/plain"
PDF: Final = "application/pdf"

MEDIA: Final[dict[str, tuple[str, ...]]] = {
    PDF: ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "video/mp4": ("mp4",),
    DOCX: ("docx",),
    ODT: ("odt",),
    TEXT: ("txt",),
}
"""Every type that is kept, with the endings that a name of it may have; the first is ours."""

_ZIP: Final = "zip"
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix"), "image/heic"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V "), "video/mp4"),
}
# The header of a frame of layer III: sync and a version, then a bit rate and a sampling rate that there are.
_NO_RATE: Final = 0b1100
_RATES: Final = bytes(rates for rates in range(0x10, 0xF0) if rates & _NO_RATE != _NO_RATE)
_STARTS: Final = (
    (re.compile(rb"%PDF-[12]\.[0-9]"), PDF),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF.{4}WEBPVP8[ LX]", re.DOTALL), "image/webp"),
    (re.compile(rb"OggS\0"), "audio/ogg"),
    (re.compile(rb"ID3[\x02-\x04]"), "audio/mpeg"),
    (re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][" + re.escape(_RATES) + b"]"), "audio/mpeg"),
    (re.compile(rb"PK\x03\x04"), _ZIP),
)  # fmt: skip
_TAG = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|object|embed|\?php|\?xml)\b", re.IGNORECASE)
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch)\b")
_SCRIPT = re.compile(rb"#!|%!PS|\{\\rtf", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SEEN_BY_READERS: Final = 4096
"""Bytes at the beginning in which a reader may look for something else than what a file begins with."""
_SEAM: Final = 32
"""Bytes kept of what went before, so that a word that lies across two parts is found."""


class Inspection:
    """Looks at a file while its parts go by, the first of them not shorter than 4 KiB unless it is all."""

    def __init__(self) -> None:
        self._kind: str | None = None
        self._head = b""
        self._tail = b""
        self._size = 0
        self._decoder: IncrementalDecoder = codecs.getincrementaldecoder("utf-8")("strict")

    def feed(self, part: bytes) -> None:
        """Look at the next part. Raises `MediaRefusedError`."""
        if self._kind is None:
            self._head = part[:_SEEN_BY_READERS]
            self._kind = _begins_as(self._head)
            _check_beginning(self._head, self._kind)
        seam = self._tail[-_SEAM:] + part
        if self._kind == TEXT:
            self._check_text(part, seam)
        elif self._kind == PDF and _ACTIVE.search(seam):
            raise MediaRefusedError("it is a PDF with a script or a command in it", "print it to a new PDF")
        self._tail = (self._tail + part)[-LONGEST_END:] if len(part) < LONGEST_END else part[-LONGEST_END:]
        self._size += len(part)

    def end(self) -> str:
        """Return the media type of what went by. Raises `MediaRefusedError`."""
        if not self._size or self._kind is None:
            raise MediaRefusedError("it is empty", "choose another file")
        if self._kind == _ZIP:
            return office_document(self._head, self._tail, self._size)
        if ends_as_zip(self._tail):
            raise MediaRefusedError("it has an archive at its end", "take the picture, the film or the text alone")
        if self._kind == TEXT:
            self._decode(b"", final=True)
        return self._kind

    def _check_text(self, part: bytes, seam: bytes) -> None:
        if _CONTROL.search(self._decode(part)):
            raise _not_text()
        if _TAG.search(seam):
            raise MediaRefusedError("it is a page or a picture for browsers (HTML, SVG, XML)", "print it to a PDF")

    def _decode(self, part: bytes, *, final: bool = False) -> str:
        try:
            return self._decoder.decode(part, final)
        except UnicodeDecodeError:
            raise _not_text() from None


def _begins_as(head: bytes) -> str:
    """Return what a file begins as; text is what begins as nothing else."""
    if head[4:8] == b"ftyp":
        # `mif1` says "some pictures"; only the list behind it says which.
        box = head[8 : min(int.from_bytes(head[:4], "big"), 256)]
        brand = b"heic" if box[:4] == b"mif1" and b"heic" in box[8:] else box[:4]
        return _BRANDS.get(brand) or TEXT
    return next((kind for start, kind in _STARTS if start.match(head)), TEXT)


def _check_beginning(head: bytes, kind: str) -> None:
    if kind == TEXT:
        if _SCRIPT.match(head.removeprefix(codecs.BOM_UTF8)):
            raise MediaRefusedError("it is a script or a text with commands", "print it to a PDF")
    elif (kind not in {PDF, _ZIP} and _TAG.search(head)) or b"%PDF-" in head[1:]:
        raise MediaRefusedError("it is also a file of another type", "save it anew, as one type")


def _not_text() -> MediaRefusedError:
    known = ", ".join(f"`{endings[0]}`" for endings in MEDIA.values())
    return MediaRefusedError("it is of no type that is kept, and no UTF-8 text", f"use one of {known}")
