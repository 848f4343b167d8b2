"""Caseworkers, services, the person, clocks and crashes in any order; what must hold is in `referral_checks`.

A subclass says on which store: `new_store` makes one for an installation, in a folder.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from offices import asked, record
from referral_actions import (
    ACTIONS,
    ANSWERS,
    BEHIND,
    DUTY,
    FROM,
    GIVEN,
    GROUPS,
    JUMPS,
    KIND,
    KINDS,
    LUCK,
    MOST_CASES,
    NUMBER,
    OFFER,
    OFFERS,
    ROUNDS,
    STATE,
    UNTIL,
    WAYS,
    WHO,
    action,
)
from referral_bystanders import Bystanders
from referral_checks import Watch
from referral_world import AGES, AMENDMENTS, RECORDS, FaultError, Killed, World, provider
from small_directory import AUTHORITY, CLINIC, NORTH, SIGNERS, SOUTH

from nrm.casework.cases import deciding, families, keep
from nrm.casework.clocks import duties
from nrm.casework.clocks.rounds import go_round
from nrm.casework.items import RUNNING
from nrm.casework.referrals import answering, consenting, referring, revoking
from nrm.referral.lifecycle import DECLINED, REVOKED
from nrm.referral.referral import LIVE
from nrm.referral.voice import Feedback


class ReferralMachine(Bystanders, RuleBasedStateMachine):
    """All that people do; each rule ends with a look at every case."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        self.world = World(folder, lambda ours: self.new_store(ours, folder))
        self.watch = Watch(self.world)
        self.cases = []
        self.shredded = []
        self.unopened = set()
        self.world.look = self.look

    def new_store(self, installation, folder):
        raise NotImplementedError

    def teardown(self):
        self.folder.cleanup()

    def do(self, name, work):
        """Do one thing, then look at every case."""
        done = self.world.do(name, work)
        self.look()
        return done

    def look(self):
        for case in self.cases:
            self.watch.check(case)

    def case(self, number):
        return self.cases[number % len(self.cases)]

    def referral(self, number, states=None):
        """Return a referral and its case: one in these states if there is any."""
        found = [(one, case) for case in self.cases for one in self.watch.see(case).referrals]
        wanted = [pair for pair in found if states is None or pair[0].state in states]
        found = sorted(wanted or found, key=lambda pair: (pair[0].made_at, pair[0].id))
        return found[-1 - number % len(found)] if found else (None, None)

    def asked_for(self, number, what):
        """What the live referrals of a case are for, the newest first: `offer` or `disclosure`."""
        live = sorted(
            (one for one in self.watch.see(self.case(number)).referrals if one.live), key=lambda one: one.made_at
        )
        return [getattr(one, what) for one in reversed(live) if one.offer is not None]

    def version(self, referral):
        return self.world.peek(lambda unit: unit.referrals.find(referral).version)

    @rule(data=st.data())
    def something_happens(self, data):
        name = data.draw(st.sampled_from([one for one in ACTIONS if hasattr(self, one)]))
        values = {one: data.draw(strategy) for one, strategy in GIVEN[name].items()}
        note(f"{name}: {values}")
        getattr(self, name)(**values)

    # Cases

    @initialize(age=st.sampled_from(sorted(AGES)), silent=st.integers(0, 3),
                offers=st.lists(OFFER, max_size=4, unique=True))  # fmt: skip
    def somebody_comes(self, age, silent, offers):
        self.open(age)
        if silent:
            for kind in KINDS:
                self.consent(0, kind, "given", "guardian" if age in {"child", "doubtful"} else "self")
        for offer in offers:
            self.refer(0, offer, chosen=False, hold=False, ago=0)

    @action(age=st.sampled_from(sorted(AGES)))
    def open(self, age):
        if len(self.cases) == MOST_CASES:
            return
        kept, _ = self.world.do(
            "open", lambda desk: keep.open_case(desk, asked(), record(RECORDS[age]), self.world.today)
        )
        if kept is None:
            return
        self.watch.ages[kept.case] = age
        self.cases.append(kept.case)
        self.do("decide", lambda desk: deciding.decide(desk, asked(), kept.case, self.world.today))

    @action(number=NUMBER, what=st.integers(0, len(AMENDMENTS) - 1))
    def learn_more(self, number, what):
        case = self.case(number)
        seen = self.world.peek(lambda unit: unit.cases.get(case)).version
        self.do("amend", lambda desk: keep.amend(desk, asked(), case, seen, record(AMENDMENTS[what]), self.world.today))
        if self.world.peek(lambda unit: unit.cases.get(case)).version > seen and what < len(AGES):
            self.watch.ages[case] = list(AGES)[what]

    @action(number=NUMBER)
    def decide(self, number):
        self.do("decide", lambda desk: deciding.decide(desk, asked(), self.case(number), self.world.today))

    @action(number=NUMBER, unlikely=st.integers(0, 4))
    def shred(self, number, unlikely):
        if unlikely or len(self.cases) == 1:
            return
        case = self.case(number)
        self.do("shred", lambda desk: keep.shred(desk, asked("supervisor"), case))
        if self.watch.see(case) is None:
            self.cases.remove(case)
            self.shredded.append(case)
            self.watch.check_shredded(case)

    @action(number=NUMBER)
    def link_a_family(self, number):
        one, other = self.case(number), self.case(number + 1)
        if one == other:
            return
        self.do("link", lambda desk: families.link(desk, asked(), one, other, "sibling"))

    # The person

    @action(3, number=NUMBER, kind=KIND | st.none(), state=STATE, by=WHO,
            named=st.booleans(), groups=GROUPS, until=UNTIL)  # fmt: skip
    def consent(self, number, kind, state, by, *, named=False, groups=(), until=None):
        """Say something of one kind of recipient; where none is named, of one that was asked."""
        told = [one for one in self.asked_for(number, "disclosure") if one in KINDS]
        kind = kind or next(iter(told), "share_with_health")
        given = state == "given"
        said = consenting.Said(
            state,
            kind,
            by,
            service=KINDS[kind] if named else None,
            groups=groups,
            until=self.world.today + timedelta(days=until) if given and until is not None else None,
        )
        self.do(f"consent {state}", lambda desk: consenting.note_consent(desk, asked(), self.case(number), said))

    @action(3, number=NUMBER, offer=OFFER | st.none(), wanted=st.booleans(), by=WHO)
    def choose(self, number, offer, wanted, by="self"):
        """Want an offer, or not; where none is named, one for which a service was asked."""
        offer = offer or next(iter(self.asked_for(number, "offer")), "legal_aid")
        case = self.case(number)
        self.do("choose", lambda desk: consenting.note_choice(desk, asked(), case, offer, wanted=wanted, by=by))

    @action(number=NUMBER, safe=st.sampled_from(["yes", "no"]))
    def say_what_they_think(self, number, safe):
        one, case = self.referral(number)
        if one is not None:
            said = Feedback(id=uuid4(), at=self.world.moment(), referral=one.id, safe=safe)
            self.do("feedback", lambda desk: consenting.note_feedback(desk, asked(), case, said))

    # The caseworker

    @action(5, number=NUMBER, offer=OFFER, chosen=st.booleans(), hold=st.sampled_from([False, False, True]),
          ago=st.sampled_from([0, 0, 0, 5]))  # fmt: skip
    def refer(self, number, offer, chosen, hold, ago):
        request = referring.Request(offer, service=OFFERS[offer] if chosen else None, hold=hold)
        on = self.world.today - timedelta(days=ago)
        self.do("refer", lambda desk: referring.refer(desk, asked(), self.case(number), request, on))

    @action(number=NUMBER, wrong=st.integers(0, 3))
    def refer_because_it_is_a_duty(self, number, wrong):
        request = referring.Request(disclosure=DUTY, service=AUTHORITY if wrong else CLINIC)
        self.do("duty", lambda desk: referring.refer(desk, asked(), self.case(number), request, self.world.today))

    @action(2, number=NUMBER, behind=st.sampled_from([None, 0, 1]))
    def send_what_was_held(self, number, behind):
        one, case = self.referral(number, {"draft"})
        if one is not None:
            seen = None if behind is None else self.version(one.id) - behind
            today = self.world.today
            self.do("send draft", lambda desk: referring.send_draft(desk, asked(), case, one.id, seen, today))

    @action(number=NUMBER, reason=st.sampled_from([*REVOKED[4:], None]), behind=st.sampled_from([None, 0, 1]))
    def take_back(self, number, reason, behind):
        one, case = self.referral(number, LIVE)
        if one is not None:
            seen = None if behind is None else self.version(one.id) - behind
            done, _ = self.do("revoke", lambda desk: revoking.revoke(desk, asked(), case, one.id, seen, reason))
            assert done is None or (behind != 1 and reason is not None)

    @action(number=NUMBER, which=st.integers(0, 60), role=st.sampled_from(["caseworker", "coordinator"]))
    def finish(self, number, which, role):
        case = self.case(number)
        running = [one.id for one in self.watch.see(case).clocks if one.state in RUNNING]
        chosen = running[which % len(running)] if running else uuid4()
        self.do("finish", lambda desk: duties.finish(desk, asked(role), case, chosen))

    # The services

    @action(7, number=NUMBER, verb=st.sampled_from(ANSWERS), reason=st.sampled_from(DECLINED), behind=BEHIND,
          way=WAYS)  # fmt: skip
    def a_service_acts(self, number, verb, reason, behind, way):
        """Fetch what lies there, or answer: on the telephone, by the program, or with a signed reply."""
        why = reason if verb == "decline" else None
        if way in {"writing", "forged"}:
            self.answer_in_writing(number, verb, why, forged=way == "forged")
            return
        one, _ = self.referral(number, {"sent", "revoked", "received"} if way == "fetch" else FROM[verb])
        if one is None:
            return
        if way == "fetch":
            body, _ = self.do("fetch", lambda desk: self.fetched(desk, one))
            if body is not None:
                self.world.inboxes.take(one.service, body)
            return
        who = asked() if way == "telephone" else provider(one.service)
        seen = self.version(one.id) - behind
        done, _ = self.do(f"{way} {verb}", lambda desk: answering.answer(desk, who, one.id, verb, seen, why))
        assert done is None or not behind

    def fetched(self, desk, one):
        body = answering.fetch(desk, provider(one.service), one.id)
        if one.message is not None:
            self.world.inboxes.left.add(one.message)
        return body

    def answer_in_writing(self, number, verb, why, *, forged):
        have = sorted(self.world.inboxes.opened.values(), key=lambda one: one.header.sent_at)
        have = [one.header for one in have if one.header.kind == "referral"]
        if not have:
            return
        head = have[-1 - number % len(have)]
        liar = SIGNERS[NORTH if self.world.inboxes.holders[head.message] != NORTH else SOUTH]
        data = self.world.inboxes.reply(head.message, verb, why, liar if forged else None)
        done, _ = self.do(f"reply {verb}", lambda desk: answering.take_reply(desk, asked(), data))
        assert done is None or not forged

    # Days that pass, and what breaks down

    @action(3, jump=st.sampled_from(JUMPS))
    def time_passes(self, jump):
        self.world.time += jump

    @action(2, place=st.sampled_from(["call", "call", "before commit", "after commit"]), after=st.integers(1, 40),
          error=st.sampled_from([Killed, FaultError]))  # fmt: skip
    def something_will_break(self, place, after, error):
        self.world.store.break_at(place, after if place == "call" else 1 + after % 3, error())

    @action(4, luck=LUCK, rounds=st.sampled_from([1, ROUNDS]))
    def a_worker_works(self, luck, rounds):
        """Go round once, or until nothing is left to be done."""
        carry = self.world.inboxes.carry([*luck, "delivered"])
        for _ in range(rounds):
            done, _ = self.do("round", lambda desk: go_round(desk, carry, self.unopened))
            if done is not None and done.idle:
                assert not self.unopened
                self.watch.check_idle(self.cases)
                return
        assert rounds == 1, "a worker never comes to an end"
