"""An office in which there is one of everything, kept by us, and the same kept by another organisation.

    world = World(service)
    world.ours["case"], world.theirs["case"]        # words for recipes: identifiers and versions, as text
    world.again()                                   # as it was in the beginning

Our things are Anna's, theirs Otto's; a nurse of another organisation broke the glass for our cases. `asker` says who
stands how to ours.
"""

from __future__ import annotations

from uuid import UUID, uuid4

import pyrage
from api_caseworker import ADULT_RECORD, agreed, begun, decided, referred
from attachment_desk import attach
from offices import OURS, THEIRS, asked
from person_desk import a_link, come_in
from referral_desk import WORKING_AT, referral_of, reply_of
from signins import SECOND_ADMIN, TestDoor, admin, long_held
from small_directory import CLINIC, COUNSEL, DIRECTORY, SIDECARS, SOURCE
from small_logs import cosigner

from api_recipes.beginning import Asker, Beginning
from nrm.access import Case, Entry, Referral
from nrm.audit.note import parse_note
from nrm.audit.publish import Publisher
from nrm.audit.source import CHECKPOINT
from nrm.bootstrap_counter import DIRECTORY as SECRET
from nrm.casework.accounts import people, recovering, tokens
from nrm.casework.cases import glass
from nrm.casework.office.directory_kept import import_directory, keep_sidecars
from nrm.casework.referrals.services import organisation_of
from nrm.vault.envelope import DataKey

ELSEWHERE = UUID(int=3)
OTTO, NURSE, SECOND = UUID(int=10), UUID(int=30), UUID(int=31)
UNIT, OTHER_UNIT = "law_unit", "health_unit"
RECORD = ADULT_RECORD
FILE = b"%PDF-1.7\n%%EOF\n"
NEW_KEY = str(pyrage.x25519.Identity.generate().to_public())
STEPS = {
    "agreed": (),
    "sent": (),
    "draft": (),
    "accepted": ("receive", "accept"),
    "started": ("receive", "accept", "start"),
}


class World(Beginning):
    """`ours` and `theirs` are the words for recipes."""

    def __init__(self, service):
        super().__init__(service)
        self._directory()
        accounts = self._accounts()
        self.ours = accounts | _Keeper(service, OURS, UUID(accounts["me"])).words()
        self.theirs = self._strangers() | _Keeper(service, THEIRS, OTTO).words()
        self.office.sequencer.run()
        self.ours |= self._shared()
        self.office.sequencer.run()
        self.begins()

    def nothing(self, subject, state="sent"):
        """Our words with a record that there is not."""
        return {**self.of(self.ours, state), subject: str(uuid4())}

    def of(self, words, state):
        """The words of those who keep something, with the referral that is in this state."""
        return {**words, **words[state]}

    def asker(self, recipe, role, standing):
        """Somebody in a role to whom our things stand so."""
        kind, ours = recipe.kind, standing != "other"
        keeper = self.ours if ours else self.theirs
        organisation, who = (OURS, UUID(self.ours["me"])) if ours else (THEIRS, OTTO)
        if standing == "self":
            who = UUID(self.ours["account"])
        if standing == "glass":
            organisation, who = THEIRS, NURSE
        if role == "provider" and kind in {Referral, Entry}:
            organisation, who = organisation_of(CLINIC if ours else COUNSEL), WORKING_AT
        if role == "person" and kind is Case and standing != "glass":
            who = UUID(keeper[recipe.state]["case"])
        return Asker(role, organisation, who, UNIT if ours else OTHER_UNIT)

    def _shared(self):
        tile = next(path for path in (self.office.log / "tile" / "0").rglob("*") if path.is_file())
        case, referral = (UUID(self.ours["sent"][name]) for name in ("case", "referral"))
        reply = reply_of(self.office, referral_of(self.office, case, referral), "accept")
        path = tile.relative_to(self.office.log / "tile").as_posix()
        note = parse_note((self.office.log / CHECKPOINT).read_bytes())
        Publisher(self.office.log).keep_cosigned(note.with_signatures(cosigner().cosign(note.text, 1_700_000_000)))
        me = self.service.as_("caseworker", OURS, self.ours["me"])
        notice = me.get("/v1/notices").json()["items"][0]["notice"]
        otto = self.service.as_("caseworker", THEIRS, OTTO)
        self.theirs["notice"] = otto.get("/v1/notices").json()["items"][0]["notice"]
        linked = a_link(self.office, case)
        words = {"path": path, "reply": reply.decode(), "notice": notice, **self._new_key()}
        sent = {"url": "https://hooks.example.org/nrm", "events": ["duty.late"]}
        webhook = self.service.as_("administrator").post("/v1/webhooks", json=sent).json()["webhook"]
        return {**words, "linked": linked.token, "pin": linked.pin, "webhook": webhook}

    def _new_key(self):
        """The clinic sent a new key, which waits for the coordinator."""
        clinic = self.service.as_("provider", organisation_of(CLINIC), WORKING_AT)
        seen = {"If-Match": clinic.get("/v1/service/entry").headers["etag"]}
        sent = clinic.patch("/v1/service/entry", json={"receiving_key": NEW_KEY}, headers=seen)
        return {"new_key": NEW_KEY, "clinic": CLINIC[1], "source": CLINIC[0], "entry": sent.headers["etag"]}

    def _accounts(self):
        """Accounts of ours: `me` keeps our cases and is signed in."""
        at = TestDoor(self.office)
        me, colleague = at.account("anna"), at.account("bo", ready=False)
        client = at.account("export", kind="client", ready=False)
        begun = at.signed_in()
        long_held(at.desk, me.id)  # who is new recovers nobody
        asks = admin(SECOND_ADMIN)
        lost = recovering.ask_recovery(at.desk, asks, at.account("carol").id)
        return {
            "me": str(me.id),
            "session": str(begun.session.id),
            "token": str(tokens.make_token(at.door, asked(who=me.id), "export", 30).session.id),
            "account": str(colleague.id),
            "colleague": str(colleague.id),
            "passkey": str(uuid4()),
            "client": str(client.id),
            "recovery": str(lost.id),
        }

    def _strangers(self):
        """An account of another organisation, whose holder is signed in."""
        at = TestDoor(self.office)
        otto = people.create(at.desk, admin(organisation=THEIRS), "otto", "Otto", ["caseworker"], THEIRS)
        made = tokens.make_token(at.door, asked("caseworker", THEIRS, otto.id), "export", 30).session.id
        return {"account": str(otto.id), "session": str(made), "token": str(made)}

    def _directory(self):
        key, coordinator = DataKey(self.office.keys.secret(SECRET)), asked("coordinator")
        import_directory(self.office.desk, coordinator, key, DIRECTORY, SOURCE)
        keep_sidecars(self.office.desk, coordinator, key, SIDECARS)


