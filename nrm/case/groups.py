"""The groups of a case record, each of which is encrypted on its own (DESIGN §3)."""

from __future__ import annotations

from nrm.case.groups_legal import Legal
from nrm.case.groups_needs import Family, Health, Immigration
from nrm.case.groups_person import Account, Contact, Identity
from nrm.case.groups_safety import Consent, Evidence, Exploiters

__all__ = [
    "Account",
    "Consent",
    "Contact",
    "Evidence",
    "Exploiters",
    "Family",
    "Health",
    "Identity",
    "Immigration",
    "Legal",
]
