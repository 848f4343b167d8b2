"""Records as somebody writes them, and what they establish on one day."""

from __future__ import annotations

from datetime import date

import pytest

from nrm.case import derive_facts, read_case
from nrm.errors import CaseRefusedError
from nrm.textfile import read_bytes

ON = date(2026, 3, 1)


def facts(text, on=ON):
    return derive_facts(read_case(read_bytes(text.encode(), "case.yaml")), on)


def refusal(text):
    """Return what is said of a record that is refused."""
    with pytest.raises(CaseRefusedError) as refused:
        facts(text)
    return str(refused.value)
