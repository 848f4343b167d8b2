"""What people do while `nrm work` runs and is killed: caseworkers, services and the persons themselves.

Everybody does what the use cases allow; what is refused because somebody else was first is no fault here. `referred`
holds every referral that a caseworker was promised.
"""

from __future__ import annotations

from datetime import timedelta

from canaries import record
from real_installations import asked
from worker_places import NEEDS, UNDER

from nrm.casework.asked import Asked
from nrm.casework.cases import deciding, keep
from nrm.casework.clocks import duties
from nrm.casework.errors import CaseworkError
from nrm.casework.referrals import answering, consenting, referring, revoking
from nrm.casework.referrals.consenting import Said
from nrm.casework.referrals.services import organisation_of
from nrm.referral.lifecycle import DECLINED, TransitionRefusedError
from nrm.textfile import Document

MOST_CASES = 10
REFUSED = (CaseworkError, TransitionRefusedError)
"""What is heard by whoever comes second, or wants what there is not."""

FETCHED = ("sent", "received", "accepted", "in_progress", "revoked")
KINDS = (
    "refer",
    "refer",
    "refer",
    "refer",
    "answer",
    "answer",
    "answer",
    "fetch",
    "fetch",
    "withdraw",
    "finish",
    "case",
)


class People:
    """Does random things; `today` is what the shifted clock says."""

    def __init__(self, home, office, places, chance):
        self.office, self.desk, self.places, self.chance = office, office.desk, places, chance
        self.keeper = asked(home)
        self.cases, self.referred = [], set()
        self.done = dict.fromkeys(KINDS, 0)

    @property
    def today(self):
        return self.desk.counter.calendar.day_of(self.desk.clock())

    def act(self, many):
        for _ in range(many):
            kind = self.chance.choice(KINDS) if self.cases else "case"
            try:
                self.done[kind] += getattr(self, kind)() is not False
            except REFUSED:
                continue  # somebody else was first, or there is nothing of the kind

    def case(self):
        """Open a case of somebody who consents to much, mostly for a few days; some come of age in the meantime."""
        if len(self.cases) >= MOST_CASES:
            return False
        child = self.chance.random() < 0.3
        data = record()
        if child:
            born = self.today - timedelta(days=18 * 365 + 4 - self.chance.randrange(1, 50))
            data["identity"]["birth_date"] = born.isoformat()
        kept = keep.open_case(self.desk, self.keeper, Document("case record", data, {}), self.today)
        self.cases.append(kept.case)
        deciding.decide(self.desk, self.keeper, kept.case, self.today)
        for offer in NEEDS:
            self.agree(kept.case, offer, "guardian" if child else "self")
        return True

    def agree(self, case, offer, by="self"):
        days = self.chance.choice((None, 1, 2, 3, 8, 20))
        until = None if days is None else self.today + timedelta(days=days)
        consenting.note_consent(self.desk, self.keeper, case, Said("given", UNDER[offer], by, until=until))

    def refer(self, way=None):
        """Ask a service, by the way that is named or any."""
        offer, way = self.chance.choice(sorted(NEEDS)), way or self.chance.choice(("https", "https", "file", "pick_up"))
        service = next(one.key for one in self.places.values() if (one.offer, one.way) == (offer, way))
        request = referring.Request(offer, service=service if self.chance.random() < 0.7 else None)
        case = self.chance.choice(self.cases)
        done = referring.refer(self.desk, self.keeper, case, request, self.today)
        if done.referral is None:
            if self.chance.random() < 0.5:
                self.agree(case, offer)
            return False
        self.referred.add(done.referral.id)
        return True

    def answer(self):
        """Let a service answer one of its referrals."""
        place = self.chance.choice(list(self.places.values()))
        who = _provider(place.key)
        waiting = answering.own_referrals(self.desk, who)
        if not waiting:
            return False
        one = self.chance.choice(waiting)
        verb = {"accepted": "start", "in_progress": "complete"}.get(one.state) or self.chance.choice(
            ("accept", "decline", "decline")
        )
        reason = self.chance.choice(DECLINED) if verb == "decline" else None
        answering.answer(self.desk, who, one.referral, verb, one.version, reason)
        return True

    def fetch(self):
        """Let a service fetch what lies ready for it, sometimes the revocation too."""
        place = self.chance.choice([one for one in self.places.values() if one.way == "pick_up"])
        who = _provider(place.key)
        waiting = answering.own_referrals(self.desk, who, FETCHED)
        if not waiting:
            return False
        answering.fetch(self.desk, who, self.chance.choice(waiting).referral)
        return True

    def withdraw(self):
        """Let a person withdraw a consent, or a caseworker take one referral back."""
        case = self.chance.choice(self.cases)
        if self.chance.random() < 0.5:
            disclosure = self.chance.choice(sorted(UNDER.values()))
            consenting.note_consent(self.desk, self.keeper, case, Said("withdrawn", disclosure, "self"))
            return True
        live = [(one, version) for one, version in referring.referrals(self.desk, self.keeper, case) if one.live]
        if not live:
            return False
        one, version = self.chance.choice(live)
        revoking.revoke(self.desk, self.keeper, case, one.id, version, "not_safe")
        return True

    def finish(self):
        """Let somebody do some of what is to be done for a case."""
        case = self.chance.choice(self.cases)
        open_ = duties.duties(self.desk, self.keeper, case)
        for one in self.chance.sample(open_, min(len(open_), 4)):
            duties.finish(self.desk, self.keeper, case, one.id)
        return True

    def settle(self):
        """Let the services fetch everything that lies ready, and say yes to what they have."""
        for place in self.places.values():
            who = _provider(place.key)
            lying = {
                row.about for case in self.cases for row in self.office.store.run(lambda u, c=case: u.outbox.of(c))
            }
            for one in answering.own_referrals(self.desk, who, FETCHED):
                if place.way == "pick_up" and one.referral in lying:
                    answering.fetch(self.desk, who, one.referral)
            for one in answering.own_referrals(self.desk, who, ("sent", "received")):
                answering.answer(self.desk, who, one.referral, "accept")
            for one in answering.own_referrals(self.desk, who, ("accepted", "in_progress")):
                answering.answer(self.desk, who, one.referral, "complete")


def _provider(key):
    organisation = organisation_of(key)
    return Asked(organisation, organisation, "provider", source="api")
