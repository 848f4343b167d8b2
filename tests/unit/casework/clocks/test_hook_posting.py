"""Messages to webhooks on their way: the oldest first, again with the same identifier, until it is enough."""

from datetime import timedelta
from uuid import UUID

import pytest
import receiver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import asked
from referral_desk import a_case, later

from nrm.bootstrap_delivery import HookRounds
from nrm.casework.clocks import hook_posting, rounds
from nrm.casework.clocks.hook_posting import post_hooks
from nrm.casework.clocks.posting import Posted, Tried
from nrm.casework.office import announcing, notices, webhooks
from nrm.delivery.hooks import HookCaller

ADMIN = asked("administrator", who=UUID(int=50))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with receiver.in_thread(tmp_path_factory.mktemp("hooked")) as found:
        yield found


def hook(office, url="https://hooks.example.org/nrm"):
    return webhooks.add_webhook(office.desk, ADMIN, url, ["decision.made"], lambda _: None).hook


def lie(office, of):
    return office.store.run(lambda unit: [one.thing for one in announcing.MESSAGES.listed(office.desk, unit, owner=of)])


class Calls:
    """Answers calls as `endings` say, and remembers them."""

    def __init__(self, *endings):
        self.endings, self.seen = list(endings), []

    def __call__(self, _url, _secret, message, body, _now, attempts):
        self.seen.append((message, body, attempts))
        return self.endings.pop(0) if self.endings else Tried("delivered")


WAIT = Tried("later", "timeout", timedelta(minutes=10))


def test_messages_arrive_in_their_order_and_are_gone(office):
    one = hook(office)
    for _ in range(3):
        a_case(office)
    wanted = [str(each.id) for each in lie(office, one)]
    calls = Calls()
    assert post_hooks(office.desk, calls) == Posted(delivered=3)
    assert [message for message, _, _ in calls.seen] == wanted
    assert lie(office, one) == []
    assert post_hooks(office.desk, calls) == Posted()


def test_what_is_older_than_a_week_is_never_sent_though_nothing_has_removed_it_yet(office):
    one = hook(office)
    a_case(office)
    later(office, days=6)
    a_case(office)
    old, young = (str(each.id) for each in lie(office, one))
    later(office, days=1)
    calls = Calls()
    assert post_hooks(office.desk, calls) == Posted(delivered=1)
    assert [message for message, _, _ in calls.seen] == [young]
    assert [str(each.id) for each in lie(office, one)] == [old]
    assert rounds.remove_over(office.desk) == 1


def test_what_failed_is_tried_again_later_with_the_same_identifier_and_body(office):
    one = hook(office)
    a_case(office)
    calls = Calls(WAIT, WAIT)
    assert post_hooks(office.desk, calls) == Posted(later=1)
    assert post_hooks(office.desk, calls) == Posted()
    later(office, minutes=11)
    post_hooks(office.desk, calls)
    later(office, minutes=11)
    assert post_hooks(office.desk, calls) == Posted(delivered=1)
    assert len({(message, body) for message, body, _ in calls.seen}) == 1
    assert [attempts for _, _, attempts in calls.seen] == [1, 2, 3]
    assert lie(office, one) == []


def test_one_that_fails_keeps_no_other_webhook_waiting(office):
    bad, good = hook(office, "https://bad.example.org/"), hook(office, "https://good.example.org/")
    a_case(office)

    def call(url, *_):
        return WAIT if "bad" in url else Tried("delivered")

    assert post_hooks(office.desk, call) == Posted(delivered=1, later=1)
    assert (len(lie(office, bad)), len(lie(office, good))) == (1, 0)


