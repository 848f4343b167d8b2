"""A decision that somebody who has the keys altered in the store.

row = altered(case, row, lambda kept: kept["facts"].clear())
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from nrm.audit.canonical import canonical
from nrm.casework.cases.kept_decision import open_decision, seal_decision


def altered(case, row, change):
    """Return the row with what `change` did to what is kept, sealed again for its place."""
    kept = open_decision(case, row)
    change(kept)
    decision, salt, plan = UUID(kept["decision"]), bytes.fromhex(kept["salt"]), canonical(kept["plan"])
    return replace(row, sealed=seal_decision(case, row.version, decision, salt, kept["facts"], plan))
