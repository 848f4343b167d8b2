"""Who comes in by a link and a PIN, and who does not."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import THEIRS, asked
from person_desk import a_link, a_session, another_pin, come_in
from referral_desk import ADULT, CHILD, a_case, later, said

from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.person import links, reading, sessions
from nrm.errors import UnknownNameError


def refused(office, token, pin):
    with pytest.raises(links.LinkRefusedError) as told:
        links.open_link(office.desk, token, pin)
    return str(told.value)


def test_a_link_opens_once_with_its_pin_and_never_again(office):
    case = a_case(office)
    made = a_link(office, case)
    begun = links.open_link(office.desk, made.token, made.pin)
    assert reading.own_consents(office.desk, begun.token) == []
    refused(office, made.token, made.pin)
    assert said(office)[-3:] == [
        *(("link:open", "done"), ("consent:read", "done"), ("link:open", "wrong_credentials")),
    ]


def test_the_fifth_wrong_pin_destroys_a_link_and_the_fourth_does_not(office):
    case = a_case(office)
    kept, lost = a_link(office, case), a_link(office, case)
    for made, wrong in ((kept, 4), (lost, 5)):
        for _ in range(wrong):
            refused(office, made.token, another_pin(made.pin))
    assert links.open_link(office.desk, kept.token, kept.pin).speaks == "person"
    refused(office, lost.token, lost.pin)
    assert {row.record for row in office.store.state.registry.values() if row.kind == "link"} == set()


def test_a_wrong_pin_and_no_link_and_a_used_one_are_told_alike(office):
    case = a_case(office)
    made, used = a_link(office, case), a_link(office, case)
    links.open_link(office.desk, used.token, used.pin)
    told = {
        refused(office, made.token, another_pin(made.pin)),
        refused(office, "x" * 43, made.pin),
        refused(office, used.token, used.pin),
        refused(office, "", ""),
        refused(office, "é\0" * 9, "١٢٣٤٥٦"),
    }
    assert len(told) == 1
    assert made.token not in told.pop()


def test_whatever_is_asked_the_pin_is_hashed_exactly_once(office, monkeypatch):
    case = a_case(office)
    made = a_link(office, case)
    hashed = []
    monkeypatch.setattr(links, "_proof", lambda *given: hashed.append(given) or "00")
    for token, pin in ((made.token, made.pin), ("unknown", made.pin)):
        hashed.clear()
        refused(office, token, pin)
        assert hashed == [(token, pin)]


def test_many_who_guess_at_the_same_time_have_no_more_guesses_than_one(office, monkeypatch):
    case = a_case(office)
    made = a_link(office, case)
    looked = []
    real = links.hmac.compare_digest
    monkeypatch.setattr(links.hmac, "compare_digest", lambda *both: looked.append(both) or real(*both))

    def guess():
        refused(office, made.token, another_pin(made.pin))

    guessers = [threading.Thread(target=guess) for _ in range(12)]
    for one in guessers:
        one.start()
    for one in guessers:
        one.join()
    assert len(looked) <= links.MOST_GUESSES
    refused(office, made.token, made.pin)


def test_a_link_is_over_after_its_days(office):
    case = a_case(office)
    made = a_link(office, case, days=2)
    later(office, days=2)
    refused(office, made.token, made.pin)


@pytest.mark.parametrize("days", [0, 31, -1])
def test_a_link_lasts_one_to_thirty_days(office, days):
    case = a_case(office)
    with pytest.raises(UnknownNameError, match="1 to 30"):
        a_link(office, case, days=days)


@pytest.mark.parametrize(("who", "error"), [("coordinator", NotPermittedError), ("person", NotPermittedError)])
def test_only_those_who_keep_the_case_make_links(office, who, error):
    case = a_case(office)
    with pytest.raises(error):
        a_link(office, case, who=asked(who))
    with pytest.raises(NoSuchCaseError):
        a_link(office, case, who=asked(organisation=THEIRS))


def test_shredding_the_case_kills_links_and_sessions(office):
    case, session = a_session(office)
    made = a_link(office, case)
    office.shred(case)
    refused(office, made.token, made.pin)
    with pytest.raises(sessions.SessionOverError):
        reading.own_plan(office.desk, session)


def test_who_keeps_the_case_can_end_every_link_and_session(office):
    case, session = a_session(office)
    made = a_link(office, case)
    assert links.end_links(office.desk, asked(), case) == 2
    refused(office, made.token, made.pin)
    with pytest.raises(sessions.SessionOverError):
        reading.own_consents(office.desk, session)


def test_a_session_ends_after_half_an_hour_of_silence_and_not_before(office):
    _, session = a_session(office)
    for _ in range(3):
        later(office, minutes=29)
        reading.own_consents(office.desk, session)
    later(office, minutes=31)
    with pytest.raises(sessions.SessionOverError):
        reading.own_consents(office.desk, session)
    assert said(office)[-1] == ("consent:read", "session_over")


def test_no_session_lasts_longer_than_four_hours(office):
    _, session = a_session(office)
    for _ in range(11):
        later(office, minutes=20)
        reading.own_consents(office.desk, session)
    later(office, minutes=20)
    with pytest.raises(sessions.SessionOverError):
        reading.own_consents(office.desk, session)


def test_whoever_leaves_has_left(office):
    _, session = a_session(office)
    sessions.leave(office.desk, session)
    with pytest.raises(sessions.SessionOverError):
        sessions.leave(office.desk, session)


def test_a_guardian_comes_in_only_where_the_plan_tells_a_guardian(office):
    child = a_case(office, CHILD)
    assert come_in(office, child, "guardian")
    adult = a_case(office, ADULT)
    with pytest.raises(links.NoGuardianError):
        a_link(office, adult, "guardian")


def test_a_guardians_session_ends_when_the_plan_tells_no_guardian_any_more(office):
    case = a_case(office, CHILD)
    session = come_in(office, case, "guardian")
    own = come_in(office, case)
    office.amend(case, 1, ADULT)
    office.decide(case)
    with pytest.raises(sessions.SessionOverError):
        reading.own_plan(office.desk, session)
    assert reading.own_plan(office.desk, own) is not None


def test_neither_token_nor_pin_stands_in_the_store_or_in_the_log(office):
    case = a_case(office)
    made = a_link(office, case)
    begun = links.open_link(office.desk, made.token, made.pin)
    everything = repr(vars(office.store.state)) + repr(office.leaves())
    for secret in (made.token, begun.token):
        assert secret not in everything
    assert made.pin not in repr(made)
    assert begun.token not in repr(begun)


def test_entries_of_a_person_have_no_pseudonym_of_anybody(office):
    _, session = a_session(office)
    reading.own_consents(office.desk, session)
    last = office.entries()[-1]
    assert (last.role, last.actor, last.organisation) == ("person", None, None)
    assert last.case is not None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(guesses=st.lists(st.booleans(), min_size=1, max_size=8))
def test_a_link_opens_exactly_if_its_pin_comes_among_the_first_five_guesses(office, guesses):
    case = a_case(office)
    made = a_link(office, case)
    opened = []
    for right in guesses:
        try:
            links.open_link(office.desk, made.token, made.pin if right else another_pin(made.pin))
            opened.append(True)
        except links.LinkRefusedError:
            opened.append(False)
    first = guesses.index(True) if True in guesses[:5] else None
    assert opened == [place == first for place in range(len(guesses))]


def test_a_clock_that_was_put_back_opens_no_session(office):
    _, session = a_session(office)
    later(office, hours=-2)
    with pytest.raises(sessions.SessionOverError):
        reading.own_consents(office.desk, session)
