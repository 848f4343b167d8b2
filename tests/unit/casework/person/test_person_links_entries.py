"""What becomes of a link is an entry with its case, and stands in the case."""

from dataclasses import replace

import pytest
from offices import asked
from person_desk import a_link, another_pin
from referral_desk import ADULT, entries_of

from nrm.casework.person import links
from nrm.casework.person.sessions import access_links
from nrm.casework.safe import OpenCase


def kept(office, case):
    def read(unit):
        opened = OpenCase.of(unit.cases.get(case), office.desk.keyring)
        return [one for _, one in access_links(unit, opened)]

    return office.store.run(read)


def test_making_opening_and_ending_a_link_are_entries_that_say_which_link(office):
    case = office.open(ADULT).case
    used, other = a_link(office, case), a_link(office, case)
    links.open_link(office.desk, used.token, used.pin)
    with pytest.raises(links.LinkRefusedError):
        links.open_link(office.desk, other.token, another_pin(other.pin))
    with pytest.raises(links.LinkRefusedError):
        links.open_link(office.desk, "no link", "000000")
    links.end_links(office.desk, asked(), case)
    assert [one.why or one.result for one in entries_of(office, "link:make")] == ["done", "done"]
    assert [(one.why or one.result, one.case is None) for one in entries_of(office, "link:open")] == [
        *(("done", False), ("wrong_credentials", False), ("wrong_credentials", True)),
    ]
    assert len(entries_of(office, "link:end")) == 1
    told = [event.details["link"] for event in office.history(case).events if "link" in event.details]
    assert told == [str(one.link) for one in (used, other, used, other)]


def test_the_case_says_when_a_link_was_opened_and_when_it_was_ended(office):
    case = office.open(ADULT).case
    used = a_link(office, case)
    assert [(one.opened, one.ended) for one in kept(office, case)] == [(None, None)]
    links.open_link(office.desk, used.token, used.pin)
    (one,) = kept(office, case)
    assert one.opened is not None
    links.end_links(office.desk, asked(), case)
    (one,) = kept(office, case)
    assert one.ended is not None
    assert links.end_links(office.desk, asked(), case) == 0


def test_ending_a_link_takes_its_record_away(office):
    case = office.open(ADULT).case
    a_link(office, case)
    links.end_links(office.desk, asked(), case)
    assert [key for key in office.store.state.registry if key[0] == links.LINKS.kind] == []


def test_one_pin_gives_another_proof_for_each_link(office, monkeypatch):
    case = office.open(ADULT).case
    monkeypatch.setattr(links.secrets, "randbelow", lambda _: 123456)
    made = [a_link(office, case) for _ in range(2)]
    assert {one.pin for one in made} == {"123456"}
    one, other = office.store.run(lambda unit: links.LINKS.listed(office.desk, unit))
    assert one.thing.proof != other.thing.proof


def test_a_link_is_over_at_the_very_moment_that_was_told(office):
    made = a_link(office, office.open(ADULT).case)
    with pytest.raises(links.LinkRefusedError):
        links.open_link(replace(office.desk, clock=lambda: made.until), made.token, made.pin)
