"""However many try at once, only a few passwords are computed at a time, and only some more wait."""

import threading
import time

import pytest

from api.problems.problem import Told
from api.security.turns import AT_ONCE, WAITING, Turns
from nrm.signin.password import Hasher


class Slow:
    """Passwords that are computed for as long as a test likes."""

    def __init__(self):
        self.busy, self.most, self.lock, self.go = 0, 0, threading.Lock(), threading.Event()
        self.full = threading.Event()

    def __call__(self, _hasher, *_given):
        with self.lock:
            self.busy += 1
            self.most = max(self.most, self.busy)
        if self.busy == AT_ONCE:
            self.full.set()
        assert self.go.wait(20)
        with self.lock:
            self.busy -= 1
        return True


@pytest.fixture
def slow(monkeypatch):
    made = Slow()
    monkeypatch.setattr(Hasher, "fits", made)
    return made


def begun(turns, count, told):
    def job():
        try:
            told.append(turns.fits(None, "words"))
        except Told as refused:
            told.append((refused.code, refused.headers["Retry-After"]))

    threads = [threading.Thread(target=job) for _ in range(count)]
    for one in threads:
        one.start()
    return threads


def test_only_so_many_are_computed_at_once_and_the_others_are_told_to_come_back(slow):
    told, beyond = [], 5
    threads = begun(Turns(), AT_ONCE + WAITING + beyond, told)
    assert slow.full.wait(20)
    for _ in range(2000):  # those who found no place are told at once, while nothing is done yet
        if len(told) < beyond:
            time.sleep(0.01)
    assert told == [("rate_limited", "5")] * beyond
    slow.go.set()
    for one in threads:
        one.join(20)
    assert told[beyond:] == [True] * (AT_ONCE + WAITING)
    assert slow.most == AT_ONCE


def test_a_place_is_free_again_whatever_became_of_it(monkeypatch):
    def broken(_hasher, *_given):
        raise RuntimeError

    monkeypatch.setattr(Hasher, "fits", broken)
    turns = Turns()
    for _ in range(AT_ONCE + WAITING + 1):
        with pytest.raises(RuntimeError):
            turns.fits(None, "words")
