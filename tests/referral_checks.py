"""What must be true of every case after whatever was done: seen from outside, by the machine's own memory.

What people said is remembered in the order in which they said it, and not by the clock of the program; who may be told
what is worked out here a second time, in the plainest way (`agrees`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from referral_truth import agrees
from referral_words import check_refused_and_live, check_words, is_refused

from nrm.audit.entry import decode
from nrm.casework.cases.kept_decision import open_decision
from nrm.casework.cases.last_plan import last_plan
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.items import RUNNING, choices, ledger, opened_clock, opened_referral
from nrm.casework.journal import DETAILS
from nrm.casework.safe import OpenCase
from nrm.referral.lifecycle import TABLE
from nrm.referral.standing import repairs, standings
from nrm.rulebook.vocabulary import GROUPS

OF_AGE = {"child": date(2026, 4, 10), "adult": date(2008, 5, 1)}
"""The day of coming of age, by the name of what the record says; nobody knows it of the others."""

NEEDS_REASON = {line.to for line in TABLE if line.verb in {"decline", "revoke"}}
STEPS = {f"referral:{line.verb}" for line in TABLE}


@dataclass
class CaseSeen:
    """One case as the store has it, opened."""

    referrals: list
    clocks: list
    lines: list
    choices: list
    outbox: list
    decisions: dict
    events: list

    @property
    def offers(self):
        return tuple(self.codes("offer"))

    def codes(self, kind):
        newest = max(self.decisions.values(), key=lambda made: made["turn"], default=None)
        return [line["code"] for line in newest["lines"] if line["kind"] == kind] if newest else []

    def standing(self):
        return standings(self.offers, self.referrals, self.choices, self.tasks, child=self.child)

    @property
    def child(self):
        return "treated_as_child" in self.codes("finding")

    @property
    def tasks(self):
        return [one for one in self.clocks if one.kind == "task"]


def stands(unit, case, keyring):
    """How each offer of a case stands, and its duties with the minute in which each is due."""
    open_ = OpenCase.of(unit.cases.get(case), keyring)
    clocks = [opened_clock(open_, row) for row in unit.clocks.of(case)]
    referrals = [opened_referral(open_, row) for row in unit.referrals.of(case)]
    plan = last_plan(unit, open_)
    found = standings(plan.offers, referrals, choices(unit, open_), clocks, child="treated_as_child" in plan.findings)
    duties = {(one.code, one.by, one.state, round(one.due.timestamp() / 60)) for one in clocks if one.kind == "duty"}
    return {offer: one.kind for offer, one in found.items()}, duties


class Watch:
    """The memory of the machine, and what it checks."""

    def __init__(self, world):
        self.world = world
        self.ages = {}  # what the record of each case says now
        self.lines = defaultdict(list)
        self.choices = defaultdict(list)
        self.unwanted = set()
        self.decisions = defaultdict(dict)
        self.first_due = {}
        self.sent = {}
        self._opened = {}
        self._newest = {}
        self._checked = {}
        world.check_package = self.check_package

    def see(self, case):
        """Return the case as it is stored; None once it was shredded."""
        return self.world.peek(lambda unit: self._seen(unit, case))

    def _seen(self, unit, case):
        row = unit.cases.get(case)
        if row.wrapped_key is None:
            return None
        rows = (unit.referrals.of(case), unit.clocks.of(case), unit.outbox.of(case), unit.events.of(case))
        if self._newest.get(case, (None, None))[0] == rows:
            return self._newest[case][1]
        open_ = OpenCase.of(row, self.world.desk.keyring)
        made = self.decisions[case]
        for one in unit.decisions.of(case):
            if one.decision not in made:
                lines = open_decision(open_, one)["plan"]["lines"]
                child = any((line["kind"], line["code"]) == ("finding", "treated_as_child") for line in lines)
                age = {"child": child, "of_age": OF_AGE.get(self.ages[case])}
                own_day = one.on == self.world.desk.counter.calendar.day_of(one.made_at)
                made[one.decision] = {"turn": len(made), "lines": lines, "age": age, "own_day": own_day}
        seen = CaseSeen(
            referrals=[self._once(one, lambda one=one: opened_referral(open_, one)) for one in rows[0]],
            clocks=[self._once(one, lambda one=one: opened_clock(open_, one)) for one in rows[1]],
            lines=ledger(unit, open_),
            choices=choices(unit, open_),
            outbox=list(rows[2]),
            decisions=made,
            events=[self._once(one, lambda one=one: self._event(open_, one)) for one in rows[3]],
        )
        self._newest[case] = rows, seen
        return seen

    def _once(self, row, open_):
        """Open a row, or remember how it was opened."""
        if row not in self._opened:
            self._opened[row] = open_()
        return self._opened[row]

    @staticmethod
    def _event(open_, row):
        entry = decode(row.leaf)
        return entry.action.partition(":")[2], entry.result, open_.open_json(DETAILS, 1, row.details)["details"]

    def check(self, case):
        """Check everything that must be true at any time."""
        seen = self.see(case)
        if seen is None or self._checked.get(case) is seen:
            return
        self._checked[case] = seen
        self._remember(case, seen)
        for one in seen.referrals:
            self._check_referral(case, seen, one)
        self._check_offers(case, seen)
        check_words(seen, self.choices[case], self.unwanted)
        self._check_clocks(seen)
        self._check_log(seen)

    def _remember(self, case, seen):
        known = {one.id for one in self.lines[case]}
        self.lines[case] += [one for one in seen.lines if one.id not in known]
        known = {one.id for one in self.choices[case]}
        self.choices[case] += [one for one in seen.choices if one.id not in known]
        for one in seen.referrals:
            self.world.services[one.id] = one.service
            if one.message is not None and one.id not in self.sent:
                self.sent[one.id] = one
                self._check_sent(case, seen, one)

    def _check_sent(self, case, seen, one):
        """What was sent just now: three yeses, each of them worked out again."""
        rule = self.world.office.books.words().disclosures[one.disclosure]
        sidecar = self.world.desk.counter.services.sidecar(one.service)
        assert set(one.groups) <= set(rule.groups) & set(sidecar.needs or ())
        assert one.disclosure in seen.codes("disclosure")
        assert (one.basis, one.duty, one.recipient) == (rule.basis, rule.duty, rule.recipient)
        if one.basis == "duty":
            assert one.duty in seen.codes("duty")
            assert rule.recipient in sidecar.recipients
        else:
            assert self.rests(case, seen, one, back=False), "sent without consent"

    def rests(self, case, seen, one, *, ends=True, back=True):
        """Say whether a referral rests on consent to all that it carries, today.

        A plan that was asked for another day takes no help back: then those of before count too, `back` to the last
        that was made for its own day.
        """
        lines = [line for line in self.lines[case] if (line.purpose, line.recipient) == (one.purpose, one.recipient)]
        for made in sorted(seen.decisions.values(), key=lambda made: -made["turn"]):
            today = self.world.today
            found = [
                agrees(lines, group, one.service, today, ends=ends, **made["age"]) for group in one.groups or GROUPS
            ]
            if all(found) if one.groups else any(found):
                return True
            if made["own_day"] or not back:
                return False
        return False

    def check_package(self, service, head):
        """A package is what was sent: to this service, with these groups; a revocation names the same."""
        sent = self.sent.get(head.referral)
        if sent is not None:
            assert (sent.service, sent.disclosure, sent.purpose) == (service, head.disclosure, head.purpose)
            assert head.groups == sent.groups  # of a revocation: those to be deleted

    def _check_referral(self, case, seen, one):
        assert one.passed or one.state == "draft"
        lying = [row for row in seen.outbox if row.about == one.id]
        packages = [row for row in lying if row.kind == "package"]
        assert len(packages) <= 1 >= len(lying) - len(packages)
        assert all(row.message == one.message for row in packages)
        if not one.live:
            assert not packages, "the package of a referral that ended still lies in the outbox"
            assert one.passed[-1].reason or one.state not in NEEDS_REASON or one.passed[-1].by == "person"
        elif one.message is not None:
            said = any(step.verb == "receive" for step in one.passed)
            assert packages or said or one.message in self.world.inboxes.left, "a package is lost"
        if one.state == "revoked" and one.message in self.world.inboxes.left:
            arrived = {
                held.header.referral for held in self.world.inboxes.opened.values() if held.header.kind == "revocation"
            }
            assert one.id in arrived or len(lying) > len(packages), "a revocation is lost"
        if one.live and one.basis == "consent" and one.message is not None:
            assert self.rests(case, seen, one, ends=False), "a no did not reach a referral"

    def _check_offers(self, case, seen):
        said = self.choices[case]
        live = defaultdict(list)
        for one in seen.referrals:
            if one.live and one.offer is not None:
                live[one.offer].append(one.id)
        for offer, found in live.items():
            assert len(found) == 1, "two live referrals for one offer"
            check_refused_and_live(seen, said, offer)
        standing = seen.standing()
        assert repairs(standing) == (), "an open offer that nobody holds"
        for offer, one in standing.items():
            tasks = [task for task in seen.tasks if task.offer == offer and task.state in RUNNING]
            refused = is_refused(said, offer, child=seen.child)
            assert len(tasks) == (one.kind == "task"), "an offer with a task besides what holds it, or with two"
            assert (one.kind == "refused") == refused
            assert (one.kind == "referral") == (offer in live and not refused)

    def _check_clocks(self, seen):
        for one in seen.clocks:
            due = self.first_due.setdefault(one.id, one.due)
            assert one.due <= due, "a clock was put off"
            self.first_due[one.id] = one.due
            assert one.code != "service_felt_unsafe" or one.state != "cancelled"
        held = {(one.code, one.by) for one in seen.clocks if one.kind == "duty" and one.state in RUNNING | {"done"}}
        assert {code for code, _ in held} >= set(seen.codes("duty")), "a duty without a clock"
        waiting = {one.about for one in seen.clocks if one.kind == "answer" and one.state in RUNNING}
        assert waiting >= {one.id for one in seen.referrals if one.state in {"sent", "received"}}

    def _check_log(self, seen):
        told = [(verb, details) for verb, result, details in seen.events if result == "done"]
        for one in seen.referrals:
            steps = [verb for verb, details in told if verb in STEPS and details.get("referral") == str(one.id)]
            steps = [verb.partition(":")[2] for verb in steps if verb != "referral:draft"]
            assert sorted(steps) == sorted(step.verb for step in one.passed), "a step without its entry"
        named = {details.get("consent") for verb, details in told if verb.startswith("consent:")}
        assert {str(one.id) for one in seen.lines} <= named
        assert {str(one.id) for one in seen.choices} <= {details.get("choice") for _, details in told}
        assert {str(one) for one in seen.decisions} == {
            details["decision"] for verb, details in told if verb == "decision:make"
        }
        late = [one for one in seen.clocks if one.state == "late" and one.kind in {"duty", "task"}]
        hurried = {details.get("duty") for verb, details in told if verb in {"duty:late", "duty:escalate"}}
        assert {one.code for one in late} <= hurried

    def check_idle(self, cases):
        """Check what must be true once a worker found nothing more to do."""
        now = self.world.time
        due = self.world.peek(lambda unit: unit.clocks.due(now, 1000))
        assert not due, "a clock is due and nobody looked"
        for case in cases:
            seen = self.see(case)
            for one in seen.referrals if seen is not None else ():
                if one.live and one.basis == "consent" and one.message is not None:
                    assert self.rests(case, seen, one), "a referral outlived its consent"

    def check_shredded(self, case):
        """Nothing of a shredded case is left, for any table."""

        def work(unit):
            try:
                rows = unit.clocks.of(case), unit.outbox.of(case), unit.decisions.of(case), unit.events.of(case)
            except NoSuchCaseError:
                rows = ()
            return [row for some in rows for row in some]

        assert self.world.peek(work) == []
