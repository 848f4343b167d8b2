"""Links, broken glass and webhooks on real databases: guesses at the same time, two workers at the same time."""

import threading

import pytest
from offices import THEIRS, TestOffice, asked
from person_desk import a_link, another_pin, come_in
from referral_desk import CHILD, a_case, agree, ask_for, clocks, referral_of

from nrm.casework.cases import glass
from nrm.casework.clocks.hook_posting import post_hooks
from nrm.casework.clocks.posting import Tried
from nrm.casework.office import notices, webhooks
from nrm.casework.person import links, reading, saying, sessions

ADMIN = asked("administrator")


@pytest.fixture
def office(store, tmp_path):
    made = TestOffice(tmp_path)
    return made.on(store)


def at_the_same_time(many, do):
    done = []
    threads = [threading.Thread(target=lambda: done.append(do())) for _ in range(many)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return done


def test_of_many_right_pins_at_the_same_time_one_opens_the_link(office):
    made = a_link(office, a_case(office))

    def come():
        try:
            return links.open_link(office.desk, made.token, made.pin)
        except links.LinkRefusedError:
            return None

    opened = [one for one in at_the_same_time(4, come) if one is not None]
    assert len(opened) == 1
    assert reading.own_plan(office.desk, opened[0].token) is not None
    sessions.leave(office.desk, opened[0].token)


def test_many_wrong_pins_at_the_same_time_are_no_more_than_five(office):
    made = a_link(office, a_case(office))

    def guess():
        with pytest.raises(links.LinkRefusedError):
            links.open_link(office.desk, made.token, another_pin(made.pin))

    at_the_same_time(8, guess)
    tried = [one for one in office.entries() if one.action == "api:link:open"]
    looked_at = [one for one in tried if one.case is not None]  # an entry has its case when the PIN was compared
    assert len(tried) == 8
    assert 1 <= len(looked_at) <= links.MOST_GUESSES
    with pytest.raises(links.LinkRefusedError):
        links.open_link(office.desk, made.token, made.pin)


def test_a_child_and_the_guardian_at_the_same_time_leave_the_childs_word_and_one_task(office):
    case = a_case(office, CHILD)
    agree(office, case, by="guardian")
    child, guardian = come_in(office, case), come_in(office, case, "guardian")
    saying.own_choice(office.desk, child, "medical_care", wanted=True)
    one = ask_for(office, case).referral
    turns = iter([(guardian, False), (child, True), (guardian, False), (child, True)])

    def speak():
        session, wanted = next(turns)
        return saying.own_choice(office.desk, session, "medical_care", wanted=wanted)

    assert len(at_the_same_time(4, speak)) == 4
    assert referral_of(office, case, one.id).state == "sent"
    told = {offer.offer: offer.wanted for offer in reading.own_offers(office.desk, child)}
    assert told["medical_care"] is True
    assert [task.why for task in clocks(office, case) if task.code == "look_at_disagreement"] == [("medical_care",)]


def test_two_workers_deliver_each_message_once_and_in_order(office):
    hook = webhooks.add_webhook(office.desk, ADMIN, "https://x.example.org/", ["decision.made"], lambda _: None)
    case = office.open().case
    for _ in range(5):
        office.decide(case)
    taken = []

    def call(_url, _secret, message, *_):
        taken.append(message)
        return Tried("delivered")

    at_the_same_time(2, lambda: post_hooks(office.desk, call))
    post_hooks(office.desk, call)
    assert taken == sorted(set(taken))
    assert len(taken) == 5
    webhooks.remove_webhook(office.desk, ADMIN, hook.hook)


def test_broken_glass_is_kept_told_and_reviewed(office):
    case = a_case(office)
    outside, second = asked(organisation=THEIRS, purpose="health_care"), asked(who=THEIRS)
    grant = glass.break_glass(office.desk, outside, case, "life_in_danger", "she does not answer", second.who)
    assert b"CanaryHealth" in office.read(case, "health", who=outside)["health"]
    (notice,) = notices.notices(office.desk, second)
    assert notices.notice_seen(office.desk, second, notice.id).about == grant.id
    reviewer = asked("supervisor", who=case)
    assert glass.review_glass(office.desk, reviewer, case, grant.id, "justified").reviewed is not None
