"""Who of the caseload would gain and who would lose by a proposed rulebook, in protected counts.

INVARIANT (weighed once): of each publication the caseload is counted once, and what came out is kept. Counted again
next week, the difference of two tables could tell of single people.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nrm.casework.cases.known_facts import known_facts
from nrm.casework.rulebooks.kept import WEIGHED, Weighed, archive_of, found
from nrm.casework.rulebooks.taking import Taking, take
from nrm.errors import Problem, RulebookRefusedError
from nrm.publishing.errors import StatementRefusedError

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.rulebooks.kept import Publication
    from nrm.publishing.impact import CaseloadImpact


def impact(desk: Desk, asked: Asked, publication: UUID) -> dict[str, Any]:
    """Return who gains and loses on the first day of a publication, as `CaseloadImpact.plain` says it.

    Nobody's record is opened, only the coded facts; a case that cannot be opened stops the count.

    Raises:
        DeniedError, NoSuchRecordError: not for this asker, or there is none.
        StatementRefusedError: it is the first bundle, so there is nothing to compare it with; or no case fits both.
        StepRefusedError: it was not weighed before it was decided on.
        VaultError: a case cannot be opened.
    """

    def make() -> str:
        counted = desk.store.run(lambda unit: WEIGHED.get(desk, unit, publication))
        if counted is not None:
            return counted.thing.counts
        one, before, after = desk.store.run(lambda unit: _read(desk, unit, publication))
        return json.dumps(_impact(desk, one, before, after).plain())

    def do(taking: Taking[str]) -> dict[str, Any]:
        bundle = taking.held(publication).thing.bundle
        first = WEIGHED.get(desk, taking.unit, publication)
        if first is None:
            taking.of(publication)  # what is decided already is not weighed any more
            first = WEIGHED.add(desk, taking.unit, publication, Weighed(counts=taking.made))
        taking.journal.write(taking.unit, "rulebook:prove", rulebook=bundle)
        counted: dict[str, Any] = json.loads(first.thing.counts)
        return counted

    return take(desk, asked, "check", make, do)


def _read(desk: Desk, unit: UnitOfWork, publication: UUID) -> tuple[Publication, bytes, bytes]:
    one = found(desk, unit, publication).thing
    if one.said.previous is None:
        todo = "`nrm rules diff` compares it with any folder of rules"
        raise StatementRefusedError(Problem("statement", 0, "it is the first bundle of this installation", todo))
    return one, archive_of(unit, one.said.previous), archive_of(unit, one.bundle)


def _impact(desk: Desk, one: Publication, before: bytes, after: bytes) -> CaseloadImpact:
    from nrm.publishing.bundle import open_bundle  # noqa: PLC0415 - loads what only officers need
    from nrm.publishing.impact import impact_on  # noqa: PLC0415 - as above

    country = desk.counter.country
    try:
        return impact_on(open_bundle(before), open_bundle(after), known_facts(desk), one.from_, country)
    except RulebookRefusedError as refused:
        raise StatementRefusedError(refused.problems) from None
