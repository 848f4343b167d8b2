"""Webhooks that answer slowly: clocks and packages do not wait for them, and none of them is always the last."""

from datetime import timedelta
from uuid import UUID

import pytest
from offices import asked
from referral_desk import a_case, later

from nrm.casework.clocks import hook_posting, rounds
from nrm.casework.clocks.posting import Posted, Tried
from nrm.casework.office import webhooks

ADMIN = asked("administrator", who=UUID(int=50))
MANY = 12


@pytest.fixture
def hooked(office):
    """An office in which one message waits for each of many webhooks."""
    for number in range(MANY):
        webhooks.add_webhook(office.desk, ADMIN, f"https://h{number}.example.org/", ["decision.made"], lambda _: None)
    a_case(office)
    return office


def slowly(office, seen):
    """Answers well, and a minute later."""

    def call(url, *_):
        seen.append(url)
        later(office, minutes=1)
        return Tried("delivered")

    return call


def test_slow_webhooks_have_a_short_time_together_and_the_rest_waits_for_the_next_round(hooked):
    seen = []
    began = hooked.now()
    first = hook_posting.post_hooks(hooked.desk, slowly(hooked, seen))
    assert 0 < first.delivered < MANY
    assert hooked.now() - began < hook_posting.TOGETHER + timedelta(minutes=2)
    for _ in range(MANY):
        hook_posting.post_hooks(hooked.desk, slowly(hooked, seen))
    assert sorted(seen) == sorted({f"https://h{number}.example.org/" for number in range(MANY)})


def test_one_slow_webhook_with_many_messages_has_no_more_than_that_either(office):
    webhooks.add_webhook(office.desk, ADMIN, "https://h.example.org/", ["decision.made"], lambda _: None)
    for _ in range(6):
        a_case(office)
    seen = []
    assert 0 < hook_posting.post_hooks(office.desk, slowly(office, seen)).delivered < 6
    for _ in range(6):
        hook_posting.post_hooks(office.desk, slowly(office, seen))
    assert len(seen) == 6


def test_no_webhook_is_the_first_each_time(hooked):
    first = set()
    for _ in range(40):
        seen = []
        hook_posting.post_hooks(hooked.desk, lambda url, *_, seen=seen: seen.append(url) or Tried("later"))
        first.update(seen[:1])
        later(hooked, hours=2)
    assert len(first) > 1


def test_clocks_and_packages_have_their_turn_before_webhooks(hooked, monkeypatch):
    turns = []
    for name in ("tick", "post"):
        real = getattr(rounds, name)
        monkeypatch.setattr(rounds, name, lambda *given, real=real, name=name: turns.append(name) or real(*given))
    called = rounds.go_round(hooked.desk, None, set(), lambda *_: turns.append("call") or Tried("delivered")).called
    assert called == Posted(delivered=MANY)
    assert turns == ["tick", "post", *["call"] * MANY]
