"""What the store and the log must hold after clients were answered, or not (see `api_clients.py`).

Each wish that was answered happened once, each that was given up at most once and wholly, and nothing else happened.
"""

from __future__ import annotations

import json
from collections import Counter
from uuid import UUID

from driver import story
from real_installations import verified

from nrm.audit.entry import decode
from nrm.casework.cases.record import opened
from nrm.casework.safe import OpenCase

ENTRIES = {"open": ("case:open",), "intake": ("case:open", "decision:make"), "amend": ("group:change",)}
DONE = {f"api:{verb}" for verbs in ENTRIES.values() for verb in verbs}


def compare(office, clients, seen=None):
    """Compare all of it; return the checkpoint of the log, which goes on from `seen`, and counts of what happened."""
    office.sequencer.run()
    wishes = [wish for client in clients for wish in client.wishes]
    rows = office.store.run(lambda unit: list(unit.cases.listed(None, None, 10**6)))
    held = {row.case: office.store.run(lambda unit, row=row: _told(unit, office, row)) for row in rows}
    happened = _happened(wishes, held)
    checkpoint = verified(office.home, office.vkey, seen)
    office.store.run(lambda unit: _log(unit, happened, checkpoint))
    return checkpoint, Counter(wish.kind for wish in happened)


def _told(unit, office, row):
    """Return the stories of all versions of a case, its decisions, and the verbs of its entries."""
    case = OpenCase.of(row, office.desk.keyring)
    stories = []
    for version in range(1, row.version + 1):
        parts = opened(unit, case, ("account", "contact"), version)
        assert parts["contact"], "a version without one of its groups"
        stories.append(json.loads(parts["account"])["journey"])
    entries = [decode(event.leaf) for event in unit.events.of(row.case)]
    verbs = Counter(one.action for one in entries if one.action in DONE and one.result == "done")
    return stories, {one.decision for one in unit.decisions.of(row.case)}, verbs


def _happened(wishes, held):
    """Return the wishes that happened, after looking that they did so as they should."""
    first = Counter(stories[0] for stories, _, _ in held.values())
    assert set(first.values()) <= {1}, "a case was opened twice"
    by_first = {stories[0]: case for case, (stories, _, _) in held.items()}
    happened, expected = [], {case: [stories[0]] for case, (stories, _, _) in held.items()}
    verbs = {case: Counter() for case in held}
    for wish in wishes:
        name = story(wish.story)
        case = wish.case or by_first.pop(name, None)
        there = case is not None and name in held[case][0]
        assert there or wish.given_up, f"what was acknowledged is gone: {wish.kind}"
        if not there:
            continue
        happened.append(wish)
        verbs[case].update(f"api:{verb}" for verb in ENTRIES[wish.kind])
        version = 1
        if wish.kind == "amend":
            expected[case].append(name)
            version = wish.seen + 1
            assert held[case][0][wish.seen] == name
        decisions = held[case][1]
        if wish.kind != "amend":
            assert len(decisions) == (wish.kind == "intake"), "a case without its decision, or with two"
        if wish.answer:
            told = json.loads(wish.answer[1])
            assert (UUID(told["case"]), told["version"]) == (case, version)
            assert wish.kind != "intake" or decisions == {UUID(told["decision"])}
    assert by_first == {}, "a case that nobody wished for"
    for case, (stories, _, found) in held.items():
        assert sorted(stories) == sorted(expected[case]), "a change that nobody wished for, or one twice"
        assert found == verbs[case], "not one entry for each change"
    return happened


def _log(unit, happened, checkpoint):
    """Compare the published log with what happened: one entry for each effect, none twice, and no gap."""
    size = unit.log.peek().size
    assert (size, unit.log.waiting(1)) == (checkpoint.size, [])
    entries = [decode(leaf) for leaf in unit.log.leaves(0, size)]
    assert len({one.event for one in entries}) == size, "an entry is there twice"
    found = Counter(one.action for one in entries if one.action in DONE and one.result == "done")
    assert found == Counter(f"api:{verb}" for wish in happened for verb in ENTRIES[wish.kind])
