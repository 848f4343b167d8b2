"""Whatever is tried in whatever order: only who has both factors gets in, and guessing takes for ever."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import pyotp
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule
from offices import new_office
from signins import ADDRESS, WORDS, TestDoor, admin

from nrm.casework.accounts import entering, people, sessions
from nrm.casework.accounts.errors import SignInDeniedError, TooManyTriesError
from nrm.casework.accounts.registers import TRIES
from nrm.signin.lockout import FREE

NAMES = st.sampled_from(["anna", "bo"])


class SignIns(RuleBasedStateMachine):
    """A model of who is in: each token that was given out, and whether it must still be good."""

    steps = Bundle("steps")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.at = TestDoor(new_office(Path(self.folder.name)))
        self.ids = {name: self.at.account(name).id for name in ("anna", "bo")}
        self.suspended = set()
        self.tokens = {}
        self.failures = dict.fromkeys(self.ids, 0)
        self.last_code = dict.fromkeys(self.ids, 0)
        self.locked_until = dict.fromkeys(self.ids)

    def teardown(self):
        self.folder.cleanup()

    def blocked(self, name):
        until = self.locked_until[name]
        return until is not None and self.at.time < until

    def count(self, name):
        """The model's own count: five free, then 30 seconds doubled each time, an hour at most."""
        self.failures[name] += 1
        beyond = self.failures[name] - FREE["name"]
        if beyond >= 0:
            self.locked_until[name] = self.at.time + timedelta(seconds=min(3600, 30 * 2**beyond))

    def tried(self, name, attempt):
        """Try; a wait must be told exactly when the model says so (within the clock's tick)."""
        blocked = self.blocked(name)
        try:
            found = attempt()
        except TooManyTriesError:
            assert blocked
            return None
        except SignInDeniedError:
            assert not blocked
            self.count(name)
            return None
        assert not blocked
        return found

    @rule(name=NAMES, target=steps, right=st.booleans())
    def password(self, name, right):
        step = self.tried(name, lambda: self.at.password(name, WORDS if right else "wrong"))
        assert step is None or (right and name not in self.suspended)
        if step is not None:
            self.count(name)  # a password alone forgives nothing
        return (name, step, self.at.time)

    @rule(step=consumes(steps), right=st.booleans())
    def code(self, step, right):
        name, next_step, _ = step
        if next_step is None:
            return
        now = int(self.at.time.timestamp()) // 30
        code = pyotp.TOTP(self.at.apps[name]).generate_otp(now) if right else "000000"
        try:
            begun = entering.give_second(self.at.door, next_step.token, ADDRESS, code=code)
        except TooManyTriesError:
            assert self.blocked(name)
            return
        except SignInDeniedError:
            if self.counted(name) > self.failures[name]:  # not where the step itself is good no more
                self.count(name)
            return
        assert right
        assert name not in self.suspended
        assert now > self.last_code[name]
        self.last_code[name] = now
        self.failures[name], self.locked_until[name] = 0, None
        self.tokens[begun.token] = name

    def counted(self, name):
        held = self.at.desk.store.run(lambda unit: TRIES.named(self.at.desk, unit, f"name {name}".encode()))
        return 0 if held is None else held.thing.failures

    @rule(seconds=st.sampled_from([1, 29, 31, 61, 240]))
    def wait(self, seconds):
        self.at.later(seconds=seconds)

    @rule(name=NAMES)
    def suspend(self, name):
        people.suspend(self.at.desk, admin(), self.ids[name])
        self.suspended.add(name)
        self.tokens = {token: whose for token, whose in self.tokens.items() if whose != name}

    @rule(name=NAMES)
    def restore(self, name):
        people.restore(self.at.desk, admin(), self.ids[name])
        self.suspended.discard(name)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def sign_out(self, data):
        token = data.draw(st.sampled_from(sorted(self.tokens)))
        sessions.sign_out(self.at.desk, sessions.session_of(self.at.desk, token))
        del self.tokens[token]

    @invariant()
    def who_is_in_is_in_and_all_others_are_out(self):
        kept = self.at.desk.store.run(lambda unit: list(unit.registry.listed("session", None, None, 999)))
        assert len(kept) == len(self.tokens)
        for token, name in self.tokens.items():
            assert sessions.session_of(self.at.desk, token).account.id == self.ids[name]


TestSignIns = SignIns.TestCase
TestSignIns.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
