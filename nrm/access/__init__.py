"""Who may do what: policies in files that an overseer can read, and the one function that decides by them.

    from nrm.access import Case, Context, Principal, Request, shipped
    verdict = shipped().decide(Request(who, "case:read", Case(case, organisation), Context()))

`schema.cedarschema` says what can be asked, `policies/*.cedar` what is allowed and what never is, and the
`*.examples.yaml` beside them what must come out. The language is Cedar: https://docs.cedarpolicy.com/
"""

from nrm.access.request import (
    KINDS,
    ROLES,
    Account,
    Bundle,
    Case,
    Caseload,
    Context,
    Directory,
    Entry,
    Glass,
    Installation,
    Log,
    Principal,
    Referral,
    Request,
    Resource,
    Session,
    Statistics,
)
from nrm.access.shipped import shipped

__all__ = [
    "KINDS",
    "ROLES",
    "Account",
    "Bundle",
    "Case",
    "Caseload",
    "Context",
    "Directory",
    "Entry",
    "Glass",
    "Installation",
    "Log",
    "Principal",
    "Referral",
    "Request",
    "Resource",
    "Session",
    "Statistics",
    "shipped",
]
