"""A webhook that is changed or tried out: by whom, from which version, and what arrives then."""

import json
from uuid import UUID

import pytest
from offices import THEIRS, asked
from referral_desk import a_case

from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import NoSuchRecordError, StaleVersionError
from nrm.casework.office import announcing, webhooks, webhooks_changed
from nrm.errors import UnknownNameError

URL, ELSEWHERE = "https://hooks.example.org/nrm", "https://hooks.example.org/other"
ADMIN = asked("administrator", who=UUID(int=50))
OTHERS = asked("administrator", THEIRS)


def hook(office, *kinds):
    return webhooks.add_webhook(office.desk, ADMIN, URL, kinds or ("duty.late",), lambda _: None).hook


def change(office, one, seen=1, url=None, kinds=None, who=ADMIN, why=None):
    return webhooks_changed.change_webhook(office.desk, who, one, seen, url, kinds, lambda _: why)


def waiting(office):
    return [one.thing for one in office.store.run(lambda unit: announcing.MESSAGES.listed(office.desk, unit))]


def kept(office):
    (one,) = office.store.run(lambda unit: announcing.HOOKS.listed(office.desk, unit))
    return one.thing


def test_what_is_not_named_stays_and_so_does_the_secret(office):
    one = hook(office)
    before = kept(office)
    assert change(office, one, url=ELSEWHERE).url == ELSEWHERE
    assert change(office, one, 2, kinds=["decision.made", "glass.broken"]).version == 3
    after = kept(office)
    assert (after.url, set(after.kinds), after.secret) == (ELSEWHERE, {"decision.made", "glass.broken"}, before.secret)
    a_case(office)
    assert [message.kind for message in waiting(office)] == ["decision.made"]
    assert office.said().count(("webhook:change", "done")) == 2


@pytest.mark.parametrize(("kinds", "why"), [(["case.read"], None), ([], None), (None, "nobody may call that")])
def test_what_could_not_be_added_can_not_be_changed_to(office, kinds, why):
    one = hook(office)
    with pytest.raises(UnknownNameError):
        change(office, one, url=ELSEWHERE, kinds=kinds, why=why)
    assert (kept(office).url, kept(office).kinds) == (URL, ("duty.late",))


def test_a_change_names_the_version_that_was_seen(office):
    one = hook(office)
    change(office, one, url=ELSEWHERE)
    with pytest.raises(StaleVersionError):
        change(office, one, url=URL)
    assert office.said()[-1] == ("webhook:change", "conflict")


def test_only_an_administrator_of_the_organisation_changes_and_tries_it(office):
    one = hook(office)
    for who, error in ((OTHERS, NoSuchRecordError), (asked("supervisor"), NotPermittedError)):
        with pytest.raises(error):
            change(office, one, url=ELSEWHERE, who=who)
        with pytest.raises(error):
            webhooks_changed.try_webhook(office.desk, who, one)
    assert (kept(office).url, waiting(office)) == (URL, [])


def test_a_test_names_the_webhook_alone(office):
    one = hook(office)
    message = webhooks_changed.try_webhook(office.desk, ADMIN, one)
    (found,) = waiting(office)
    assert found.id == message
    told = json.loads(announcing.body(found))
    assert (told["type"], told["data"]) == ("webhook.test", {"subject": str(one)})
    assert "webhook.test" not in announcing.EVENT_KINDS, "nobody subscribes to it"
