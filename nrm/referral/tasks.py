"""What falls to a person when the machine cannot go on, by which role and when, and who hears of it when it is late.

Policy officers own the table (`rules/directory/tasks.yaml`); the program makes exactly the tasks of `TASKS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

from nrm.errors import Problem, nearest
from nrm.referral.table import read_table
from nrm.rulebook.book import Within
from nrm.rulebook.rule import Duration
from nrm.rulebook.vocabulary import Named
from nrm.rulebook.wording import Code, Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.textfile import Document

FILE: Final = "tasks.yaml"
"""The name of the table in the folder `directory` of the rules."""

TaskCode = Literal[
    "no_service_found", "consent_missing", "guardian_missing", "key_missing", "arrange_offer", "offer_unheld",
    "delivery_failed", "revocation_failed", "no_answer", "next_match_failed", "confidential_transport",
    "look_at_dispute", "look_at_disorder", "look_at_disagreement", "service_felt_unsafe", "relative_at_risk",
    "person_turns_eighteen", "person_is_eighteen", "review_due", "consent_renewal", "consent_over",
    "recovery_period_ends", "glass_broken",
]  # fmt: skip
TASKS: Final[tuple[TaskCode, ...]] = get_args(TaskCode)

STRANGER: Final = "caseworker"
"""Who hears next of a role that has no line, such as one of a national overlay."""


class _Task(Named):
    by: Code
    within: Duration


class _Hop(Model):
    next: Code
    after: Duration


class _Table(Model):
    answer: Duration
    consent_notice: Duration
    again: Duration
    last: Code
    hears: dict[Code, Named]
    escalation: dict[Code, _Hop]
    tasks: dict[Code, _Task]


@dataclass(frozen=True)
class Task:
    """One kind of task: who must act, how long that may take, and its words in four languages."""

    code: TaskCode
    by: str
    within: Within
    named: Named


class Hearer(NamedTuple):
    """One place of a chain: the role that hears, and how much later the next one does."""

    role: str
    after: timedelta


class Chain(NamedTuple):
    """Who hears that something is late, one after the other: at least one. The last hears again every `again`."""

    hearers: tuple[Hearer, ...]
    again: timedelta


@dataclass(frozen=True)
class Tasks:
    """The whole table. `answer` is the time that a service has to answer, `hears` names roles that only hear."""

    tasks: Mapping[TaskCode, Task]
    answer: Within
    consent_notice: Within
    hears: Mapping[str, Named]
    again: timedelta
    _hops: Mapping[str, Hearer]
    _next: Mapping[str, str]
    _chains: dict[str, Chain] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __getitem__(self, code: TaskCode) -> Task:
        return self.tasks[code]

    def chain(self, role: str) -> Chain:
        """Return who hears when `role` is late: the role itself, and then the next ones.

        INVARIANT (nobody is late alone): every chain ends with the last role, that of a role that has no line too.
        """
        chain = self._chains.get(role)
        if chain is None:
            chain = self._chains[role] = self._chain(role)
        return chain

    def _chain(self, role: str) -> Chain:
        known = role in self._hops
        hearers = [self._hops[role] if known else Hearer(role, timedelta(0))]
        following = self._next.get(role) if known else STRANGER
        while following is not None:
            hearers.append(self._hops[following])
            following = self._next.get(following)
        return Chain(tuple(hearers), self.again)


def read_tasks(path: Path, words: Vocabulary) -> Tasks:
    """Read the table `path` (`rules/directory/tasks.yaml`).

    Raises:
        FileRefusedError: it cannot be read, names a role that there is not, has not exactly the tasks of the program,
            or a chain does not end with the last role; every fault is listed.
    """
    table = read_table(path, _Table, words, _faults)
    hops = {role: Hearer(role, _hours(hop.after)) for role, hop in table.escalation.items()}
    return Tasks(
        tasks={code: _task(code, table.tasks[code]) for code in TASKS},
        answer=_within(table.answer),
        consent_notice=_within(table.consent_notice),
        hears=table.hears,
        again=_hours(table.again),
        _hops={**hops, table.last: Hearer(table.last, timedelta(0))},
        _next={role: hop.next for role, hop in table.escalation.items()},
    )


def _faults(table: _Table, words: Vocabulary, document: Document) -> Iterator[Problem]:
    for missing in sorted(set(TASKS) - table.tasks.keys()):
        yield document.problem(("tasks",), f"the task `{missing}` is missing", "the program makes it; write it again")
    for code, task in table.tasks.items():
        if code not in TASKS:
            yield document.problem(("tasks", code), f"the program makes no task `{code}`", nearest(code, TASKS))
        if task.by not in words.roles:
            yield document.problem(("tasks", code), f"there is no role `{task.by}`", nearest(task.by, words.roles))
    yield from _faults_of_chains(table, words, document)


def _faults_of_chains(table: _Table, words: Vocabulary, document: Document) -> Iterator[Problem]:
    roles = words.roles.keys() | table.hears.keys()
    named = {("last",): table.last} | {("escalation", role): hop.next for role, hop in table.escalation.items()}
    for place, role in [*named.items(), *((("escalation", role), role) for role in table.escalation)]:
        if role not in roles:
            yield document.problem(place, f"there is no role `{role}`", nearest(role, roles))
    if table.last in table.escalation:
        yield document.problem(("last",), f"`{table.last}` is last and still has a next", "leave out one of the two")
    for role in (words.roles.keys() | {STRANGER}) - {table.last}:
        if not _ends(role, table):
            todo = f"say under `escalation` who hears next, so that in the end `{table.last}` does"
            yield document.problem(("escalation",), f"the chain of `{role}` does not end with the last", todo)
    hours = {("again",): table.again} | {("escalation", role): hop.after for role, hop in table.escalation.items()}
    for place, duration in hours.items():
        if _within(duration).unit != "hours":
            yield document.problem(place, f"`{duration}` is not written in hours", "write `PT24H`")


def _ends(role: str, table: _Table) -> bool:
    for _ in range(len(table.escalation) + 1):
        if role == table.last:
            return True
        if role not in table.escalation:
            return False
        role = table.escalation[role].next
    return False


def _task(code: TaskCode, written: _Task) -> Task:
    return Task(code, written.by, _within(written.within), written)


def _within(text: str) -> Within:
    """Return the limit that the form `PT24H` or `P3D` means; the model has refused every other."""
    return Within(int(text[2:-1]), "hours") if text.startswith("PT") else Within(int(text[1:-1]), "days")


def _hours(text: str) -> timedelta:
    return timedelta(hours=_within(text).amount)
