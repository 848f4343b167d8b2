"""What tests of attachments say again and again, on an office (`offices`)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from uuid import UUID

from offices import asked
from small_files import pdf

from nrm.casework.attachment import AttachmentLimits
from nrm.casework.cases import attachments
from nrm.vault.parts import PART


def content(size, mark=b"Canary"):
    """A PDF of exactly this many bytes, no two stretches of which are alike."""
    filling = b" ".join(b"%d" % number for number in range(size // 2))
    return pdf(mark + filling)[:size]


def chunked(data, *cuts):
    """The same bytes in chunks that end at these places."""
    at = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    return [data[start:end] for start, end in pairwise(at)]


def attach(office, case, data=None, name="scan.pdf", who=None, **more):
    whole = content(2 * PART + 77) if data is None else data
    return attachments.add(office.desk, who or asked(), case, name, chunked(whole, PART), **more)


def fetched(office, case, attachment, who=None):
    _, parts = attachments.read(office.desk, who or asked(), case, attachment)
    return b"".join(parts)


def listed(office, case, who=None):
    return attachments.attachments(office.desk, who or asked(), case)


def limits(office, **more):
    """Let the office have other limits."""
    office.desk = replace(office.desk, attachments=AttachmentLimits.model_validate(more))


def rows(office):
    """The sealed parts in the store, by (case, attachment, number)."""
    return office.store.state.parts


def uploads(office):
    """What is on its way in."""
    return [key for key in office.store.state.registry if key[0] == "upload"]


NOBODYS = UUID(int=404)
