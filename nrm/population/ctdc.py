"""CTDC's Global Synthetic Dataset as a population: which of our facts each of its columns establishes.

Two layouts are read, and a file may mix them: the variables of the codebook of February 2024, and the 0/1 recoding of
the release of 2025 that third parties use. `READ` and `UNREAD` together are the whole table of both.

INVARIANT (null is not "no"): the codebook writes 1 or nothing, and nothing means "not observed". So do the 0 of the
recoding and its age band 0. No cell of these files ever establishes an absence.

Where CTDC merged several ways of control into one variable, nobody can tell which of them was meant. Such a variable
establishes `other_control`, that the person was controlled, and no sign that may not have been there.

Source: Counter-Trafficking Data Collaborative (CTDC), The Global Synthetic Data Codebook, version 2, February 2024;
https://www.ctdatacollaborative.org/page/global-synthetic-dataset. Made with differential privacy; no real person.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nrm.engine.bitmaps import pack
from nrm.errors import FileRefusedError, Problem, nearest
from nrm.population.cells import Table, read_table
from nrm.population.people import People

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nrm.engine.bitmaps import Bitmap
    from nrm.engine.program import Atom

NOTHING = frozenset({"", "NULL", "null", "NA"})
"""Cells that say nothing in any column."""

# Whoever is a child when identified was one while exploited; of an adult nobody knows.
_CHILD: tuple[Atom, ...] = (("age_status", "child"), ("age_status_at_exploitation", "child"))
_ADULT: tuple[Atom, ...] = (("age_status", "adult"),)
_MERGED: Atom = ("methods_of_control", "other_control")
# Whoever is said to have recruited the person has recruited them (variables 24 to 27).
_RECRUITED: Atom = ("acts", "recruitment")

Cells = dict[str, tuple["Atom", ...]]


def _told(*atoms: Atom) -> Cells:
    return {"0": (), "1": atoms}


_THREATS = _told(("means", "threat"), _MERGED)
_FALSE_PROMISES = _told(("means", "deception"), ("methods_of_control", "false_promises"))
_DRUGS = _told(("methods_of_control", "psychoactive_substances"))
_HOURS = _told(("methods_of_control", "excessive_working_hours"))
_DOCUMENTS = _told(("methods_of_control", "withholds_documents"))
_PARTNER = _told(_RECRUITED, ("recruiter_relations", "intimate_partner"))
_FRIEND = _told(_RECRUITED, ("recruiter_relations", "friend"))
_FAMILY = _told(_RECRUITED, ("recruiter_relations", "family_member"))
_OTHER_RECRUITER = _told(_RECRUITED, ("recruiter_relations", "other_relation"))

READ: dict[str, Cells] = {
    # The recoding of 2025: bands 1 to 9 are the nine of the codebook, 0 is missing data.
    "Age Band": {"0": (), "1": _CHILD, "2": _CHILD, **dict.fromkeys("3456789", _ADULT)},
    "Woman": _told(("gender", "feminine")),
    "Is Citizen of Country": _told(("nationality_status", "national")),
    "Means Debt Bondage Earnings": _told(_MERGED),
    "Means Threats": _THREATS,
    "Means Abuse": _told(_MERGED),
    "Means False Promises": _FALSE_PROMISES,
    "Means Drugs Alcohol": _DRUGS,
    "Means Deny Basic Needs": _told(_MERGED),
    "Means Excessive Work Hours": _HOURS,
    "Means Withhold Docs": _DOCUMENTS,
    "Recruiter Relation Intimate Partner": _PARTNER,
    "Recruiter Relation Friend": _FRIEND,
    "Recruiter Relation Family": _FAMILY,
    "Recruiter Relation Other": _OTHER_RECRUITER,
    # The codebook of 2024.
    "ageBroad": {
        **dict.fromkeys(("0-8", "9-17"), _CHILD),
        **dict.fromkeys(("18-20", "21-23", "24-26", "27-29", "30-38", "39-47", "48+"), _ADULT),
    },
    "gender": {
        "Man": (("gender", "masculine"),),
        "Woman": (("gender", "feminine"),),
        "Trans/Transgender/NonConforming": (),  # see UNREAD: one of three
    },
    "meansDebtBondageEarnings": _told(_MERGED),
    "meansThreats": _THREATS,
    "meansAbusePsyPhySex": _told(_MERGED),
    "meansFalsePromises": _FALSE_PROMISES,
    "meansDrugsAlcohol": _DRUGS,
    "meansDenyBasicNeeds": _told(_MERGED),
    "meansExcessiveWorkHours": _HOURS,
    "meansWithholdDocs": _DOCUMENTS,
    "isOtherExploit": _told(("purposes", "other_exploitation")),
    "typeOfLabourAgriculture": _told(("labour_sectors", "agriculture")),
    "typeOfLabourConstruction": _told(("labour_sectors", "construction")),
    "typeOfLabourDomesticWork": _told(("labour_sectors", "domestic_work")),
    "typeOfLabourHospitality": _told(("labour_sectors", "hospitality")),
    "typeOfSexProstitution": _told(("purposes", "exploitation_of_prostitution")),
    "typeOfSexPornography": _told(("purposes", "other_sexual_exploitation")),
    "recruiterRelationIntimatePartner": _PARTNER,
    "recruiterRelationFriend": _FRIEND,
    "recruiterRelationFamily": _FAMILY,
    "recruiterRelationOther": _OTHER_RECRUITER,
    # Both; `isSexualExploit` merges two of our codes, of which the broader asserts less.
    "isForcedLabour": _told(("purposes", "forced_labour")),
    "isSexualExploit": _told(("purposes", "other_sexual_exploitation")),
}
"""For each column that is read: what each of its cells establishes. Any other cell is refused."""

_BANDS = "its bands are no numbers of months, and `months_exploited` is one"
_PAIR = "only both countries together say whether the person is a national there; the recoding has it"

UNREAD: dict[str, str] = {
    "Trafficking Duration": _BANDS,
    "traffickMonths": _BANDS,
    "Trans/NonConforming": "it stands for three values of `gender` and does not say which",
    "yearOfRegistration": "no fact holds a date",
    "citizenship": _PAIR,
    "CountryOfExploitation": _PAIR,
}
"""For each column that is known and not read: why."""


def read_ctdc(path: Path) -> tuple[People, tuple[str, ...]]:
    """Read the CTDC file at `path`; return the people and those of its columns that establish nothing.

    Raises:
        FileRefusedError: the file is no CSV, or a column or a cell is in neither layout; every wrong cell is listed
            once, with the first line on which it stands.
    """
    table = read_table(path, {**READ, **UNREAD}, "one of CTDC's")
    marks: dict[Atom, Bitmap] = {}
    problems: list[Problem] = []
    for heading in table.columns:
        if heading in READ:
            problems += _wrong_cells(table, heading)
            for atom, bitmap in _marks(table, heading).items():
                marks[atom] = marks[atom] | bitmap if atom in marks else bitmap
    if problems:
        raise FileRefusedError(problems)
    return People(table.rows, marks, {}), tuple(heading for heading in table.columns if heading in UNREAD)


def _marks(table: Table, heading: str) -> Mapping[Atom, Bitmap]:
    column = table.columns[heading]
    established = [READ[heading].get(_plain(text), ()) for text in column.texts]
    return {
        atom: pack(column.where(atom in atoms for atoms in established))
        for atom in dict.fromkeys(atom for atoms in established for atom in atoms)
    }


def _wrong_cells(table: Table, heading: str) -> list[Problem]:
    valid = READ[heading]
    return [
        table.problem(heading, place, f"`{heading}` has a cell that is not CTDC's", nearest("", valid))
        for place, text in enumerate(table.columns[heading].texts)
        if _plain(text) not in valid and _plain(text) not in NOTHING
    ]


def _plain(text: str) -> str:
    """Return a cell as the table writes it: the codebook's own releases differ in dashes, and in `1` and `1.0`."""
    dashed = re.sub("[-\u2013\u2014]+", "-", text.strip())
    return dashed.removesuffix(".0")
