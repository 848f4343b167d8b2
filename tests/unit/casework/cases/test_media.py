"""What a file is is found out by its content, and what could be run by a reader is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_files import ALSO, DOCX, FILES, ODT, pdf, zipped

from nrm.casework.attachment_errors import MediaRefusedError
from nrm.casework.cases.media import MEDIA, Inspection
from nrm.vault.parts import PART

BINARY = sorted(set(FILES) - {"text/plain", DOCX, ODT, "application/pdf"})


def kind(*parts):
    seen = Inspection()
    for part in parts:
        seen.feed(part)
    return seen.end()


def refused(*parts):
    with pytest.raises(MediaRefusedError) as caught:
        kind(*parts)
    return str(caught.value)


def test_there_is_an_example_of_every_type_that_is_kept():
    assert FILES.keys() == MEDIA.keys()


@pytest.mark.parametrize(("media", "data"), [*FILES.items(), *ALSO.items()])
def test_a_file_is_known_by_its_content(media, data):
    assert kind(data) == media


@pytest.mark.parametrize("media", BINARY)
def test_a_picture_or_film_that_is_an_archive_too_is_refused(media):
    for comment in (b"", b"a comment of the archive"):
        both = FILES[media] + zipped("META-INF/MANIFEST.MF", comment=comment)
        assert "archive at its end" in refused(both)
        assert "archive at its end" in refused(FILES[media], both)


@pytest.mark.parametrize("media", BINARY)
@pytest.mark.parametrize("hidden", [b"<script>x</script>", b"<HTML>", b"<svg onload=x>", b"<?php x", b"%PDF-1.4"])
def test_a_picture_or_film_that_is_a_page_or_a_document_too_is_refused(media, hidden):
    assert "also a file of another type" in refused(FILES[media] + hidden)


PAGES = (
    *(
        b"<!DOCTYPE html>",
        b"<html>",
        b"\n\n <sVg xmlns='x'/>",
        b"<?xml version='1.0'?>",
        b"a<script>",
        b"<iframe src=x>",
    ),
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("before", [0, 1, PART - 3, PART, 2 * PART - 1])
def test_a_page_for_browsers_is_no_text_wherever_it_begins(page, before):
    whole = b" " * before + page
    parts = [whole[at : at + PART] for at in range(0, len(whole), PART)]
    assert "for browsers" in refused(*parts)


@pytest.mark.parametrize("script", [b"#!/bin/sh\n", b"%!PS-Adobe", b"{\\rtf1 x}", b"\xef\xbb\xbf#!/bin/sh\n"])
def test_a_script_is_no_text(script):
    assert "a script" in refused(script)


@pytest.mark.parametrize("data", [b"/JavaScript (x)", b"<</S/Launch/F(x)>>"])
def test_a_pdf_that_does_something_is_refused(data):
    assert "with a script or a command" in refused(pdf(data))
    first = pdf(b" " * (PART - len(pdf(b"")) - 4)) + data[:4]
    assert "with a script or a command" in refused(first, data[4:])


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\0", b"\x7fELF\x02", b"GIF89a\x01\0", b"\0", b"text\0", b"caf\xe9", b"cut \xe2\x82", b"\xff\xfet\0",
        b"\x1b[2J",
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif",
        b"\xff\xff\xff\xff", b"\xff\xfb\xf0\0", b" %PDF-1.7\n\x80", b"RIFF\x24\0\0\0WAVEfmt ", b"%PDF-9\x80",
    ],
)  # fmt: skip
def test_what_is_of_none_of_the_types_is_refused_and_says_which_there_are(data):
    assert "no type that is kept, and no UTF-8 text; use one of `pdf`, `png`" in refused(data)


def test_an_empty_file_is_refused():
    assert "it is empty" in refused(b"")
    assert "it is empty" in refused()


@pytest.mark.parametrize(
    "names",
    [
        ["a.txt"], ["word/document.xml"], ["[Content_Types].xml", "xl/workbook.xml"], ["content.xml"],
        ["[Content_Types].xml", "word/document.xml", "../../etc/x"], ["[Content_Types].xml", "word/document.xml", "/x"],
        ["[Content_Types].xml", "word/document.xml", "a\\b"],
    ],
)  # fmt: skip
def test_an_archive_that_is_no_text_document_is_refused(names):
    assert "an archive, and no text document" in refused(zipped(*names))


@pytest.mark.parametrize("macro", ["word/vbaProject.bin", "word/VBAPROJECT.BIN", "word/activeX/activeX1.xml"])
def test_a_document_with_macros_is_refused(macro):
    assert "macros" in refused(zipped("[Content_Types].xml", "word/document.xml", macro))
    assert "macros" in refused(zipped("content.xml", "Basic/Standard/Module1.xml", first=ODT))


@pytest.mark.parametrize("first", [ODT + "-template", "text/plain"])
def test_an_open_document_of_another_type_is_refused(first):
    assert "no text document" in refused(zipped("content.xml", first=first))


def test_a_document_with_something_before_or_after_its_archive_is_refused():
    whole = FILES[DOCX]
    assert "no text document" in refused(whole + b"more")
    assert "no text document" in refused(whole[:-1])
    assert "no text document" in refused(whole[:4] + whole)
    assert "no text document" in refused(zipped("[Content_Types].xml", "word/document.xml", comment=b"more"))


def test_an_encrypted_document_is_refused_because_nobody_can_see_what_is_in_it():
    hidden = bytearray(FILES[DOCX])
    hidden[hidden.index(b"PK\x01\x02") + 8] |= 1
    assert "no text document" in refused(bytes(hidden))


def outcome(*parts):
    """The type, or the error."""
    try:
        return kind(*parts)
    except MediaRefusedError as error:
        return error


@given(st.text())
@example("a" * 9 + "\x0c")
def test_text_is_refused_only_for_what_stands_in_it(text):
    known = re.search("[\x00-\x08\x0b\x0e-\x1f\x7f]|<|^\ufeff?(#!|%!|%PDF|[{])", text)
    assert known or not text or outcome(text.encode()) == "text/plain"


@given(st.binary(max_size=300), st.sampled_from(sorted(FILES.values())), st.integers(0, 299))
def test_whatever_bytes_come_they_are_of_a_known_type_or_refused_with_something_to_do(noise, whole, at):
    for data in (noise, whole[:at] + noise, noise + whole):
        found = outcome(data)
        assert found.problems[0].todo if isinstance(found, MediaRefusedError) else found in MEDIA
