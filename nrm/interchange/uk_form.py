"""The payload of the United Kingdom's referral form, read into a case record.

The keys are those that the Home Office's form sends to its casework system, flat (`Customer.Surname`) or one level
deep: https://github.com/UKHomeOffice/modern-slavery, `apps/nrm/models/submission.js`. Nothing is guessed from a
question that was not asked: a child's form has no question of consent, and who does not want support has no phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nrm.case.fields import UNKNOWN
from nrm.interchange.crosswalk import crosswalk
from nrm.interchange.outcome import Imported, Unmapped
from nrm.interchange.places import put
from nrm.interchange.reading import Reading, check_form, document_of
from nrm.interchange.sheet import read_sheet

if TYPE_CHECKING:
    from datetime import date

    from nrm.textfile import Document


def read_uk_form(
    content: bytes, question_set: date | None = None, answered: date | None = None, file: str = "UK form"
) -> Imported:
    """Read one payload, or a list of them; each is a document as `nrm.case.read_case` takes it.

    `question_set` is the day of the form's version, because the payload does not say which questions were asked, and a
    key has kept its name while its question turned round. `answered` is the day on which the form was sent.

    Raises:
        FileRefusedError: the file cannot be read as payloads, or is of another form; nothing of it is quoted.
    """
    version = question_set.isoformat() if question_set else UNKNOWN
    day = {"on": answered.isoformat()} if answered else {}
    records: list[Document] = []
    unmapped: list[Unmapped] = []
    sheet = read_sheet(content, "json", file, nested=True)
    check_form(crosswalk("uk_nrm_form"), sheet, file)
    for number, cells in enumerate(sheet, start=1):
        reading = Reading(crosswalk("uk_nrm_form"), number, cells, question_set)
        reading.read()
        if answered and "age_as_stated" in reading.tree.get("identity", {}):
            put(reading.tree, ("identity", "age_stated_on"), answered.isoformat())
        # INVARIANT (no answer without its question): each answer is kept with the version of the wording it answers.
        answers = [{"question": name, "question_set": version, **day} for name in reading.answered]
        extra: dict[str, Any] = {"answers": answers, "question_set": version} if answers else {}
        records.append(document_of(reading, extra))
        unmapped += reading.listed
    return Imported(tuple(records), tuple(unmapped))
