"""The name of a file is made safe, and must fit what the file is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.casework.attachment_errors import MediaRefusedError
from nrm.casework.cases.media import MEDIA
from nrm.casework.cases.names import LONGEST_NAME, clean_name

PDF = "application/pdf"


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("Attestation d’Ana.pdf", "Attestation d’Ana.pdf"),
        ("../../etc/scan.pdf", "scan.pdf"),
        ("C:\\Users\\ana\\scan.PDF", "scan.pdf"),
        ("scan", "scan.pdf"),
        ("  a \t\n b .pdf", "a b.pdf"),
        ("fdp.\u202escan.pdf", "fdp.scan.pdf"),
        ("a\x1b[2J<b>|?.pdf", "a[2J_b___.pdf"),
        (".pdf", "attachment.pdf"),
        ("...", "attachment.pdf"),
        ("", "attachment.pdf"),
        ("شهادة.pdf", "شهادة.pdf"),
        ("a" * 115 + ". b.pdf", "a" * 115 + ".pdf"),
        ("a" * 300 + ".pdf", "a" * (LONGEST_NAME - 4) + ".pdf"),
        ("v1.2 final report", "v1.2 final report.pdf"),
    ],
)
def test_a_name_is_made_safe(given_, kept):
    assert clean_name(given_, PDF) == kept


@pytest.mark.parametrize("name", ["scan.html", "scan.pdf.exe", "scan.SVG", "scan.png", "scan.js"])
def test_a_name_of_another_type_is_refused(name):
    with pytest.raises(MediaRefusedError, match=r"ends as that of another type than it is; give it the ending `\.pdf`"):
        clean_name(name, PDF)


@given(st.text(max_size=200), st.sampled_from(sorted(MEDIA)))
def test_whatever_the_name_what_is_kept_can_stand_on_any_screen_and_disk(name, media):
    try:
        kept = clean_name(name, media)
    except MediaRefusedError:
        return
    assert kept.rsplit(".", 1)[1] in MEDIA[media]
    assert len(kept) <= LONGEST_NAME
    assert kept == kept.strip(". ")
    assert not set(kept) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(one)[0] == "C" for one in kept)
    assert clean_name(kept, media) == kept, "a safe name stays"
