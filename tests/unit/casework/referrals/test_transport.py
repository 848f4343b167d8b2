"""A confidential address: one official learns it, after the service said yes, and it stands nowhere else."""

from uuid import UUID, uuid4

import pytest
from offices import THEIRS, asked
from referral_desk import (
    agreed_and_sent,
    answers,
    clocks,
    entries_of,
    of_service,
    post,
    referral_of,
    said,
    tasks,
)
from small_directory import ADDRESS, NORTH, SOUTH

from nrm.casework.asked import ROLES, NotPermittedError
from nrm.casework.clocks.posting import Tried
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals.transport import name_transporter, whereabouts
from nrm.errors import NrmError

DRIVER = UUID(int=44)
HOME_FOR = ("safe_accommodation", "share_with_accommodation")


def sheltered(office, *verbs, service=NORTH):
    case, one = agreed_and_sent(office, *HOME_FOR, service=service)
    for verb in verbs:
        answers(office, service, one.id, verb)
    return case, one


def name(office, case, one, who=DRIVER, by=None):
    name_transporter(office.desk, by or asked(), case, one.id, who)


def where(office, case, one, who=DRIVER, **more):
    return whereabouts(office.desk, asked(who=who, **more), case, one.id)


def test_the_one_who_brings_the_person_learns_where_it_is_and_each_time_is_on_the_log(office):
    case, one = sheltered(office, "accept")
    assert tasks(office, case).count("confidential_transport") == 1
    name(office, case, one)
    for _ in range(2):
        told = where(office, case, one)
        assert ADDRESS not in repr(told) + str(told)
        assert told.get_secret_value() == ADDRESS
    assert len(entries_of(office, "directory:read")) == 2
    assert entries_of(office, "case:assign")[0].role == "caseworker"
    answers(office, NORTH, one.id, "start")
    assert where(office, case, one).get_secret_value() == ADDRESS


def test_it_stands_in_no_entry_message_task_row_error_or_history(office):
    case, one = sheltered(office, "accept")
    name(office, case, one)
    where(office, case, one)
    seen = []
    post(office, Tried("delivered"), seen=seen)
    with pytest.raises(NrmError) as caught:
        where(office, case, one, who=UUID(int=45))
    store = repr(vars(office.store.state))
    everything = [store, b"".join(office.leaves()).decode(), repr(seen), repr(caught.value), str(caught.value)]
    everything += [repr(referral_of(office, case, one.id)), repr(clocks(office, case)), repr(office.history(case))]
    assert not [one for one in everything if ADDRESS in one or "CanaryHideaway" in one]


@pytest.mark.parametrize("verbs", [(), ("receive",), ("decline",), ("accept", "complete"), ("accept", "decline")])
def test_nobody_learns_it_before_the_service_said_yes_or_when_it_is_over(office, verbs):
    case, one = agreed_and_sent(office, *HOME_FOR, service=NORTH)
    for verb in verbs:
        answers(office, NORTH, one.id, verb, "no_capacity" if verb == "decline" else None)
        if verb == "accept":
            name(office, case, one)
    with pytest.raises(NotPermittedError, match="has not accepted"):
        where(office, case, one)
    assert said(office)[-1] == ("directory:read", "not_permitted")
    with pytest.raises(NotPermittedError, match="has not accepted"):
        name(office, case, one)
    assert said(office)[-1] == ("case:assign", "not_permitted")


def test_everybody_else_is_told_nothing_whoever_named_the_driver_too(office):
    case, one = sheltered(office, "accept")
    with pytest.raises(NotPermittedError):
        where(office, case, one)  # nobody was named yet
    name(office, case, one)
    for role, who in (("caseworker", asked().who), ("supervisor", uuid4())):
        with pytest.raises(NotPermittedError):
            where(office, case, one, who=who, role=role)
        assert said(office)[-1] == ("directory:read", "not_assigned")
    name(office, case, one, UUID(int=45))
    with pytest.raises(NotPermittedError):
        where(office, case, one)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"caseworker", "supervisor"}))
def test_those_who_keep_no_case_learn_it_not_even_when_they_say_that_they_are_the_driver(office, role):
    case, one = sheltered(office, "accept")
    name(office, case, one)
    with pytest.raises(NotPermittedError) as caught:
        where(office, case, one, role=role)
    if role == "provider":
        assert said(office)[-1] == ("directory:read", "not_permitted")
    assert (caught.value.why, said(office)[-1]) == ("not_permitted", ("directory:read", "not_permitted"))
    with pytest.raises(NotPermittedError):
        name(office, case, one, by=asked(role))


def test_another_organisation_or_another_case_hears_of_no_such_thing(office):
    case, one = sheltered(office, "accept")
    name(office, case, one)
    with pytest.raises(NoSuchCaseError):
        where(office, case, one, organisation=THEIRS)
    assert said(office)[-1] == ("directory:read", "other_organisation")
    with pytest.raises(NotPermittedError):
        whereabouts(office.desk, of_service(NORTH), case, one.id)
    other, _ = sheltered(office)
    for does in (where, name):
        with pytest.raises(NoSuchReferralError):
            does(office, other, one)
        assert said(office)[-1][1] == "not_found"


def test_a_service_whose_place_is_open_has_no_secret_and_no_task(office):
    case, one = sheltered(office, "accept", service=SOUTH)
    assert "confidential_transport" not in tasks(office, case)
    name(office, case, one)
    assert where(office, case, one) is None
