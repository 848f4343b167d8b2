"""Caseworkers, services, the person, clocks and crashes in any order; what must hold is in `referral_checks`.

A subclass says on which store: `new_store` makes one for an installation, in a folder.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from offices import THEIRS, asked, record
from referral_checks import Watch
from referral_world import AGES, AMENDMENTS, RECORDS, FaultError, Killed, World, provider
from small_directory import AUTHORITY, CLINIC, COUNSEL, HOME, INTERPRETER, KEYS, NORTH, SECOND_LAWYER, SIGNERS, SOUTH

from nrm.casework import answering, consenting, deciding, duties, families, keep, referring, revoking
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.items import RUNNING
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.rounds import go_round
from nrm.referral.lifecycle import DECLINED, REVOKED
from nrm.referral.referral import LIVE
from nrm.referral.voice import Feedback

OFFERS = {
    "medical_care": CLINIC,
    "emergency_medical_care": CLINIC,
    "psychosocial_support": COUNSEL,
    "safe_accommodation": SOUTH,
    "child_accommodation": HOME,
    "legal_aid": SECOND_LAWYER,
    "interpretation": INTERPRETER,
    "recovery_period": None,
    "guardian": None,
}
"""Offers, and a service that could be chosen for each; the last two are arranged without any."""

KINDS = {
    "share_with_health": CLINIC,
    "share_with_accommodation": SOUTH,
    "share_with_lawyer": SECOND_LAWYER,
    "share_with_interpreter": INTERPRETER,
    "share_with_mental_health": COUNSEL,
}
DUTY = "share_with_child_protection"
ANSWERS = ("receive", "accept", "decline", "start", "complete")
FROM = {
    "receive": {"sent"},
    "accept": {"sent", "received"},
    "decline": {"sent", "received", "accepted", "in_progress"},
    "start": {"accepted"},
    "complete": {"accepted", "in_progress"},
}
ENDINGS = ("delivered", "receipt", "later", "told", "impossible", "lost", "dies")
JUMPS = (
    *(timedelta(hours=1), timedelta(hours=7), timedelta(days=1), timedelta(days=3), timedelta(days=20)),
    *(timedelta(days=45), timedelta(days=100), -timedelta(seconds=1), -timedelta(minutes=10)),
)
NUMBER = st.integers(0, 7)
BEHIND = st.sampled_from([0, 0, 0, 1])
OFFER = st.sampled_from(sorted(OFFERS))
KIND = st.sampled_from(sorted(KINDS))
WHO = st.sampled_from(["self", "guardian"])
LUCK = st.lists(st.sampled_from(ENDINGS), min_size=1, max_size=4)
GROUPS = st.sampled_from([(), (), (), ("contact",), ("contact", "health"), ("identity",)])
UNTIL = st.sampled_from([None, None, 0, 3, 30])
WAYS = st.sampled_from(["fetch", "fetch", "telephone", "directly", "directly", "writing", "forged"])
ROUNDS = 60
MOST_CASES = 3
SOAK = 1000


ACTIONS = []
"""The names of all actions, each as often as it is to be likely."""

GIVEN = {}
"""What each is given."""


def action(likely=1, **given):
    """Make a method one of the things that happen; one rule draws among all, or Hypothesis would leave out half."""

    def known(method):
        ACTIONS.extend([method.__name__] * likely)
        GIVEN[method.__name__] = given
        return method

    return known


def examples(few):
    """How many runs a test makes: `few`, and many more under the profile `soak`."""
    return few * 50 if settings.default.max_examples >= SOAK else few


class ReferralMachine(RuleBasedStateMachine):
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

    def version(self, referral):
        return self.world.peek(lambda unit: unit.referrals.find(referral).version)

    @rule(data=st.data())
    def something_happens(self, data):
        name = data.draw(st.sampled_from(ACTIONS))
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

    @action(3, number=NUMBER, kind=KIND, state=st.sampled_from(["given", "given", "refused", "withdrawn"]), by=WHO,
          named=st.booleans(), groups=GROUPS, until=UNTIL)  # fmt: skip
    def consent(self, number, kind, state, by, *, named=False, groups=(), until=None):
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

    @action(number=NUMBER, offer=OFFER, wanted=st.booleans())
    def choose(self, number, offer, wanted):
        self.do("choose", lambda desk: consenting.note_choice(desk, asked(), self.case(number), offer, wanted=wanted))

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

    # Bystanders

    @action(number=NUMBER, verb=st.sampled_from(ANSWERS), shredded=st.booleans())
    def bystanders_learn_nothing(self, number, verb, shredded):
        one, case = self.referral(number)
        if one is None:
            return
        reason = DECLINED[0] if verb == "decline" else None
        other = provider(KEYS[(KEYS.index(one.service) + 1) % len(KEYS)])
        strangers = asked(organisation=THEIRS)
        for who in (other, strangers):
            self.same(NoSuchReferralError, one.id, lambda desk, named, who=who: answering.fetch(desk, who, named))
            self.same(
                NoSuchReferralError,
                one.id,
                lambda desk, named, who=who: answering.answer(desk, who, named, verb, 1, reason),
            )
        gone = self.shredded[-1] if shredded and self.shredded else case
        today = self.world.today
        said = consenting.Said("withdrawn", "share_with_health", "self")
        for work in (
            lambda desk, named: revoking.revoke(desk, strangers, named, one.id, None, "not_safe"),
            lambda desk, named: referring.refer(desk, strangers, named, referring.Request("medical_care"), today),
            lambda desk, named: referring.send_draft(desk, strangers, named, one.id, None, today),
            lambda desk, named: referring.referrals(desk, strangers, named),
            lambda desk, named: consenting.note_consent(desk, strangers, named, said),
            lambda desk, named: consenting.note_choice(desk, strangers, named, "medical_care", wanted=False),
            lambda desk, named: duties.finish(desk, strangers, named, one.id),
            lambda desk, named: families.link(desk, strangers, named, UUID(int=5), "sibling"),
        ):
            self.same(NoSuchCaseError, gone, work)

    def same(self, kind, there, work):
        """Whoever may not know of something hears what is said where there is nothing, and changes nothing."""
        before = self.state()
        told = []
        for named in (there, uuid4()):
            done, error = self.world.do("bystander", lambda desk, named=named: work(desk, named))
            assert done is None, "a bystander got something"
            told.append(error)
        assert all(isinstance(error, kind) for error in told if error is not None)
        assert len({str(error) for error in told if error is not None}) <= 1
        assert self.state() == before

    def state(self):
        return [
            (row.referral, row.version)
            for case in self.cases
            for row in self.world.peek(lambda unit, case=case: unit.referrals.of(case))
        ]

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
