"""A plan in its one canonical form, without a word of any language, so that a decision can be replayed byte for byte.

RFC 8785 (JSON Canonicalization Scheme). Labels and sentences are left out: they may be worded better without any
decision becoming another.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from nrm.audit.canonical import canonical

if TYPE_CHECKING:
    from nrm.engine.plan import Dispute, Line, Plan

PLAN_VERSION = 1


def canonical_plan(plan: Plan) -> bytes:
    """Return the canonical bytes of `plan`."""
    return canonical(
        {
            "version": PLAN_VERSION,
            "rulebook": plan.digest,
            "country": plan.country,
            "on": plan.on.isoformat(),
            "dispute": _dispute(plan.dispute) if plan.dispute is not None else None,
            "lines": [_line(line) for lines in plan.lines.values() for line in lines],
            "withheld": [_line(line) for line in plan.withheld],
        }
    )


def plan_digest(canonical: bytes) -> str:
    """Return the SHA-256 of a canonical plan, in lower-case hexadecimal."""
    return hashlib.sha256(canonical).hexdigest()


def _dispute(dispute: Dispute) -> dict[str, Any]:
    return {
        "only_masks": list(dispute.only_masks),
        "only_rete": list(dispute.only_rete),
        "rete_failed": dispute.rete_failed,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "code": line.code,
        "by": line.by,
        "within": line.within and {"amount": line.within.amount, "unit": line.within.unit},
        "withholds": list(line.withholds),
        "reasons": [
            {
                "rule": reason.step.rule.name,
                "version": reason.step.rule.version.isoformat(),
                "branch": reason.step.branch + 1,
                "relied": [list(atom) for atom in reason.relied],
            }
            for reason in line.reasons
        ],
    }
