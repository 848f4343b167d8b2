"""Deliveries: what was taken back is not sent, what failed is told, and only a signed word of the service counts."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from offices import asked
from referral_desk import (
    a_case,
    agreed_and_sent,
    answers,
    ask_for,
    entries_of,
    later,
    lying,
    opened,
    post,
    referral_of,
    reply_of,
    tasks,
    with_services,
)
from small_directory import ADDRESS, CLINIC, COUNSEL, NORTH, SIGNERS, SOUTH, sidecar

from nrm.casework.clocks import posting
from nrm.casework.clocks.posting import LEASE, UNOPENED, Posted, Tried
from nrm.casework.clocks.rounds import LONGEST_PAUSE, Round, go_round, pause
from nrm.casework.referrals.revoking import revoke


def test_a_message_is_carried_sealed_to_its_service_and_leaves_the_outbox_when_it_arrived(office):
    case, one = agreed_and_sent(office, "safe_accommodation", "share_with_accommodation", service=SOUTH)
    seen = []
    assert post(office, Tried("delivered"), seen=seen) == Posted(delivered=1)
    ((message, referral, body, way, kind, attempts),) = seen
    assert (message, referral, kind, attempts, way.way) == (one.message, one.id, "package", 1, "https")
    assert opened(office, SOUTH, body).header.message == message
    assert (lying(office, case), post(office).all) == ([], 0)
    assert referral_of(office, case, one.id).state == "sent"  # it arrived; that somebody has it only they can say


def test_a_try_that_failed_is_made_again_with_the_same_bytes_and_told_to_a_person_only_when_it_matters(office):
    case, one = agreed_and_sent(office)
    seen = []
    assert post(office, Tried("later", "timeout", timedelta(seconds=30)), seen=seen) == Posted(later=1)
    assert (post(office, seen=seen).all, tasks(office, case).count("delivery_failed")) == (0, 0)
    later(office, minutes=1)
    assert post(office, Tried("impossible", "no_root", timedelta(hours=1), told=True), seen=seen) == Posted(
        impossible=1
    )
    assert [given[5] for given in seen] == [1, 2]
    assert seen[0][:3] == seen[1][:3]
    assert tasks(office, case).count("delivery_failed") == 1
    answers(office, CLINIC, one.id, "decline", "no_capacity")
    assert tasks(office, case).count("delivery_failed") == 0


def test_a_revocation_that_does_not_arrive_is_a_task_of_the_supervisor(office):
    case, one = agreed_and_sent(office)
    post(office, Tried("delivered"))
    revoke(office.desk, asked(), case, one.id, None, "not_safe")
    post(office, Tried("impossible", "refused", None, told=True))
    assert "revocation_failed" in tasks(office, case)
    assert [row.due_at for row in lying(office, case)] == [None]


def test_what_is_taken_back_while_a_worker_has_it_is_not_carried_any_more(office):
    first, _ = agreed_and_sent(office)
    second, two = agreed_and_sent(office)
    done = []

    def carry(message, *_):
        done.append(message)
        for case in (first, second):
            for row in lying(office, case):
                if row.kind == "package" and row.message != message:
                    revoke(office.desk, asked(), case, row.about, None, "not_safe")
        return Tried("delivered")

    posting.post(office.desk, carry)
    assert len(done) == 1
    kinds = [row.kind for case in (first, second) for row in lying(office, case)]
    assert kinds == ["revocation"]  # the worker had begun with both, so the service is told all the same
    assert two.message not in done or done == [two.message]


def test_what_another_worker_has_is_left_to_it_and_taken_over_when_its_lease_is_over(office):
    agreed_and_sent(office)
    seen = []

    def slow(*given):
        seen.append(given)
        later(office, seconds=LEASE.total_seconds() + 1)
        assert post(office, Tried("delivered"), seen=seen) == Posted(delivered=1)
        return Tried("delivered")

    assert posting.post(office.desk, slow) == Posted()
    assert (len(seen), seen[0][:3] == seen[1][:3]) == (2, True)


def test_one_broken_case_does_not_keep_the_others_waiting(office):
    broken, _ = agreed_and_sent(office)
    fine, _ = agreed_and_sent(office)
    (row,) = lying(office, broken)
    office.store.state.outbox[broken, row.message] = (replace(row, sealed=row.sealed[:-1] + b"x"), None)
    seen = []
    found = post(office, Tried("delivered"), Tried("delivered"), seen=seen)
    assert (found, len(seen), lying(office, fine)) == (Posted(delivered=1, impossible=1), 1, [])
    (row,) = lying(office, broken)
    assert row.due_at - office.now() > UNOPENED - timedelta(minutes=1)


def test_a_message_given_to_another_referral_or_case_is_not_carried(office):
    case, one = agreed_and_sent(office)
    other, two = agreed_and_sent(office, "mental_health_care", "share_with_mental_health")
    third = ask_for(office, case, "interpretation").referral
    assert third is None
    kept = office.store.state.copied()
    (mine,), (theirs,) = lying(office, case), lying(office, other)
    for row in (replace(mine, about=two.id), replace(mine, sealed=theirs.sealed), replace(mine, kind="revocation")):
        office.store.state.outbox = {(case, row.message): (row, None)}
        seen = []
        assert post(office, Tried("delivered"), seen=seen).delivered == 0
        assert seen == []
    office.store.state.outbox = kept.outbox
    assert referral_of(office, case, one.id).state == "sent"


def test_a_shredded_case_sends_nothing_any_more_not_even_what_a_worker_has(office):
    case, one = agreed_and_sent(office)
    agreed_and_sent(office)
    seen = []

    def carry(*given):
        seen.append(given)
        if len(seen) == 1:
            office.shred(case)
        return Tried("delivered")

    posting.post(office.desk, carry)
    assert len(seen) == (2 if seen[0][1] == one.id else 1)
    assert case not in {key[0] for key in office.store.state.outbox}


def receipts(office, one):
    return {
        "junk": b"<html>accepted</html>",
        "nothing": None,
        "empty": b"",
        "another's key": reply_of(office, one, "receive", signer=SIGNERS[COUNSEL]),
        "another message": reply_of(office, one, "receive", message=uuid4()),
        "another referral": reply_of(office, one, "receive", referral=uuid4()),
        "another word": reply_of(office, one, "accept"),
        "too old": reply_of(office, one, "receive", at=office.now().replace(year=2025)),
    }


def test_a_signed_receipt_says_that_the_service_has_it(office):
    case, one = agreed_and_sent(office)
    post(office, Tried("delivered", receipt=reply_of(office, one, "receive")))
    after = referral_of(office, case, one.id)
    assert (after.state, after.passed[-1].by) == ("received", "provider")
    assert len(entries_of(office, "referral:receive")) == 1


@pytest.mark.parametrize("which", ["junk", "nothing", "empty", *("another's key", "another message")])
def test_any_other_answer_counts_for_no_receipt(office, which):
    case, one = agreed_and_sent(office)
    post(office, Tried("delivered", receipt=receipts(office, one)[which]))
    assert (referral_of(office, case, one.id).state, lying(office, case)) == ("sent", [])


@pytest.mark.parametrize("which", ["another referral", "another word", "too old"])
def test_a_receipt_for_something_else_counts_for_nothing(office, which):
    case, one = agreed_and_sent(office)
    post(office, Tried("delivered", receipt=receipts(office, one)[which]))
    assert referral_of(office, case, one.id).state == "sent"


def test_a_key_that_nobody_confirmed_signs_no_receipt(office):
    case, one = agreed_and_sent(office)
    with_services(office, c=sidecar(CLINIC, confirmed=None))
    post(office, Tried("delivered", receipt=reply_of(office, one, "receive")))
    assert referral_of(office, case, one.id).state == "sent"


def test_no_way_of_delivery_tells_where_a_confidential_service_is(office):
    agreed_and_sent(office, "safe_accommodation", "share_with_accommodation", service=NORTH)
    seen = []
    post(office, seen=seen)
    assert ADDRESS not in repr(seen)
    assert ADDRESS.encode() not in seen[0][2]


def test_a_round_looks_at_clocks_and_messages_and_knows_when_to_come_again(office):
    case = a_case(office)
    assert go_round(office.desk, lambda *_: Tried("waiting"), set()).idle
    agreed_and_sent(office)
    found = go_round(office.desk, lambda *_: Tried("waiting"), set())
    assert (found.posted, found.idle) == (Posted(waiting=1), False)
    assert Round().idle
    assert pause(office.desk) == LONGEST_PAUSE
    office.shred(case)
    later(office, days=3)
    assert pause(office.desk) == 0.0
