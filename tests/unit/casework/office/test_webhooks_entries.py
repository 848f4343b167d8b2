"""Every look at a webhook leaves an entry, nobody counts or sees another organisation's, and nothing waits for ever."""

import pytest
from offices import THEIRS, asked
from referral_desk import a_case, later

from nrm.casework.office import announcing, webhooks, webhooks_changed
from nrm.errors import UnknownNameError

URL, ELSEWHERE = "https://hooks.example.org/nrm", "https://hooks.example.org/other"
ADMIN, OTHERS = asked("administrator"), asked("administrator", THEIRS)


def hook(office, who=ADMIN, kinds=("decision.made",)):
    return webhooks.add_webhook(office.desk, who, URL, kinds, lambda _: None).hook


def kept(office, of, one):
    return office.store.run(lambda unit: of.get(office.desk, unit, one))


def suspend(office, one):
    """What a worker does when a webhook has not answered for days, with the state in which that leaves it."""

    def work(unit):
        held = announcing.HOOKS.get(office.desk, unit, one)
        suspended = held.thing.model_copy(update={"suspended": office.desk.clock()})
        announcing.HOOKS.change(office.desk, unit, held, suspended)
        state = announcing.HookState(due=office.desk.clock().replace(year=2030), attempts=9)
        announcing.STATES.add(office.desk, unit, one, state)

    office.store.run(work)


def test_whatever_is_done_with_a_webhook_is_one_entry(office):
    one = hook(office)
    webhooks.webhooks(office.desk, ADMIN)
    webhooks_changed.change_webhook(office.desk, ADMIN, one, 1, ELSEWHERE, None, lambda _: None)
    webhooks_changed.try_webhook(office.desk, ADMIN, one)
    webhooks.resume_webhook(office.desk, ADMIN, one)
    webhooks.remove_webhook(office.desk, ADMIN, one)
    assert office.said() == [
        (f"webhook:{verb}", "done") for verb in ("create", "read", "change", "change", "change", "remove")
    ]


def test_an_organisation_sees_and_counts_its_own_webhooks_only(office):
    theirs = {hook(office, OTHERS) for _ in range(webhooks.MOST)}
    ours = hook(office)
    assert [one.hook for one in webhooks.webhooks(office.desk, ADMIN)] == [ours]
    assert {one.hook for one in webhooks.webhooks(office.desk, OTHERS)} == theirs


def test_what_is_called_again_is_called_at_once_and_nothing_is_delivered_before(office):
    one = hook(office)
    suspend(office, one)
    with pytest.raises(webhooks_changed.SuspendedError):
        webhooks_changed.try_webhook(office.desk, ADMIN, one)
    a_case(office)
    assert webhooks.webhooks(office.desk, ADMIN)[0].waiting == 0
    shown = webhooks.resume_webhook(office.desk, ADMIN, one)
    assert (shown.suspended, shown.waiting) == (None, 0)
    assert kept(office, announcing.STATES, one) is None, "it would wait for years otherwise"
    a_case(office)
    assert webhooks.webhooks(office.desk, ADMIN)[0].waiting == 1


def test_resuming_what_was_not_suspended_changes_neither_its_version_nor_how_its_calls_go(office):
    one = hook(office)
    state = announcing.HookState(due=office.desk.clock(), attempts=3)
    office.store.run(lambda unit: announcing.STATES.add(office.desk, unit, one, state))
    assert webhooks.resume_webhook(office.desk, ADMIN, one).version == 1
    assert kept(office, announcing.STATES, one).thing == state


def test_what_is_removed_takes_the_state_of_its_calls_with_it(office):
    one = hook(office)
    suspend(office, one)
    webhooks.remove_webhook(office.desk, ADMIN, one)
    assert kept(office, announcing.STATES, one) is None


def test_it_is_the_new_address_that_is_looked_at(office):
    one = hook(office)

    def refuses(url):
        return "nobody may call that" if url == ELSEWHERE else None

    with pytest.raises(UnknownNameError, match="nobody may call that"):
        webhooks_changed.change_webhook(office.desk, ADMIN, one, 1, ELSEWHERE, None, refuses)
    assert kept(office, announcing.HOOKS, one).thing.url == URL


def test_a_message_waits_a_week_whether_it_happened_or_was_a_test(office):
    one = hook(office)
    a_case(office)
    webhooks_changed.try_webhook(office.desk, ADMIN, one)
    rows = [row for row in office.store.state.registry.values() if row.kind == announcing.MESSAGES.kind]
    waiting = {row.record: row.until for row in rows}
    for held in office.store.run(lambda unit: announcing.MESSAGES.listed(office.desk, unit, owner=one)):
        assert waiting.pop(held.thing.id) == held.thing.at + announcing.KEPT
    assert (waiting, len(rows)) == ({}, 2)
    later(office, days=8)
    assert office.desk.clock() > max(row.until for row in rows)


def test_every_webhook_hears_however_many_there_are(office, monkeypatch):
    monkeypatch.setattr(announcing, "AT_ONCE", 2)
    ours = [hook(office) for _ in range(5)]
    a_case(office)
    assert [one.waiting for one in webhooks.webhooks(office.desk, ADMIN)] == [1] * len(ours)


def test_a_rulebook_that_comes_into_force_is_told_to_every_organisation(office):
    hooks = [hook(office, who, ("rulebook.changed",)) for who in (ADMIN, OTHERS)]
    told = {"rulebook": "ab" * 32}
    office.store.run(lambda unit: announcing.announce(office.desk, unit, "rulebook:enforce", None, told, None))
    for one in hooks:
        (held,) = office.store.run(lambda unit, one=one: announcing.MESSAGES.listed(office.desk, unit, owner=one))
        assert (held.thing.subject, held.thing.case) == ("ab" * 32, None)


def test_an_entry_that_names_nothing_is_told_to_nobody(office):
    hook(office, kinds=("rulebook.changed",))
    office.store.run(lambda unit: announcing.announce(office.desk, unit, "rulebook:enforce", None, {}, None))
    assert webhooks.webhooks(office.desk, ADMIN)[0].waiting == 0
