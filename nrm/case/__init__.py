"""The case: everything known about one person, in groups, and the coded facts that follow from it.

`read_case` takes a file in, `derive_facts` says what the record establishes on a day, `template` and `json_schema`
show people and editors what a record may hold. Nothing here decides anything, and no error here quotes a record.
"""

from nrm.case.facts import derive_facts
from nrm.case.intake import read_case
from nrm.case.record import GROUPS, CaseRecord
from nrm.case.schema import json_schema
from nrm.case.template import template

__all__ = ["GROUPS", "CaseRecord", "derive_facts", "json_schema", "read_case", "template"]
