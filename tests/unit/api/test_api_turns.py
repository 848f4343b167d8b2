"""However many try at once, only a few passwords are computed at a time."""

import threading
import time

from api.security.turns import AT_ONCE, Turns
from nrm.signin.password import Hasher


def test_only_so_many_passwords_are_computed_at_once(monkeypatch):
    busy, most, lock = [], [], threading.Lock()

    def counted(_hasher, *_given):
        with lock:
            busy.append(1)
            most.append(len(busy))
        time.sleep(0.02)
        with lock:
            busy.pop()
        return False

    turns = Turns()
    monkeypatch.setattr(Hasher, "fits", counted)
    monkeypatch.setattr(Hasher, "kept", counted)
    jobs = [turns.kept, lambda words: turns.fits(None, words)] * AT_ONCE * 2
    threads = [threading.Thread(target=job, args=("words",)) for job in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(most) == len(jobs)
    assert max(most) == AT_ONCE
