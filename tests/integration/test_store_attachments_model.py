"""Whatever is asked of attachments and of their items, databases answer as the store in memory does."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from store_rows import a_case, a_version, an_item
from two_stores import TwoStores, on_both_databases

CASES = [UUID(int=number << 100 | number) for number in range(1, 4)]
CASE = st.sampled_from(CASES)
ATTACHMENT = st.integers(1, 2).map(lambda number: UUID(int=number << 64))
NUMBER = st.integers(0, 3)
KIND = st.sampled_from(["attachment", "consent"])


class Attachments(TwoStores):
    """Parts of attachments, and items that are removed."""

    @initialize(most=st.integers(1, len(CASES)))
    def there_are_cases(self, most):
        for case in CASES[:most]:
            self.both(lambda unit, case=case: unit.cases.add(a_case(case), a_version(), b"facts"))

    @rule(case=CASE, unlikely=st.integers(0, 6))
    def shred(self, case, unlikely):
        if not unlikely:
            self.both(lambda unit: unit.cases.shred(case))

    @rule(case=CASE, attachment=ATTACHMENT, numbers=st.lists(NUMBER, max_size=3), sealed=st.binary(max_size=9))
    def add_parts(self, case, attachment, numbers, sealed):
        self.both(lambda unit: [unit.attachments.add(case, attachment, number, sealed) for number in numbers])

    @rule(case=CASE, attachment=ATTACHMENT)
    def read(self, case, attachment):
        self.both(lambda unit: [unit.attachments.part(case, attachment, number) for number in range(4)])

    @rule(case=CASE, attachment=ATTACHMENT, fail=st.integers(0, 4))
    def remove_parts(self, case, attachment, fail):
        def work(unit):
            gone = unit.attachments.remove(case, attachment)
            if not fail:
                unit.cases.get(UUID(int=0))
            return gone, unit.attachments.part(case, attachment, 0)

        self.both(work)

    @rule(case=CASE, kind=KIND, attachment=ATTACHMENT)
    def add_and_remove_items(self, case, kind, attachment):
        self.both(lambda unit: unit.items.add(an_item(case, kind, UUID(int=case.int ^ attachment.int))))
        self.both(lambda unit: unit.items.remove(case, "attachment", UUID(int=case.int ^ attachment.int)))
        self.both(lambda unit: unit.items.of(case, ["attachment", "consent"]))


TestAttachmentsOnSqlcipher, TestAttachmentsOnPostgresql = on_both_databases(Attachments, steps=30)