def test_after_three_days_without_a_break_it_is_suspended_and_whoever_added_it_is_told(office):
    one = hook(office)
    a_case(office)
    for _ in range(74):
        post_hooks(office.desk, lambda *_: Tried("impossible", "refused", timedelta(hours=1)))
        later(office, hours=1)
    (shown,) = webhooks.webhooks(office.desk, ADMIN)
    assert (shown.suspended is not None, shown.waiting) == (True, 0)
    (notice,) = notices.notices(office.desk, ADMIN)
    assert (notice.kind, notice.about, notice.case) == ("webhook_suspended", one, None)
    assert [entry.role for entry in office.entries() if entry.action == "work:webhook:suspend"] == ["worker"]
    a_case(office)
    assert lie(office, one) == []
    webhooks.resume_webhook(office.desk, ADMIN, one)
    a_case(office)
    assert post_hooks(office.desk, Calls()) == Posted(delivered=1)


def test_an_answer_in_between_begins_the_three_days_anew(office):
    hook(office)
    for day in range(6):
        a_case(office)
        ending = Tried("delivered") if day == 2 else WAIT
        post_hooks(office.desk, lambda *_, ending=ending: ending)
        later(office, hours=23)
    assert webhooks.webhooks(office.desk, ADMIN)[0].suspended is None


def test_what_is_removed_while_it_is_called_is_called_no_more(office):
    one = hook(office)
    for _ in range(3):
        a_case(office)
    seen = []

    def call(*given):
        seen.append(given)
        webhooks.remove_webhook(office.desk, ADMIN, one)
        return Tried("delivered")

    post_hooks(office.desk, call)
    assert len(seen) == 1


def test_two_workers_do_not_call_one_webhook_at_the_same_time(office):
    hook(office)
    a_case(office)
    inner = Calls()

    def call(*_):
        assert post_hooks(office.desk, inner) == Posted()
        return Tried("delivered")

    assert post_hooks(office.desk, call) == Posted(delivered=1)
    assert inner.seen == []


def test_a_worker_that_died_is_followed_by_another_when_its_lease_is_over(office):
    one = hook(office)
    a_case(office)

    class DiedError(Exception):
        pass

    def dies(*_):
        raise DiedError

    with pytest.raises(DiedError):
        post_hooks(office.desk, dies)
    assert post_hooks(office.desk, Calls()) == Posted()
    later(office, minutes=6)
    assert post_hooks(office.desk, Calls()) == Posted(delivered=1)
    assert lie(office, one) == []


def test_a_round_delivers_to_a_real_receiver_exactly_one_effect_for_each_message(office, place):
    hook(office, place.url)
    cases = [a_case(office) for _ in range(4)]
    call = HookRounds(HookCaller(place.settings()))
    for behave in ("break", "drop", "error:503", "take", "take"):
        place.behave(behave)
        rounds.go_round(office.desk, lambda *_: Tried("waiting"), set(), call)
        later(office, hours=2)
    assert len(place.effects()) == len(cases)
    assert set(place.effects().values()) == {1}


def test_a_round_removes_what_is_over_and_nothing_else(office):
    hook(office)
    a_case(office)
    later(office, days=6)
    a_case(office)
    later(office, days=2)
    assert rounds.remove_over(office.desk) == 1
    assert rounds.remove_over(office.desk) == 0
    assert {row.kind for row in office.store.state.registry.values()} == {"hook", "hook_message"}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fails=st.lists(st.booleans(), max_size=12), many=st.integers(1, hook_posting.AT_ONCE + 4))
def test_whatever_fails_each_message_is_taken_once_in_order(office, fails, many):
    one = hook(office)
    case = office.open().case
    for _ in range(many):
        office.decide(case)
    wanted = [str(each.id) for each in lie(office, one)]
    taken, turns = [], iter(fails)

    def call(_url, _secret, message, _body, _now, _attempts):
        if next(turns, False):
            return WAIT
        taken.append(message)
        return Tried("delivered")

    for _ in range(len(fails) + 3):
        post_hooks(office.desk, call)
        later(office, minutes=11)
    webhooks.remove_webhook(office.desk, ADMIN, one)
    assert taken == wanted
