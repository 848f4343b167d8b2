"""Office documents: ZIP archives whose list of files says what they are, read without unpacking anything.

ZIP: APPNOTE 6.3.10 §4.3 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT). The list of files stands at the
end, so nothing more than the end is needed, and no file of the archive is ever opened.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from nrm.casework.attachment_errors import MediaRefusedError

LONGEST_END: Final = 128 * 1024
"""Bytes at the end in which the list of files must lie."""

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT: Final = "application/vnd.oasis.opendocument.text"

_END = struct.Struct("<4s4H2LH")
_FILE = struct.Struct("<4s6H3L5H2L")
_END_SIGN, _FILE_SIGN = b"PK\x05\x06", b"PK\x01\x02"
_ENCRYPTED: Final = 1
_MACRO = re.compile(r"(?:.*/)?(?:vbaproject\.bin|activex/.*)|(?:basic|scripts)/.+", re.IGNORECASE | re.DOTALL)
_TRICK = re.compile(r"/|.*(?:\.\.|\\|\x00)", re.DOTALL)
_LONGEST_COMMENT: Final = 0xFFFF


def office_document(head: bytes, tail: bytes, size: int) -> str:
    """Return which office document a ZIP archive of `size` bytes is. Raises `MediaRefusedError`."""
    names = _names(tail, size)
    if any(_MACRO.fullmatch(name) for name in names):
        raise MediaRefusedError("it is a document with macros", "save it without them, or print it to a PDF")
    if any(_TRICK.match(name) for name in names):
        raise _no_document()
    if {"[Content_Types].xml", "word/document.xml"} <= set(names):
        return DOCX
    # The type is the first file of the archive, not compressed, so that it stands at a known place.
    if head[30:].startswith(b"mimetype" + ODT.encode() + b"PK") and "content.xml" in names:
        return ODT
    raise _no_document()


def ends_as_zip(tail: bytes) -> bool:
    """Say whether an archive ends where the file ends, with a comment or without."""
    at = tail.rfind(_END_SIGN)
    while at >= 0 and len(tail) - at <= _END.size + _LONGEST_COMMENT:
        if len(tail) - at >= _END.size and _END.unpack_from(tail, at)[-1] == len(tail) - at - _END.size:
            return True
        at = tail.rfind(_END_SIGN, 0, at)
    return False


def _names(tail: bytes, size: int) -> list[str]:
    """Return the names of the files in an archive that begins with the file and ends with it."""
    if len(tail) < _END.size:
        raise _no_document()
    sign, disk, first_disk, here, count, length, start, comment = _END.unpack_from(tail, len(tail) - _END.size)
    whole = start + length + _END.size == size and here == count
    if sign != _END_SIGN or disk or first_disk or comment or not whole or length + _END.size > len(tail):
        raise _no_document()
    names, at = [], len(tail) - _END.size - length
    for _ in range(count):
        if len(tail) - at < _FILE.size:
            raise _no_document()
        sign, _, _, flags, *_, name, extra, said, _, _, _, _ = _FILE.unpack_from(tail, at)
        if sign != _FILE_SIGN or flags & _ENCRYPTED:
            raise _no_document()
        names.append(tail[at + _FILE.size : at + _FILE.size + name].decode("utf-8", "replace"))
        at += _FILE.size + name + extra + said
    if at != len(tail) - _END.size:
        raise _no_document()
    return names


def _no_document() -> MediaRefusedError:
    return MediaRefusedError("it is an archive, and no text document", "add what is in it one by one")
