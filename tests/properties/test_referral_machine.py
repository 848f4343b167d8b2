"""Caseworkers, services, the person, clocks and crashes in any order, on a store in memory."""

from __future__ import annotations

from fakes_store import MemoryStore
from hypothesis import settings
from referral_machine import ReferralMachine, examples


class InMemory(ReferralMachine):
    def new_store(self, installation, folder):
        return MemoryStore(installation)


TestReferralInMemory = InMemory.TestCase
TestReferralInMemory.settings = settings(max_examples=examples(100), stateful_step_count=40)
