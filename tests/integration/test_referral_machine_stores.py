"""Caseworkers, services, the person, clocks and crashes in any order, on both real databases."""

from __future__ import annotations

import databases
from hypothesis import settings
from referral_actions import examples
from referral_machine import ReferralMachine

from nrm.storage.store import SqlStore


class OnDatabase(ReferralMachine):
    kind = ""

    def new_store(self, installation, folder):
        return SqlStore.begin(databases.new_engine(self.kind, folder), installation)

    def teardown(self):
        databases.close_all()
        super().teardown()


class OnSqlcipher(OnDatabase):
    kind = "sqlcipher"


class OnPostgresql(OnDatabase):
    kind = "postgresql"


TestReferralOnSqlcipher = OnSqlcipher.TestCase
TestReferralOnSqlcipher.settings = settings(max_examples=examples(20), stateful_step_count=30)
TestReferralOnPostgresql = OnPostgresql.TestCase
TestReferralOnPostgresql.settings = settings(max_examples=examples(20), stateful_step_count=30)
