"""Whatever is done to a key file: every epoch that lives opens, and only with the newest passphrase."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from fast_keys import AT, FAST, PASSPHRASE, made_keys, opened_keys
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nrm.vault import Keyring, new_data_key
from nrm.vault.errors import KeyLostError, KeyStoreRefusedError, WrongPassphraseError
from nrm.vault.ledger_seal import FIRST_SECRETS
from nrm.vault.passphrase import Passphrase

OTHERS = [Passphrase(f"passphrase number {number}") for number in range(3)]


class Life(RuleBasedStateMachine):
    """Epochs, secrets and passphrases come and go, done by whoever opened the file anew or opened it long ago."""

    @initialize()
    def begin(self):
        self.folder = TemporaryDirectory()
        self.file = Path(self.folder.name) / "keys.json"
        self.writer = made_keys(self.file)
        self.passphrase, self.cases, self.dead = PASSPHRASE, [], set()
        self.secrets = {name: self.writer.secret(name) for name in FIRST_SECRETS}
        self.held, self.stale = [self.writer], set()
        self.wrap()

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def wrap(self):
        case, key = uuid4(), new_data_key()
        self.cases.append((case, Keyring(self.writer).wrap(case, key), key.expose()))

    @rule()
    def rotate(self):
        self.writer.new_epoch(AT)
        self.wrap()

    @rule(data=st.data())
    def destroy(self, data):
        old = [one.epoch.number for one in self.writer.status() if not one.current and one.destroyed is None]
        if old:
            self.dead.add(self.writer.destroy_epoch(data.draw(st.sampled_from(old)), AT).number)

    @rule(new=st.sampled_from(OTHERS))
    def change(self, new):
        if new is self.passphrase:
            with pytest.raises(KeyStoreRefusedError, match="the same as before"):
                self.writer.change_passphrase(new, FAST)
        else:
            self.writer.change_passphrase(new, FAST)
            self.passphrase = new
            self.stale |= {*self.held} - {self.writer}

    @rule()
    def add_secret(self):
        name = f"later-{len(self.secrets)}"
        self.writer.add_secret(name)
        self.secrets[name] = self.writer.secret(name)

    @rule()
    def another_process(self):
        self.writer = opened_keys(self.file, self.passphrase)
        self.held.append(self.writer)

    @rule(data=st.data())
    def one_of_before(self, data):
        """Whoever opened the file with the passphrase that it still has works on; nobody else brings theirs back."""
        keys = data.draw(st.sampled_from(self.held))
        if keys in self.stale:
            before = self.file.read_bytes()
            with pytest.raises(KeyStoreRefusedError, match="its passphrase was changed"):
                keys.new_epoch(AT)
            assert self.file.read_bytes() == before
        else:
            keys.new_epoch(AT)

    @invariant()
    def all_that_lives_opens_with_the_newest_passphrase_only(self):
        if not hasattr(self, "file"):
            return
        ring = Keyring(keys := opened_keys(self.file, self.passphrase))
        assert {name: keys.secret(name) for name in self.secrets} == self.secrets
        for case, wrapped, key in self.cases:
            if ring.epoch_of(wrapped).number in self.dead:
                with pytest.raises(KeyLostError):
                    ring.unwrap(case, wrapped)
            else:
                assert ring.unwrap(case, wrapped).expose() == key
        for other in {PASSPHRASE, *OTHERS} - {self.passphrase}:
            with pytest.raises(WrongPassphraseError):
                opened_keys(self.file, other)


TestPassphraseLife = Life.TestCase
TestPassphraseLife.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
