"""How many cases there are, by a few facts, in counts that anybody may see.

INVARIANT (counted once a month): the tables of a month are counted when they are first asked for, and kept. Counted
again the next day, the difference of two tables could tell of single people. For the same reason there are few of them,
of facts of which none follows from another.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from nrm.access import Statistics
from nrm.casework.asked import permit
from nrm.casework.cases.known_facts import known_facts
from nrm.casework.errors import TakenError
from nrm.casework.journal import Journal
from nrm.casework.registry import Register
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, CodesFact
from nrm.rulebook.wording import Model
from nrm.statistics.protect import Shown, protect, protect_count, protect_shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.rulebook.vocabulary import Vocabulary

FACTS: Final = ("age_status", "gender", "purposes")
"""The facts of which there is a table: age, sex and form of exploitation."""


class CaseloadTables(Model):
    """Protected counts of a month (`2026-03`); `facts` has a count for each value of each fact."""

    month: str
    total: Shown
    facts: dict[str, dict[str, Shown]]


TABLES: Final = Register("caseload", CaseloadTables, called=lambda one: one.month.encode())
"""The tables that were counted, by month."""


def caseload_tables(desk: Desk, asked: Asked) -> CaseloadTables:
    """Return the tables of this month; who asks first has them counted.

    Raises:
        DeniedError: the role may not.
        VaultError: a case cannot be opened, so nothing was counted.
    """
    journal, about = Journal(desk, asked), Statistics("caseload")
    month = f"{desk.counter.calendar.day_of(desk.clock()):%Y-%m}"

    def look(unit: UnitOfWork) -> CaseloadTables | None:
        permit(asked, "statistics:read", about)
        found = TABLES.named(desk, unit, month.encode())
        if found is not None:
            journal.write(unit, "statistics:read")
        return found.thing if found is not None else None

    def make(unit: UnitOfWork) -> CaseloadTables:
        permit(asked, "statistics:make", about)
        TABLES.add(desk, unit, uuid4(), made)
        journal.write(unit, "statistics:make")
        return made

    found = journal.attempt("statistics:read", look)
    if found is not None:
        return found
    made = tables(known_facts(desk), desk.books.words(), month)
    try:
        return journal.attempt("statistics:make", make)
    except TakenError:  # somebody else counted at the same time, and theirs is what everybody sees
        return journal.attempt("statistics:read", look) or made


def tables(caseload: Iterable[Mapping[str, object]], words: Vocabulary, month: str) -> CaseloadTables:
    """Count cases, each given as what is known of its facts, and protect the counts; pure.

    A value that the vocabulary does not have, as an old case may, is not known.
    """
    facts = {name: fact for name in FACTS if isinstance(fact := words.facts.get(name), ChoiceFact | CodesFact)}
    total, counts = 0, {name: Counter[str]() for name in facts}
    for case in caseload:
        total += 1
        for name, fact in facts.items():
            counts[name].update(_values(case.get(name), fact))
    shown = {name: _protected(fact, counts[name], total) for name, fact in facts.items()}
    return CaseloadTables(month=month, total=protect_count(total), facts=shown)


def _values(value: object, fact: ChoiceFact | CodesFact) -> set[str]:
    if isinstance(fact, CodesFact):
        return {one for one in value if one in fact.values} if isinstance(value, list) else set()
    return {value if isinstance(value, str) and value in fact.values else UNKNOWN}


def _protected(fact: ChoiceFact | CodesFact, counts: Counter[str], total: int) -> dict[str, Shown]:
    if isinstance(fact, CodesFact):
        return dict(protect_shares(total, {code: counts[code] for code in fact.values}).cells)
    return dict(protect({code: counts[code] for code in dict.fromkeys((*fact.values, UNKNOWN))}).cells)
