"""The sealed parts of attachments, in memory."""

from fakes_rows import new


class MemoryAttachmentParts:
    def __init__(self, state):
        self._state = state

    def add(self, case, attachment, number, sealed):
        self._state.writable(case)
        new(self._state.parts, (case, attachment, number), sealed)

    def part(self, case, attachment, number):
        return self._state.parts.get((case, attachment, number))

    def remove(self, case, attachment):
        self._state.writable(case)
        gone = [key for key in self._state.parts if key[:2] == (case, attachment)]
        for key in gone:
            del self._state.parts[key]
        return len(gone)
