"""A door for tests of sign-in: cheap passwords, a clock that a test moves, and accounts that are ready to sign in.

door = TestDoor(office)
anna = door.account("anna", roles=["caseworker"])     # with a password and an app for codes
begun = door.signed_in("anna")
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
from offices import NOON, OURS, asked

from nrm.casework.accounts import credentials, entering, people
from nrm.casework.accounts.door import Door
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.casework.accounts.registers import ACCOUNTS
from nrm.casework.asked import NotPermittedError
from nrm.signin.password import Cost, Hasher
from nrm.signin.settings import SignInSettings

CHEAP = Hasher(Cost(passes=1, memory_kib=8, lanes=1))
WORDS = "canary sentence of four words"
ADDRESS = "192.0.2.77"
FIRST_ADMIN, SECOND_ADMIN = UUID(int=0xA1), UUID(int=0xA2)
CANARIES = ("anna", "canary", "192.0.2.77", "nrm_")


def why(attempt, denied=NotPermittedError):
    """The word that the log has for why an attempt was denied."""
    with pytest.raises(denied) as caught:
        attempt()
    return caught.value.why


def why_refused(attempt):
    """The same of somebody whom the door refused, and no other denial."""
    return why(attempt, SignInDeniedError)


def admin(who=FIRST_ADMIN, organisation=OURS):
    return asked("administrator", organisation, who)


def long_held(desk, account):
    """Let the record of an account say that its holder has had their rights and credentials for a year."""

    def work(unit):
        held = ACCOUNTS.get(desk, unit, account)
        ACCOUNTS.change(desk, unit, held, held.thing.held_anew(desk.clock() - timedelta(days=365)))

    desk.store.run(work)


class TestDoor:
    __test__ = False

    def __init__(self, office, **settings):
        self.office = office
        self.time = NOON
        self.desk = replace(office.desk, clock=self.now)
        found = SignInSettings(origin="https://nrm.example.org", **settings)
        self.door = Door(self.desk, found, CHEAP, source="cli")
        self.apps = {}

    def now(self):
        self.time += timedelta(milliseconds=1)  # so that the log has an order
        return self.time

    def later(self, **how):
        self.time += timedelta(**how)
        return self

    def account(self, name="anna", roles=("caseworker",), *, ready=True, organisation=OURS, **more):
        made = people.create(self.desk, admin(), name, f"Canary {name}", roles, organisation, **more)
        if ready:
            self.apps[name] = credentials.first_totp(self.door, admin(), made.id).secret
            credentials.first_password(self.door, admin(), made.id, WORDS, must_change=False)
        return made

    def code(self, name="anna"):
        """The next code that nobody used: the clock goes on to it."""
        self.later(seconds=30)
        return pyotp.TOTP(self.apps[name]).at(int(self.time.timestamp()))

    def password(self, name="anna", words=WORDS, address=ADDRESS):
        return entering.give_password(self.door, name, words, address)

    def second(self, step, code, **more):
        return entering.give_second(self.door, step.token, ADDRESS, code=code, **more)

    def signed_in(self, name="anna", words=WORDS):
        return self.second(self.password(name, words), self.code(name))

    def own(self, begun):
        return asked(begun.account.roles[0], begun.account.organisation, begun.account.id)

    def said(self):
        return self.office.said()
