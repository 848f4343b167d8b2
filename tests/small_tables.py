"""What referral needs besides in the small rulebook of `fakes`: its tables, and the lengths of some days of a case."""

from __future__ import annotations

from nrm.referral.tasks import TASKS

PARAMETERS = {"recovery_period_days": 30, "review_interval_days": 90, "transition_notice_days": 180}

_TASKS = """\
answer: P2D
consent_notice: P14D
again: PT168H
last: supervisor
hears: {supervisor: {label: <Supervisor>, meaning: <Hears of what is late.>}}
escalation: {caseworker: {next: supervisor, after: PT24H}}
tasks:
"""

_ROUTES = """\
referred_under: {shelter: share_with_shelter}
arranged_by: {doctor: caseworker, guardian: caseworker}
authorities: [law_office]
"""


def _parameter(name: str, days: int) -> str:
    return f"""\
parameter: {name}
title: <{name}>
unit: days
national_may: decrease
sources: [A/TEST/1 §2]
values:
  - {{from: 2026-01-01, value: {days}}}
"""


TABLES = {
    **{f"rules/parameters/{name}.yaml": _parameter(name, days) for name, days in PARAMETERS.items()},
    "rules/directory/referrals.yaml": _ROUTES,
    "rules/directory/tasks.yaml": _TASKS
    + "".join(f"  {task}: {{by: caseworker, within: P2D, label: <{task}>, meaning: <Do it.>}}\n" for task in TASKS),
}
"""Texts by path, where `<Word>` stands for wording as in `fakes`."""
