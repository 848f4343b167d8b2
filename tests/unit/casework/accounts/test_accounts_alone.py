"""Whatever one administrator does alone, in whatever order, nobody else who has signed in gets new credentials."""

import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from offices import OURS, asked, new_office
from signins import TestDoor, long_held

from nrm.casework.accounts import credentials, people, recovering
from nrm.casework.accounts.recovering import SEASONED
from nrm.casework.accounts.registers import ACCOUNTS
from nrm.errors import NrmError

NEW = "another sentence of five words"
OTHERS = ("anna", "chief", "gone")
"""People who have signed in: one who works on cases, an administrator, and one who was suspended."""

OWN = ("mallory", "double", "sleeper", "sock")
"""Whom one person can sign in as: of old as an administrator and as a caseworker, as an account of old that nobody had
signed in to, and as whomever they make."""

ROLES = st.sampled_from([("administrator",), ("caseworker",), ("administrator", "caseworker")])


class Alone(RuleBasedStateMachine):
    """One administrator, for less than three days; what is asked for and confirmed is as any account of theirs."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.at = TestDoor(new_office(Path(self.folder.name)))
        self.ids, self.codes = {}, []

    def teardown(self):
        self.folder.cleanup()

    @initialize()
    def an_office_of_old(self):
        roles = {"anna": "caseworker", "double": "caseworker"}
        for name in (*OTHERS, "mallory", "double", "sleeper"):
            self.ids[name] = self.at.account(name, [roles.get(name, "administrator")]).id
            if name != "sleeper":
                self.at.signed_in(name)
            long_held(self.at.desk, self.ids[name])
        people.suspend(self.at.desk, self.by("chief"), self.ids["gone"])
        self.before = self.proofs()
        self.until = self.at.time + SEASONED

    def by(self, name):
        """Who asks over the API, as an account of this name, in the role that recovers."""
        return asked("administrator", OURS, self.ids[name], source="api")

    def is_administrator(self, name):
        """Whether a session of this account could ask as an administrator at all."""
        account = self.held(name)
        return account.state == "active" and account.entered and "administrator" in account.roles

    def held(self, name):
        return self.at.desk.store.run(lambda unit: ACCOUNTS.get(self.at.desk, unit, self.ids[name])).thing

    def proofs(self):
        found = [self.held(name) for name in OTHERS]
        return [(one.password, one.totp and one.totp.secret, one.must_change, one.has_passkey) for one in found]

    def tried(self, as_, attempt):
        if as_ not in self.ids or not self.is_administrator(as_):
            return None
        with suppress(NrmError):
            return attempt(self.by(as_))
        return None

    @rule(hours=st.sampled_from([1 / 4, 2, 11]))
    def wait(self, hours):
        if self.at.time + timedelta(hours=hours + 1) < self.until:
            self.at.later(hours=hours)

    @rule(as_=st.sampled_from(OWN), name=st.sampled_from(OWN[3:]), roles=ROLES)
    def make(self, as_, name, roles):
        if name not in self.ids:
            made = self.tried(as_, lambda by: people.create(self.at.desk, by, name, name, roles, OURS))
            if made is not None:
                self.ids[name] = made.id
                self.invite_and_sign_in("mallory", name)

    @rule(as_=st.sampled_from(OWN), name=st.sampled_from(("sleeper", *OTHERS)))
    def wake_up(self, as_, name):
        self.invite_and_sign_in(as_, name)

    def invite_and_sign_in(self, as_, name):
        code = self.tried(as_, lambda by: credentials.invite(self.at.door, by, self.ids[name]))
        if code is not None:
            self.codes.append(name)
            self.enter(name, code)

    def enter(self, name, code):
        """Sign in by a one-time code, as far as it lets somebody in."""
        with suppress(NrmError):
            step = self.at.password(name, code)
            if step.enrol is not None:
                self.at.apps[name] = step.enrol.secret
            self.at.second(step, self.at.code(name), new_password=NEW)

    @rule(as_=st.sampled_from(OWN), name=st.sampled_from(OWN[1:]), roles=ROLES)
    def give_roles(self, as_, name, roles):
        if name in self.ids:
            self.tried(as_, lambda by: people.change(self.at.desk, by, self.ids[name], roles=roles))

    @rule(as_=st.sampled_from(OWN), name=st.sampled_from(OWN[1:]), back=st.booleans())
    def suspend_or_restore(self, as_, name, back):
        if name in self.ids:
            done = people.restore if back else people.suspend
            self.tried(as_, lambda by: done(self.at.desk, by, self.ids[name]))

    @rule(one=st.sampled_from(OWN), other=st.sampled_from(OWN), name=st.sampled_from(OTHERS[:2]))
    def recover(self, one, other, name):
        """Ask as one of their accounts, and confirm as another."""
        if name not in self.ids:
            return
        waiting = self.tried(one, lambda by: recovering.ask_recovery(self.at.desk, by, self.ids[name]))
        if waiting is None:
            return
        code = self.tried(other, lambda by: recovering.confirm_recovery(self.at.door, by, waiting.id))
        if code is not None:
            self.codes.append(name)
            self.enter(name, code)

    @invariant()
    def nobody_else_has_other_credentials(self):
        if self.ids:
            assert not {*self.codes} & {*OTHERS}
            assert self.proofs() == self.before


TestAlone = Alone.TestCase
TestAlone.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
