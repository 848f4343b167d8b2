"""What a store must hold, according to what was acknowledged; and the comparison with what it holds.

    truth = Truth(home)
    truth.begun(message), truth.done(message)     # as the driver reports
    truth.compare(office)                         # raises AssertionError; takes up what was done and not acknowledged

The one thing that a killed driver was doing may have happened, as a whole and with its entry, or not at all.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from driver import story
from real_installations import verified

from nrm.audit.entry import decode
from nrm.casework.cases.kept_decision import open_decision
from nrm.casework.cases.record import opened
from nrm.casework.safe import PACKED, OpenCase

ENTRY = {
    "open": ("case:open", "done", None),
    "amend": ("group:change", "done", None),
    "read": ("group:read", "done", None),
    "decide": ("decision:make", "done", None),
    "history": ("case:read", "done", None),
    "list": ("case:list", "done", None),
    "stale": ("group:change", "failed", "conflict"),
    "denied": ("case:shred", "denied", "not_permitted"),
    "shred": ("case:shred", "done", None),
}
FAILED = "storage_failed"
OF_A_CASE = ("open", "amend", "read", "decide", "history")


@dataclass
class Known:
    """A case: the story of each version, its decisions, its entries by kind, and whether it is gone."""

    stories: list[str]
    decisions: set[UUID] = field(default_factory=set)
    entries: Counter[str] = field(default_factory=Counter)
    shredded: bool = False


class Truth:
    """All that was acknowledged so far."""

    def __init__(self, home) -> None:
        self.home = home
        self.cases: dict[UUID, Known] = {}
        self.entries: Counter[tuple[str, str, str | None]] = Counter()
        self.sequenced: Counter[tuple[str, str, str | None]] = Counter()
        self.published = 0
        self.read = 0
        self.seen = None
        self.pending: dict[str, Any] | None = None
        self.touched: set[UUID] = set()
        self.taken_up = 0
        self.acknowledged = 0

    def living(self) -> list[tuple[str, int]]:
        return [(str(case), len(known.stories)) for case, known in self.cases.items() if not known.shredded]

    def begun(self, message) -> None:
        assert self.pending is None
        self.pending = message
        if message["case"]:
            self.touched.add(UUID(message["case"]))

    def done(self, message) -> None:
        begun, self.pending = self.pending, None
        self.acknowledged += 1
        if message["done"] == "publish":
            self.published = max(self.published, message["size"])
        else:
            self._take(begun, message)

    def _take(self, begun, message) -> None:
        kind = begun["begin"]
        self.entries[ENTRY[kind]] += 1
        case = UUID(message.get("case") or begun["case"]) if kind not in {"list", "stale", "denied"} else None
        if case is None:
            return
        self.touched.add(case)
        if kind == "open":
            self.cases[case] = Known([begun["story"]])
        known = self.cases[case]
        if kind == "amend":
            known.stories.append(begun["story"])
        elif kind == "decide":
            known.decisions.add(UUID(message["decision"]))
        elif kind == "shred":
            known.shredded = True
        if kind in OF_A_CASE:
            known.entries[ENTRY[kind][0]] += 1

    def compare(self, office, *, full: bool = False) -> None:
        """Compare what the last round has touched, or all, with the store and the published log."""
        seen = verified(self.home, office.vkey, self.seen)
        assert seen.size >= self.published, "an acknowledged checkpoint is gone"
        self.seen, self.published = seen, seen.size
        office.store.run(self._log)
        waiting = office.store.run(lambda unit: Counter(_kind(row.leaf) for row in unit.log.waiting(10**6)))
        found = self.sequenced + waiting
        assert not self.entries - found, "an acknowledged entry is gone"
        self._pending(office, found - self.entries)
        assert self.entries == found
        for case in self.cases if full else self.touched & set(self.cases):
            office.store.run(lambda unit, case=case: self._case(unit, office.desk.keyring, case))
        if full:
            office.store.run(self._whole)
        self.touched = set()

    def _log(self, unit) -> None:
        """Read what the log has more than the last time."""
        head = unit.log.peek()
        assert head.size >= max(self.read, self.published), "the store is behind what it has published"
        self.sequenced.update(_kind(leaf) for leaf in unit.log.leaves(self.read, head.size))
        self.read = head.size

    def _pending(self, office, extra) -> None:
        """Take up what was not acknowledged: at most the one thing that was under way, and with a failure its entry."""
        pending, self.pending = self.pending, None
        failed = sum(count for (_, result, why), count in extra.items() if (result, why) == ("failed", FAILED))
        assert failed <= (1 if pending and pending.get("refused") else 0), "an entry of a failure that nobody met"
        for entry in [entry for entry in extra if entry[1:] == ("failed", FAILED)]:
            self.entries[entry] += extra.pop(entry)
        expected = ENTRY.get(pending["begin"]) if pending else None
        assert extra in (Counter(), Counter([expected])), f"{extra} without anybody who did it"
        message = {}
        if pending and pending["begin"] in {"open", "decide"}:
            # Also when there is no entry: a change without one must not be there.
            news = self._news(office, pending)
            assert len(news) == extra.total(), f"{len(news)} changes and {extra.total()} entries"
            message = {{"open": "case", "decide": "decision"}[pending["begin"]]: str(news.pop())} if news else {}
        if extra:
            assert pending.get("refused") in (None, "StoreDoubtError") or pending["begin"] == "shred"
            self.taken_up += 1
            self._take(pending, message)

    def _news(self, office, pending) -> set[UUID]:
        if pending["begin"] == "open":
            rows = office.store.run(lambda unit: unit.cases.listed(None, None, 10**6))
            return {row.case for row in rows} - set(self.cases)
        case = UUID(pending["case"])
        made = office.store.run(lambda unit: unit.decisions.of(case))
        return {row.decision for row in made} - self.cases[case].decisions

    def _case(self, unit, keyring, case) -> None:
        """Compare one case: every version opens and says its story, each change has its entry and the reverse."""
        known, row = self.cases[case], unit.cases.get(case)
        assert row.version == len(known.stories)
        if known.shredded:
            assert (row.wrapped_key, unit.cases.written(case), unit.events.of(case)) == (None, [], [])
            return
        open_ = OpenCase.of(row, keyring)
        expected = []
        for version, name in enumerate(known.stories, 1):
            parts = opened(unit, open_, ("account", "contact"), version)
            assert json.loads(parts["account"])["journey"] == story(name)
            assert parts["contact"]
            expected += [(version, group) for group in ("account", "contact")]
        assert list(unit.cases.written(case)) == sorted(expected)
        (facts,) = (row for row in unit.cases.packed(None, 10**6) if row[0] == case.bytes)
        assert isinstance(open_.open_json(PACKED, row.version, facts[3]), dict)
        self._entries(unit, open_, known)

    def _entries(self, unit, open_, known) -> None:
        events = [
            (decode(row.leaf), open_.open_json("event", 1, row.details)["details"])
            for row in unit.events.of(open_.case)
        ]
        assert Counter(entry.action.removeprefix("cli:") for entry, _ in events) == known.entries
        assert all(details["event"] == str(entry.event) for entry, details in events)
        changes = [told["version"] for entry, told in events if entry.action in {"cli:case:open", "cli:group:change"}]
        assert sorted(changes) == list(range(1, len(known.stories) + 1))
        made = {row.decision: row for row in unit.decisions.of(open_.case)}
        assert set(made) == known.decisions
        assert {UUID(told["decision"]) for entry, told in events if entry.action == "cli:decision:make"} == set(made)
        for decision, row in made.items():
            assert open_decision(open_, row)["decision"] == str(decision)
            assert unit.rulebooks.known(row.rulebook)

    def _whole(self, unit) -> None:
        """Compare the whole: no case too many, and each entry with details is in the log or on its way, as it was."""
        assert {row.case for row in unit.cases.listed(None, None, 10**6)} == set(self.cases)
        size = unit.log.peek().size
        leaves = list(unit.log.leaves(0, size)) + [row.leaf for row in unit.log.waiting(10**6)]
        events = {decode(leaf).event: leaf for leaf in leaves}
        assert len(events) == len(leaves), "an entry is there twice"
        kept = [row for case in self.cases for row in unit.events.of(case)]
        assert all(events[row.event] == row.leaf for row in kept)
        shredded = sum(known.shredded for known in self.cases.values())
        assert Counter(map(_kind, leaves))[ENTRY["shred"]] == shredded


def _kind(leaf) -> tuple[str, str, str | None]:
    entry = decode(leaf)
    return entry.action.removeprefix("cli:"), entry.result, entry.why
