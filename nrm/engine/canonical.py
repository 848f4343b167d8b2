"""A plan in its one canonical form, without a word of any language, so that a decision can be replayed byte for byte.

RFC 8785 (JSON Canonicalization Scheme). Labels and sentences are left out: they may be worded better without any
decision becoming another.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nrm.audit.canonical import canonical

if TYPE_CHECKING:
    from nrm.audit.canonical import Simple
    from nrm.engine.plan import Dispute, Line, Plan
    from nrm.engine.program import Atom, Step
    from nrm.rulebook.book import Within

PLAN_VERSION = 1


def canonical_plan(plan: Plan) -> bytes:
    """Return the canonical bytes of `plan`.

    Keys stand in the order of RFC 8785. Lines are put together from pieces that come back in plan after plan, because
    a general encoder takes longer for a plan than both engines for the decision.
    """
    dispute = _dispute(plan.dispute) if plan.dispute is not None else None
    lines = ",".join([_line(line) for lines in plan.lines.values() for line in lines])
    withheld = ",".join([_line(line) for line in plan.withheld])
    return (
        f'{{"country":{_said(plan.country)},"dispute":{_json(dispute)},"lines":[{lines}],'
        f'"on":"{plan.on.isoformat()}","rulebook":{_said(plan.digest)},"version":{PLAN_VERSION},"withheld":[{withheld}]}}'
    ).encode()


def plan_digest(canonical: bytes) -> str:
    """Return the SHA-256 of a canonical plan, in lower-case hexadecimal."""
    return hashlib.sha256(canonical).hexdigest()


def _dispute(dispute: Dispute) -> dict[str, Any]:
    return {
        "only_masks": list(dispute.only_masks),
        "only_rete": list(dispute.only_rete),
        "rete_failed": dispute.rete_failed,
    }


def _line(line: Line) -> str:
    reasons = ",".join([_reason(reason.step, reason.relied) for reason in line.reasons])
    within = _within(line.within) if line.within is not None else "null"
    return (
        f'{{"by":{_said(line.by)},"code":{_said(line.code)},"kind":{_said(line.kind)},'
        f'"reasons":[{reasons}],"withholds":{_codes(line.withholds)},"within":{within}}}'
    )


@lru_cache(maxsize=8192)
def _reason(step: Step, relied: tuple[Atom, ...]) -> str:
    return _json(
        {
            "rule": step.rule.name,
            "version": step.rule.version.isoformat(),
            "branch": step.branch + 1,
            "relied": [list(atom) for atom in relied],
        }
    )


@lru_cache(maxsize=1024)
def _within(within: Within) -> str:
    return _json({"amount": within.amount, "unit": within.unit})


@lru_cache(maxsize=1024)
def _codes(codes: tuple[str, ...]) -> str:
    return _json(list(codes))


@lru_cache(maxsize=4096)
def _said(code: str | None) -> str:
    return _json(code)


def _json(value: Simple) -> str:
    return canonical(value).decode()
