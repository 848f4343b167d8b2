"""Checks that take long: one at a time, told how far they are, and gone with their process."""

import threading
from uuid import UUID

import pytest

from api.checks import Checks, Progress
from api.problems.problem import Told
from nrm.errors import Problem
from nrm.publishing.errors import BundleRefusedError

ONE, TWO = UUID(int=1), UUID(int=2)


class Held:
    """A check that goes on when it is told to."""

    def __init__(self):
        self.begun, self.go_on, self.made = threading.Event(), threading.Event(), 0

    def __call__(self, seen):
        self.made += 1
        seen("examples", 3, 9)
        self.begun.set()
        assert self.go_on.wait(5)
        seen("mutants", 1, 9)


@pytest.fixture
def checks():
    made = Checks()
    yield made
    made.stop()


def waited(checks, rulebook, until):
    for _ in range(500):
        if until(checks.of(rulebook)):
            return checks.of(rulebook)
        threading.Event().wait(0.01)
    raise AssertionError(checks.of(rulebook))


def test_a_check_tells_how_far_it_is_and_is_forgotten_when_it_is_done(checks):
    held = Held()
    checks.begin(ONE, held)
    assert held.begun.wait(5)
    assert checks.of(ONE) == Progress("running", "examples", 3, 9)
    held.go_on.set()
    assert waited(checks, ONE, lambda one: one is None) is None


def test_there_is_one_at_a_time_and_each_is_made_once(checks):
    held, after = Held(), Held()
    after.go_on.set()
    checks.begin(ONE, held)
    assert held.begun.wait(5)
    checks.begin(ONE, held)
    checks.begin(TWO, after)
    assert checks.of(TWO) == Progress("waiting")
    with pytest.raises(Told) as told, checks.turn():
        raise AssertionError("two at once")
    assert (told.value.code, told.value.headers["Retry-After"]) == ("not_now", "20")
    held.go_on.set()
    waited(checks, TWO, lambda one: one is None)
    assert (held.made, after.made) == (1, 1)


def test_while_a_statement_is_made_a_check_waits(checks):
    held = Held()
    held.go_on.set()
    with checks.turn():
        checks.begin(ONE, held)
        assert not held.begun.wait(0.1)
    waited(checks, ONE, lambda one: one is None)
    assert held.made == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BundleRefusedError(Problem("bundle", 0, "it is none")), "input_refused"),
        (RuntimeError("CanaryText"), "program_failed"),
    ],
)
def test_what_goes_wrong_is_told_by_its_code_and_may_be_tried_again(checks, error, code):
    def fails(_seen):
        raise error

    checks.begin(ONE, fails)
    assert waited(checks, ONE, lambda one: one.state == "failed") == Progress("failed", code=code)
    held = Held()
    held.go_on.set()
    checks.begin(ONE, held)
    waited(checks, ONE, lambda one: one is None)


def test_at_the_end_a_check_stops_at_its_next_step():
    checks, held = Checks(), Held()
    checks.begin(ONE, held)
    assert held.begun.wait(5)
    stopping = threading.Thread(target=checks.stop)
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive(), "it waits for the check"
    held.go_on.set()
    stopping.join(5)
    assert not stopping.is_alive()
    assert checks.of(ONE).code == "timed_out"
