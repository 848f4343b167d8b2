"""What the documents show is what the program prints."""

from __future__ import annotations

import pytest
from documents import DOCUMENTS, ROOT, RULE_FILE, with_real_output


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_in_a_document_prints_what_the_document_shows(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert with_real_output(text) == text, "run `python tests/repo/documents.py` and read the difference"


def test_the_first_rule_of_the_readme_passes_its_own_examples():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(RULE_FILE.findall(text)) == 2
    assert "all come out, on both engines" in text.split("$ nrm rules check --topic care")[1]
