"""An office in which there is one of everything, kept by us, and the same kept by another organisation.

    world = World(service)
    world.ours["case"], world.theirs["case"]        # words for recipes: identifiers and versions, as text
    world.again()                                    # as it was in the beginning

Our things are Anna's; `asker` says who stands how to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from api_caseworker import ADULT_RECORD, agreed, begun, decided, referred
from attachment_desk import attach
from offices import ANNA, OURS, THEIRS, asked
from person_desk import come_in
from referral_desk import WORKING_AT
from small_directory import CLINIC, COUNSEL

from nrm.access import Case, Entry, Referral
from nrm.casework.referrals.services import organisation_of

OTTO = UUID(int=10)
UNIT, OTHER_UNIT = "law_unit", "health_unit"


@dataclass(frozen=True)
class Asker:
    role: str
    organisation: UUID
    who: UUID
    unit: str

    @property
    def token(self):
        return f"{self.role}.{self.organisation}.{self.who}.{self.unit}"


class World:
    """`ours` and `theirs` are the words for recipes."""

    def __init__(self, service):
        self.service = service
        self.office = service.office
        self.ours = self._one_of_everything(OURS, ANNA)
        self.theirs = self._one_of_everything(THEIRS, OTTO)
        self.office.sequencer.run()
        self._begun = self.office.store.state

    def again(self):
        self.office.store.state = self._begun.copied()

    def changed(self):
        """What is stored otherwise than in the beginning, but for entries of the log."""
        now, then = vars(self.office.store.state), vars(self._begun)
        return sorted(name for name in then if name != "waiting" and now[name] != then[name])

    def waiting(self):
        """What was written to the log since the beginning."""
        return self.office.store.read(lambda unit: unit.log.waiting(1000))

    def words(self, recipe, asker):
        """The words for what a recipe sends; `asker` are those who have their own record without naming one."""
        return self.ours

    def nothing(self, subject):
        """Our words with a record that there is not."""
        return {**self.ours, subject: str(uuid4())}

    def asker(self, kind, role, standing):
        ours = standing != "other"
        organisation, who = (OURS, ANNA) if ours else (THEIRS, OTTO)
        if role == "provider" and kind in {Referral, Entry}:
            organisation, who = organisation_of(CLINIC if ours else COUNSEL), WORKING_AT
        if role == "person" and kind is Case:
            who = UUID(self.ours["case"] if ours else self.theirs["case"])
        return Asker(role, organisation, who, UNIT if ours else OTHER_UNIT)

    def _one_of_everything(self, organisation, who):
        worker = self.service.as_("caseworker", organisation, who)
        where = begun(worker)
        decision = decided(worker, where).json()["decision"]
        agreed(worker, where)
        _, sent = referred(worker, where)
        _, draft = referred(worker, where, "psychosocial_support", draft=True)
        case, keeper = where.rpartition("/")[2], asked("caseworker", organisation, who)
        other = begun(worker)
        worker.post(f"{where}/family", json={"other": other.rpartition("/")[2], "relation": "sibling"})
        event = self.office.entries()[-1].event
        attachment = attach(self.office, UUID(case), b"%PDF-1.7\n%%EOF\n", who=keeper)
        return {
            "case": case,
            "other": other.rpartition("/")[2],
            "decision": decision,
            "referral": sent["referral"],
            "sent": str(sent["version"]),
            "draft": draft["referral"],
            "drafted": str(draft["version"]),
            "duty": worker.get(f"{where}/duties").json()["items"][0]["duty"],
            "attachment": str(attachment.id),
            "event": str(event),
            "session": come_in(self.office, UUID(case), who=keeper),
            "code": "legal_aid",
        }


RECORD = ADULT_RECORD
