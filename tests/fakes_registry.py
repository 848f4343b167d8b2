"""Records that belong to no case, in memory."""

from dataclasses import replace
from datetime import UTC

from fakes_rows import refused

from nrm.casework.errors import NoSuchRecordError, StaleVersionError, TakenError


class MemoryRegistry:
    def __init__(self, state):
        self._state = state

    def add(self, row):
        self._check(row.version, 1)
        if (row.kind, row.record) in self._state.registry or self._other(row) is not None:
            raise TakenError
        self._put(row)

    def change(self, row, seen):
        self._check(row.version, seen + 1)
        if self._other(row) is not None:
            raise TakenError
        there = self.get(row.kind, row.record)
        if there is None:
            raise NoSuchRecordError
        if there.version != seen:
            raise StaleVersionError(seen, there.version)
        self._put(row)

    def get(self, kind, record):
        return self._state.registry.get((kind, record))

    def marked(self, kind, mark):
        return next((row for row in self._rows() if row.kind == kind and row.mark == mark), None)

    def listed(self, kind, owner, after, most):
        rows = [row for row in self._rows() if row.kind == kind and owner in (None, row.owner)]
        return [row for row in rows if after is None or row.record > after][:most]

    def remove(self, kind, record):
        return self._state.registry.pop((kind, record), None) is not None

    def remove_owned(self, kind, owner):
        gone = [row for row in self._rows() if row.kind == kind and row.owner == owner]
        return sum(self.remove(row.kind, row.record) for row in gone)

    def remove_over(self, now, most):
        over = [row for row in self._rows() if row.until is not None and row.until <= now]
        over.sort(key=lambda row: (row.until, row.kind, row.record))
        return sum(self.remove(row.kind, row.record) for row in over[:most])

    def _rows(self):
        return sorted(self._state.registry.values(), key=lambda row: (row.kind, row.record))

    def _other(self, row):
        found = None if row.mark is None else self.marked(row.kind, row.mark)
        return None if found is None or found.record == row.record else found

    def _put(self, row):
        until = None if row.until is None else row.until.astimezone(UTC)
        self._state.registry[row.kind, row.record] = replace(row, until=until)

    @staticmethod
    def _check(version, wanted):
        if version != wanted:
            raise refused("a record was sealed for another version")
