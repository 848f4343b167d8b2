"""What is timed of referral: a case on its way from its facts to a sealed package in the outbox and a signed log.

The whole way is three units of work and a batch of the sequencer: facts in (a case is opened), the person's consent to
one kind of service, the referral (decision of both engines, match, permission, package, clocks and tasks of the whole
plan), and the places of all entries in the log, which is signed and published. The records are those of court cases, in
turn; each time the case is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from time import monotonic
from typing import TYPE_CHECKING, Final, Literal
from uuid import uuid4

from benchmarks.case_work import ON
from benchmarks.many_services import IDENTITY, OFFERS
from benchmarks.rulebooks import ROOT
from nrm.casework.asked import Asked
from nrm.casework.cases.keep import open_case
from nrm.casework.cases.record import checked, facts_of
from nrm.casework.referrals.consenting import Said, note_consent
from nrm.casework.referrals.placing import treated_as_child
from nrm.casework.referrals.referring import Request, refer
from nrm.casework.referrals.sending import parcel_bytes
from nrm.casework.safe import OpenCase
from nrm.referral.package import read_package
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from nrm.bootstrap_store import Office
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.referrals.referring import Referred
    from nrm.referral.package import Opened
    from nrm.textfile import Document

COURT_CASES: Final = ROOT / "tests" / "rules" / "court_cases"
NOON: Final = datetime(ON.year, ON.month, ON.day, 12, tzinfo=UTC)

FACTS_IN, CONSENT, REFERRED, SEQUENCED = "facts in", "consent noted", "decided, matched, sealed, posted", "sequenced"
STEPS: Final = (FACTS_IN, CONSENT, REFERRED, SEQUENCED)


@dataclass(frozen=True)
class _Person:
    """A record, the offer that is asked for, and who consents."""

    document: Document
    offer: str
    by: Literal["self", "guardian"]


class ReferralWork:
    """Referrals of one caseworker at an installation whose clock stands at the day of the rules."""

    def __init__(self, office: Office) -> None:
        self.office = office
        began = monotonic()
        self.desk = replace(office.desk, clock=lambda: NOON + timedelta(seconds=monotonic() - began))
        self.asked = Asked(uuid4(), office.home.organisation, "caseworker")
        self._people = cycle(self._persons())

    def steps(self) -> dict[str, Callable[[], object]]:
        """Return the steps of one fresh case, to be done in this order."""
        person = next(self._people)
        made: list[UUID] = []
        done: dict[str, Callable[[], object]] = {
            FACTS_IN: lambda: made.append(open_case(self.desk, self.asked, person.document, ON).case),
            CONSENT: lambda: self._consent(made[0], person),
            REFERRED: lambda: self._refer(made[0], person),
            SEQUENCED: self.office.sequencer.run,
        }
        return done

    def whole(self) -> None:
        """Go the whole way with one fresh case."""
        for step in self.steps().values():
            step()

    def parcels(self, count: int) -> list[bytes]:
        """Refer `count` fresh cases and return their packages."""
        found = []
        for _ in range(count):
            person = next(self._people)
            case = open_case(self.desk, self.asked, person.document, ON).case
            self._consent(case, person)
            self._refer(case, person)
            found.append(self.desk.store.run(lambda unit, case=case: self._parcel(unit, case)))  # type: ignore[misc]
        return found

    def open(self, parcel: bytes) -> Opened:
        """Open a package as its service does."""
        return read_package(parcel, IDENTITY, [self.desk.counter.signer.public])

    def _persons(self) -> list[_Person]:
        engine = self.desk.books.engine(ON, None)
        found = []
        for path in sorted(COURT_CASES.glob("*.yaml")):
            if path.name.endswith(".expected.yaml"):
                continue
            document = read_file(path)
            plan = engine.decide(facts_of(checked(document), ON, self.desk.books.words()), ON)
            offer = next((one for one in OFFERS if one in plan.codes("offer")), None)
            if offer is not None:
                found.append(_Person(document, offer, "guardian" if treated_as_child(plan) else "self"))
        return found

    def _consent(self, case: UUID, person: _Person) -> None:
        disclosure = self.desk.counter.routes.disclosure(person.offer)
        assert disclosure is not None
        note_consent(self.desk, self.asked, case, Said("given", disclosure, person.by))

    def _refer(self, case: UUID, person: _Person) -> Referred:
        done = refer(self.desk, self.asked, case, Request(person.offer), ON)
        assert done.referral is not None, f"nobody was asked: {done.task}"
        assert done.referral.state == "sent"
        return done

    def _parcel(self, unit: UnitOfWork, case: UUID) -> bytes:
        (row,) = unit.outbox.of(case)
        return parcel_bytes(OpenCase.of(unit.cases.get(case), self.desk.keyring), row)
