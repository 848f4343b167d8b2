"""What must hold after every kill of a worker: of messages, of clocks, and of the log.

    truth = Truth(home, place, places, signer)
    truth.check(office, cases, now)            # raises AssertionError

Messages: one that was sent lies in the outbox or arrived, whatever was killed; a referral's package and its revocation
arrive once each; whoever may have a package has its revocation, or it lies there for them; a lease ends in time.
Clocks: one that runs is due to be looked at no later than something becomes of it; each level has one entry, at its
time; one that rang has done what it rings for; no offer of a plan is without a holder.
Log: the published tree goes on, and every entry of a case stands there once, as it is kept.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from databases import connection_of
from real_installations import ORIGIN, verified
from sqlalchemy import select

from nrm.audit.entry import decode
from nrm.casework.cases.last_plan import last_plan
from nrm.casework.clocks.posting import LEASE
from nrm.casework.items import RUNNING, choices, ledger, opened_clock, opened_referral
from nrm.casework.safe import OpenCase
from nrm.referral.escalation import CHASED, next_look
from nrm.referral.package import read_package
from nrm.referral.standing import disorders, standings
from nrm.storage.schema_referral import outbox

STEPS = {"send", "receive", "accept", "decline", "start", "complete", "revoke", "expire"}
ENDED = {"declined", "completed", "revoked", "expired"}


@dataclass(frozen=True)
class Arrived:
    """A message as it came to a service."""

    kind: str
    referral: UUID
    digest: str


@dataclass
class Whole:
    """One case, opened: what belongs to it in the store, and the (action, details, time) of its entries."""

    case: UUID
    referrals: list[Any]
    clocks: list[Any]
    outbox: list[Any]
    events: dict[UUID, tuple[str, dict[str, Any], Any]] = field(repr=False)
    ledger: list[Any] = field(repr=False)


class Truth:
    """All that was seen so far; what was opened once is not opened again."""

    def __init__(self, home, place, places, signer):
        self.home, self.place, self.places = home, place, places
        self.signers = [f"{ORIGIN} {signer.public}"]
        self.arrived: dict[UUID, Arrived] = {}
        self.events: dict[UUID, dict[UUID, tuple[str, dict[str, Any], Any]]] = defaultdict(dict)
        self.leaves: dict[UUID, bytes] = {}
        self.opened: dict[tuple[UUID, int], Any] = {}
        self.seen = None
        self.levels, self.rang, self.revoked = 0, Counter(), 0

    def check(self, office, cases, now):
        self._look_at_services()
        wholes = [office.store.run(lambda unit, case=case: self._whole(unit, office.desk, case)) for case in cases]
        office.store.run(lambda unit: self._leases(unit, now))
        self.levels, self.rang, self.revoked = 0, Counter(), 0
        for whole in wholes:
            self._messages(whole)
            self._steps(whole)
            self._clocks(whole, office.desk.counter)
        known = {one.id for whole in wholes for one in whole.referrals}
        assert {one.referral for one in self.arrived.values()} <= known, "a package of a referral that there is not"
        twice = Counter((one.referral, one.kind) for one in self.arrived.values())
        assert all(count == 1 for count in twice.values()), "a service has one thing twice"
        return wholes

    def check_log(self, office):
        """Verify the published log against what was published before, and that each entry is in it or on its way."""
        self.seen = verified(self.home, office.vkey, self.seen)

        def work(unit):
            size = unit.log.peek().size
            return list(unit.log.leaves(0, size)) + [row.leaf for row in unit.log.waiting(10**6)]

        leaves = office.store.run(work)
        events = {decode(leaf).event: leaf for leaf in leaves}
        assert len(events) == len(leaves), "an entry is there twice"
        assert all(events.get(event) == leaf for event, leaf in self.leaves.items()), "an entry is not in the log"
        return leaves

    def _look_at_services(self):
        log = self.place.log()
        assert all(line["what"] != "other_bytes" for line in log), "one message came with two contents"
        effects = self.place.effects()
        assert set(effects.values()) <= {1}
        found = {UUID(message): self.place.folder / "bodies" / f"{message}.age" for message in effects}
        found |= {UUID(path.stem): path for path in (self.home.folder.parent / "drops").glob("*/[!.]*.age")}
        assert self.arrived.keys() <= found.keys(), "something that had arrived is gone"
        for message in found.keys() - self.arrived.keys():
            body = found[message].read_bytes()
            header = self._read(body)
            assert header.message == message, "a message came under another name than its own"
            kind = "package" if header.kind == "referral" else "revocation"
            self.arrived[message] = Arrived(kind, header.referral, hashlib.sha256(body).hexdigest())

    def _read(self, body):
        for one in self.places.values():
            try:
                return read_package(body, one.identity, self.signers).header
            except Exception:  # noqa: BLE001, S112 - it is for another service
                continue
        raise AssertionError("what arrived can be opened by no service")

    def _whole(self, unit, desk, case):
        referrals = unit.referrals.of(case)
        open_ = OpenCase.of(unit.cases.get(case), desk.keyring)
        events = self.events[case]
        for row in unit.events.of(case):
            if row.event not in events:
                entry = decode(row.leaf)
                told = open_.open_json("event", 1, row.details)["details"]
                events[row.event] = (entry.action.partition(":")[2], told, entry.time)
                self.leaves[row.event] = row.leaf
        assert events.keys() == {row.event for row in unit.events.of(case)}, "an entry is gone"
        clocks = [(row, self._clock(open_, row)) for row in unit.clocks.of(case)]
        opened = [opened_referral(open_, row) for row in referrals]
        self._offers(unit, open_, opened, [clock for _, clock in clocks])
        return Whole(case, opened, clocks, list(unit.outbox.of(case)), events, ledger(unit, open_))

    def _clock(self, open_, row):
        if (row.clock, row.version) not in self.opened:
            self.opened[row.clock, row.version] = opened_clock(open_, row)
        return self.opened[row.clock, row.version]

    @staticmethod
    def _offers(unit, open_, referrals, clocks):
        chosen, plan = choices(unit, open_), last_plan(unit, open_)
        child = "treated_as_child" in plan.findings
        assert not disorders(referrals, chosen, child=child), "two live referrals for one offer"
        standing = standings(plan.offers, referrals, chosen, clocks, child=child)
        assert all(one.kind != "nothing" for one in standing.values()), "an offer that nobody holds"

    @staticmethod
    def _leases(unit, now):
        for lease, until in connection_of(unit).execute(select(outbox.c.lease, outbox.c.leased_until)):
            assert (lease is None) == (until is None)
            assert until is None or until <= now + LEASE, "a lease is longer than one may be"

    def _messages(self, whole):
        lying = {row.message: row for row in whole.outbox}
        assert {row.about for row in whole.outbox} <= {one.id for one in whole.referrals}
        for one in whole.referrals:
            if one.message is None:
                continue
            way = self.places[one.service].way
            arrived, lies = self.arrived.get(one.message), one.message in lying
            assert arrived is None or (arrived.digest, arrived.referral) == (one.digest, one.id)
            if one.state in {"sent", "received"} and way == "pick_up":
                assert lies, "a package is gone that a service may still fetch"
            elif one.state in {"sent", "received"}:
                assert lies or arrived, "a package is lost"
                assert one.state == "sent" or arrived, "a service has received what did not arrive"
            elif one.state in ENDED:
                assert not lies, f"a package of a referral that is `{one.state}` still lies in the outbox"
            self._revocation(whole, one, arrived, way)

    def _revocation(self, whole, one, arrived, way):
        coming = [row for row in whole.outbox if row.kind == "revocation" and row.about == one.id]
        came = [
            message for message, here in self.arrived.items() if (here.kind, here.referral) == ("revocation", one.id)
        ]
        # Both at once: it arrived, and whoever delivered it was killed before that was noted.
        revocations = {row.message for row in coming} | set(came)
        if one.state != "revoked" and not one.recalled:
            assert not revocations, "a revocation of what was not revoked"
            return
        assert len(revocations) <= 1, "two revocations of one referral"
        self.revoked += len(came)
        fetched = way == "pick_up" and any(step.verb == "receive" for step in one.passed)
        assert revocations or not (arrived or fetched), "who has a package hears nothing of its revocation"

    def _steps(self, whole):
        """Each step of a referral has one entry, and each entry its step; an end of a consent is told once."""
        told = Counter(
            (details["referral"], action.partition(":")[2])
            for action, details, _ in whole.events.values()
            if action.startswith("referral:") and "referral" in details and action.partition(":")[2] in STEPS
        )
        taken = Counter((str(one.id), passed.verb) for one in whole.referrals for passed in one.passed)
        assert told == taken, f"steps and entries differ: {told - taken} {taken - told}"
        ended = Counter(
            details["consent"] for action, details, _ in whole.events.values() if action == "consent:expire"
        )
        assert set(ended.values()) <= {1}, "the end of a consent was told twice"
        late = {one.id: one for one in whole.referrals if one.state == "expired"}
        for _, clock in whole.clocks:
            if clock.kind == "answer" and clock.state == "done" and clock.about in late:
                assert late[clock.about].passed[-1].at >= clock.due, "a referral expired too early"

    def _clocks(self, whole, counter):
        told = defaultdict(list)
        for action, details, at in whole.events.values():
            if action in {"duty:late", "duty:escalate"}:
                told[details["clock"]].append((details["level"], at, action))
        assert told.keys() <= {str(clock.id) for _, clock in whole.clocks}
        tasks = Counter()
        for _, clock in whole.clocks:
            if clock.kind == "task":
                tasks[clock.code, clock.about] += 1
        for row, clock in whole.clocks:
            chain = counter.tasks.chain(clock.by)
            assert (clock.state in RUNNING) == (row.due_at is not None), f"a clock that is {clock.state} has no moment"
            if clock.state in RUNNING and clock.kind != "birthday":
                assert row.due_at <= next_look(clock, chain), "a clock is to be looked at too late"
            if clock.kind in CHASED:
                self._escalated(clock, chain, sorted(told[str(clock.id)]))
            elif clock.state == "done":
                self.rang[clock.kind] += 1
                self._rang(whole, clock, tasks)

    def _escalated(self, clock, chain, told):
        levels = [level for level, _, _ in told]
        assert len(set(levels)) == len(levels), "one level has two entries"
        assert (levels[-1] if levels else 0) == clock.level, "a level without its entry, or an entry without its level"
        assert [at for _, at, _ in told] == sorted(at for _, at, _ in told)
        assert all(at.replace(microsecond=999_999) >= clock.due for _, at, _ in told), "told before it was late"
        assert all((action == "duty:late") == (level == 1) for level, _, action in told)
        reached = {hearer.role for hearer in chain.hearers[: clock.level]}
        assert not clock.level or reached <= set(clock.told), "somebody who must hear of it has not"
        self.levels += len(levels)

    @staticmethod
    def _rang(whole, clock, tasks):
        if clock.kind == "answer":
            about = next(one for one in whole.referrals if one.id == clock.about)
            assert about.state not in {"sent", "received"}, "a service is late, and nothing happened"
            return
        if clock.kind == "consent" and _said_since(whole.ledger, clock.about):
            return  # nothing ended
        assert tasks[clock.code, clock.about] >= 1, f"a clock rang ({clock.code}), and no task began"
        if clock.code == "consent_over":
            told = [details for action, details, _ in whole.events.values() if action == "consent:expire"]
            assert str(clock.about) in {details["consent"] for details in told}, "a consent ended, and no entry says so"


def _said_since(lines, about):
    """Say whether anything newer was said about what this line of the ledger is about."""
    line = next(one for one in lines if one.id == about)
    what = (line.purpose, line.recipient, line.by)
    return any(one.at > line.at and (one.purpose, one.recipient, one.by) == what for one in lines)
