"""What referral needs of a store, in memory (see `fakes_store`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from fakes_rows import in_utc, new, refused

from nrm.casework.errors import NoSuchCaseError, StaleVersionError
from nrm.casework.ports_referral import DueClock


class Versioned:
    """Rows of one table that are added with version 1 and changed by whoever saw the newest."""

    table, moment = "", ""

    def __init__(self, state):
        self._state = state

    @property
    def _rows(self):
        return getattr(self._state, self.table)

    def _add(self, rows):
        rows = sorted(rows, key=lambda row: row.case)
        for row in rows:
            self._check(row.version, 1)
        for row in rows:
            self._state.writable(row.case)
        for row in rows:
            new(self._rows, self.key(row), in_utc(row, self.moment))

    def change(self, row, seen):
        self._check(row.version, seen + 1)
        self._state.writable(row.case)
        there = self._rows.get(self.key(row))
        if there is None:
            raise NoSuchCaseError
        if there.version != seen:
            raise StaleVersionError(seen, there.version)
        self._rows[self.key(row)] = in_utc(row, self.moment)

    @staticmethod
    def _check(version, wanted):
        if version != wanted:
            raise refused("a row was sealed as another version")


class MemoryItems(Versioned):
    table, moment = "items", "at"

    @staticmethod
    def key(row):
        return row.case, row.kind, row.item

    def add(self, row):
        self._add([row])

    def remove(self, case, kind, item):
        self._state.writable(case)
        return self._rows.pop((case, kind, item), None) is not None

    def of(self, case, kinds):
        wanted = set(kinds)
        rows = [row for row in self._state.of("items", case) if row.kind in wanted]
        return sorted(rows, key=lambda row: (row.at, row.item))


class MemoryReferrals(Versioned):
    table, moment = "referrals", "changed_at"

    @staticmethod
    def key(row):
        return row.case, row.referral

    def add(self, row):
        self._add([row])

    def of(self, case):
        self._state.writable(case)
        return sorted(self._state.of("referrals", case), key=lambda row: row.referral)

    def find(self, referral):
        rows = [row for row in self._rows.values() if row.referral == referral]
        return min(rows, key=lambda row: row.case, default=None)

    def marked(self, mark, states, after, most):
        wanted = set(states)
        rows = [row for row in self._rows.values() if row.mark == mark and row.state in wanted]
        rows = [row for row in rows if after is None or row.referral > after]
        return sorted(rows, key=lambda row: row.referral)[:most]


class MemoryClocks(Versioned):
    table, moment = "clocks", "due_at"

    @staticmethod
    def key(row):
        return row.case, row.clock

    def add(self, rows):
        self._add(rows)

    def of(self, case):
        return sorted(self._state.of("clocks", case), key=lambda row: row.clock)

    def get(self, case, clock):
        return self._state.clocks.get((case, clock))

    def due(self, now, most, after=None):
        found = [DueClock(row.case, row.clock, row.due_at) for row in self._running() if row.due_at <= now]
        return [one for one in found if after is None or one.place > after][:most]

    def next_due(self):
        return next((row.due_at for row in self._running()), None)

    def _running(self):
        rows = [row for row in self._rows.values() if row.due_at is not None]
        return sorted(rows, key=lambda row: (row.due_at, row.clock))


class MemoryOutbox:
    """Keeps (row, end of its lease) by (case, message)."""

    def __init__(self, state):
        self._state = state

    def add(self, row):
        self._state.writable(row.case)
        fresh = replace(in_utc(row, "due_at"), attempts=0, lease=None)
        new(self._state.outbox, (row.case, row.message), (fresh, None))

    def claim(self, now, until, lease, most):
        free = [row for row, end in self._state.outbox.values() if end is None or end <= now]
        free = [row for row in free if row.due_at is not None and row.due_at <= now]
        free = sorted(free, key=lambda row: (row.due_at, row.message))[:most]
        taken = [replace(row, attempts=row.attempts + 1, lease=lease) for row in free]
        for row in taken:
            self._state.outbox[row.case, row.message] = (row, until.astimezone(UTC))
        return taken

    def of(self, case):
        return sorted((row for row, _ in self._state.of("outbox", case)), key=lambda row: row.message)

    def get(self, case, message):
        return self._state.outbox.get((case, message), (None, None))[0]

    def done(self, case, message, lease):
        ours = self._is(case, message, lease)
        if ours:
            del self._state.outbox[case, message]
        return ours

    def later(self, case, message, lease, due_at):
        ours = self._is(case, message, lease)
        if ours:
            row = replace(self.get(case, message), due_at=due_at, lease=None)
            self._state.outbox[case, message] = (in_utc(row, "due_at"), None)
        return ours

    def next_due(self):
        moments = [row.due_at if end is None else end for row, end in self._state.outbox.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    def _is(self, case, message, lease):
        row = self.get(case, message)
        return row is not None and row.lease == lease


class MemoryShelf:
    def __init__(self, state):
        self._state = state

    def put(self, name, version, sealed):
        there, _ = self._state.shelf.get(name, (0, b""))
        if there != version - 1:
            raise StaleVersionError(version - 1, there)
        self._state.shelf[name] = (version, sealed)

    def get(self, name):
        return self._state.shelf.get(name)