class _Keeper:
    """Somebody who keeps cases, with one of everything."""

    def __init__(self, service, organisation, who):
        self._office, self._who, self._organisation = service.office, who, organisation
        self._worker = service.as_("caseworker", organisation, who)
        self._asked = asked("caseworker", organisation, who)

    def words(self):
        other, unrelated = begun(self._worker), begun(self._worker)
        self._broken(UUID(_last(unrelated)), told=self._who)
        states = {state: self._referral(state) for state in STEPS}
        case = UUID(states["sent"]["case"])
        where = f"/v1/cases/{case}"
        self._worker.post(f"{where}/family", json={"other": _last(other), "relation": "sibling"})
        return {
            **states,
            "other": _last(other),
            "unrelated": _last(unrelated),
            "official": str(self._who),
            "wording": self._wording(),
            "duty": self._worker.get(f"{where}/duties").json()["items"][0]["duty"],
            "attachment": str(attach(self._office, case, FILE, who=self._asked).id),
            "visit": come_in(self._office, case) if self._organisation == OURS else "",
            "code": "legal_aid",
            "disclosure": "share_with_health",
        }

    def _wording(self):
        told = self._worker.get("/v1/consent-wordings/share_with_health")
        return told.json()["wording"]

    def _referral(self, state):
        where = begun(self._worker)
        decision = decided(self._worker, where).json()["decision"]
        event = next(one.event for one in reversed(self._office.entries()) if one.action == "api:decision:make")
        agreed(self._worker, where)
        if state == "agreed":
            return {"case": _last(where), "grant": str(self._broken(UUID(_last(where))).id)}
        path, one = referred(self._worker, where, draft=state == "draft")
        for verb in STEPS[state]:
            self._worker.post(f"{path}/{verb}", headers=_seen(self._worker.get(path)))
        if state == "accepted":
            self._worker.post(
                f"{path}/transport", json={"official": str(self._who)}, headers=_seen(self._worker.get(path))
            )
        version = self._worker.get(path).headers["etag"]
        grant = self._broken(UUID(_last(where)))
        words = {"case": _last(where), "decision": decision, "referral": one["referral"], "version": version}
        return {**words, "event": str(event), "grant": str(grant.id)}

    def _broken(self, case, told=SECOND):
        """A nurse of another organisation broke the glass for the case."""
        nurse = asked("caseworker", ELSEWHERE if self._organisation == THEIRS else THEIRS, NURSE)
        return glass.break_glass(self._office.desk, nurse, case, "medical_emergency", "she does not wake up", told, 4)


def _seen(answer):
    return {"If-Match": answer.headers["etag"]}


def _last(where):
    return where.rpartition("/")[2]
