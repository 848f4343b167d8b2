"""Which webhooks hear of what, in the same unit of work; who may add them; and what a message can never say."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import CANARIES, NOON, OURS, THEIRS, asked
from referral_desk import a_case, agree, agreed_and_sent, answers, ask_for, entries_of, later, tick
from small_directory import CLINIC

from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import NoSuchRecordError, StoreError
from nrm.casework.office import announcing, webhooks
from nrm.casework.referrals.services import organisation_of
from nrm.errors import Problem, UnknownNameError

URL = "https://hooks.example.org/nrm"
ADMIN = asked("administrator", who=UUID(int=50))
AT_CLINIC = asked("administrator", organisation_of(CLINIC), UUID(int=51))


def hook(office, *kinds, who=ADMIN, url=URL):
    return webhooks.add_webhook(office.desk, who, url, kinds or announcing.EVENT_KINDS, lambda _: None).hook


def waiting(office, of):
    def listed(unit):
        return [one.thing for one in announcing.MESSAGES.listed(office.desk, unit, owner=of)]

    return office.store.run(listed)


def kinds(office, of):
    return [one.kind for one in waiting(office, of)]


def test_the_keeper_hears_with_the_case_and_the_service_without_it(office):
    ours, clinics, others = hook(office), hook(office, who=AT_CLINIC), hook(office, who=asked("administrator", THEIRS))
    case, one = agreed_and_sent(office)
    answers(office, CLINIC, one.id, "accept")
    (sent,) = [each for each in waiting(office, ours) if each.kind == "referral.sent"]
    assert (sent.subject, sent.case) == (str(one.id), case)
    heard = [(each.kind, each.subject, each.case) for each in waiting(office, clinics)]
    assert ("referral.sent", str(one.id), None) in heard
    assert ("referral.accepted", str(one.id), None) in heard
    assert {kind.partition(".")[0] for kind, _, _ in heard} == {"referral"}
    assert waiting(office, others) == []


def test_a_draft_is_not_told_to_the_service(office):
    clinics = hook(office, who=AT_CLINIC)
    case, _ = agreed_and_sent(office, hold=True)
    agree(office, case, state="withdrawn")
    assert waiting(office, clinics) == []


def test_only_what_was_asked_for_is_told(office):
    one = hook(office, "referral.revoked", "consent.withdrawn")
    case, referral = agreed_and_sent(office)
    assert waiting(office, one) == []
    agree(office, case, state="withdrawn")
    assert sorted(kinds(office, one)) == ["consent.withdrawn", "referral.revoked"]
    assert str(referral.id) in {each.subject for each in waiting(office, one)}


def test_late_duties_are_told(office):
    one = hook(office, "duty.late", "duty.escalated")
    case = a_case(office)
    for _ in range(52):
        later(office, hours=1)
        tick(office)
    assert set(kinds(office, one)) == {"duty.late", "duty.escalated"}
    assert {each.case for each in waiting(office, one)} == {case}


def test_what_did_not_happen_is_told_to_nobody(office):
    one = hook(office, "decision.made")
    case = office.open().case
    office.desk = replace(office.desk, after=_breaks)
    with pytest.raises(StoreError):
        office.decide(case)
    assert waiting(office, one) == []
    with pytest.raises(NotPermittedError):
        office.decide(case, who=asked("overseer"))
    assert waiting(office, one) == []


def _breaks(_unit, _result):
    raise StoreError(Problem("store", 0, "it was broken by a test"))


def test_a_message_says_nothing_but_a_kind_a_moment_and_random_identifiers(office):
    one = hook(office)
    case = a_case(office)
    agree(office, case)
    ask_for(office, case)
    for message in waiting(office, one):
        sent = json.loads(announcing.body(message))
        assert sent.keys() == {"id", "type", "timestamp", "data"}
        assert sent["data"].keys() == {"subject", "case"}
        UUID(sent["data"]["subject"])
        assert sent["data"]["case"] == str(case)
        assert not [canary for canary in CANARIES if canary in announcing.body(message).decode()]


def test_the_secret_is_told_once_and_the_address_is_sealed(office):
    made = webhooks.add_webhook(office.desk, ADMIN, URL, ["duty.late"], lambda _: None)
    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(made)
    (shown,) = webhooks.webhooks(office.desk, ADMIN)
    assert (shown.url, shown.kinds, shown.waiting, shown.suspended) == (URL, ("duty.late",), 0, None)
    assert not hasattr(shown, "secret")
    assert "hooks.example.org" not in repr(vars(office.store.state))
    assert b"hooks.example.org" not in b"".join(office.leaves())


def test_every_fault_is_told_at_once_and_the_address_is_not_repeated(office):
    with pytest.raises(UnknownNameError) as refused:
        webhooks.add_webhook(office.desk, ADMIN, "https://CanaryUser@x", ["duty.layt"], lambda _: "not that host")
    assert [one.file for one in refused.value.problems] == ["events", "url"]
    assert "duty.late" in str(refused.value)
    assert "CanaryUser" not in str(refused.value)
    with pytest.raises(UnknownNameError, match="no event is named"):
        webhooks.add_webhook(office.desk, ADMIN, URL, [], lambda _: None)


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "provider", "overseer", "coordinator", "person"])
def test_only_administrators_have_to_do_with_webhooks(office, role):
    one = hook(office)
    who = asked(role)
    for attempt in (
        lambda: hook(office, who=who),
        lambda: webhooks.webhooks(office.desk, who),
        lambda: webhooks.remove_webhook(office.desk, who, one),
        lambda: webhooks.resume_webhook(office.desk, who, one),
    ):
        with pytest.raises(NotPermittedError):
            attempt()


def test_a_webhook_of_another_organisation_is_none(office):
    one = hook(office)
    other = asked("administrator", THEIRS)
    assert webhooks.webhooks(office.desk, other) == []
    for attempt in (webhooks.remove_webhook, webhooks.resume_webhook):
        with pytest.raises(NoSuchRecordError):
            attempt(office.desk, other, one)


def test_what_is_removed_takes_what_waits_with_it(office):
    one = hook(office, "decision.made")
    a_case(office)
    assert len(waiting(office, one)) == 1
    webhooks.remove_webhook(office.desk, ADMIN, one)
    assert {row.kind for row in office.store.state.registry.values()} & {"hook", "hook_message", "hook_state"} == set()
    a_case(office)
    assert waiting(office, one) == []
    assert [entry.result for entry in entries_of(office, "webhook:remove")] == ["done"]


def test_an_organisation_has_no_more_than_so_many(office):
    for _ in range(webhooks.MOST):
        hook(office)
    with pytest.raises(webhooks.TooManyError):
        hook(office)
    hook(office, who=AT_CLINIC)


def test_a_webhook_that_cannot_be_opened_stops_nobodys_help_nor_another_webhook(office):
    broken, sound = hook(office), hook(office)
    registry = office.store.state.registry
    registry["hook", broken] = replace(registry["hook", broken], sealed=registry["hook", sound].sealed)
    a_case(office)
    assert waiting(office, broken) == []
    assert "decision.made" in kinds(office, sound)


@given(moments=st.lists(st.integers(0, 10**12), min_size=2, max_size=20, unique=True))
def test_identifiers_of_messages_sort_by_time(moments):
    moments = sorted(moments)
    made = [announcing.in_time(NOON + timedelta(milliseconds=one)) for one in moments]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {made[0].variant}
    assert OURS not in made
