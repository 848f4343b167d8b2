"""What uses a link up or ends it counts at once, whatever becomes of the process that looks at it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import asked, new_office
from person_desk import a_link, another_pin, come_in
from referral_desk import ADULT, CHILD, a_case

from nrm.access.decide import Policies
from nrm.access.shipped import texts
from nrm.casework.asked import NotPermittedError
from nrm.casework.items import ACCESS_LINK
from nrm.casework.person import links, reading, sessions
from nrm.casework.person.links import MOST_GUESSES, LinkRefusedError


class PowerCutError(Exception):
    """The machine stopped."""


class OneUnit:
    """A store that commits one unit of work, and then the machine stops."""

    def __init__(self, store):
        self._store = store
        self._ran = False

    def run(self, work):
        if self._ran:
            raise PowerCutError
        self._ran = True
        return self._store.run(work)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """An office with one case, for all examples."""
    office = new_office(tmp_path_factory.mktemp("office"))
    return office, office.open(ADULT).case


@settings(max_examples=12, deadline=None)
@given(cut=st.lists(st.booleans(), min_size=0, max_size=MOST_GUESSES + 2))
def test_a_guess_that_broke_off_is_a_guess(kept, cut):
    """`cut` says of each wrong guess whether the machine stops before anybody looks at it."""
    office, case = kept
    made = a_link(office, case)
    for broken in cut:
        desk = replace(office.desk, store=OneUnit(office.store)) if broken else office.desk
        with pytest.raises(PowerCutError if broken else LinkRefusedError):
            links.open_link(desk, made.token, another_pin(made.pin))
    if len(cut) < MOST_GUESSES:
        assert links.open_link(office.desk, made.token, made.pin).speaks == "person"
    else:
        with pytest.raises(LinkRefusedError):
            links.open_link(office.desk, made.token, made.pin)


def test_a_link_that_was_ended_opens_nothing_though_its_record_survives(office):
    case = office.open(ADULT).case
    made = a_link(office, case)
    before = {key: row for key, row in office.store.state.registry.items() if key[0] == links.LINKS.kind}
    assert links.end_links(office.desk, asked(), case) == 1
    office.store.state.registry.update(before)
    with pytest.raises(LinkRefusedError):
        links.open_link(office.desk, made.token, made.pin)


def test_a_guardians_link_from_before_opens_nothing_when_the_plan_tells_no_guardian_any_more(office):
    case = a_case(office, CHILD)
    made = a_link(office, case, "guardian")
    office.amend(case, 1, ADULT)
    office.decide(case)
    with pytest.raises(LinkRefusedError):
        links.open_link(office.desk, made.token, made.pin)
    assert not [key for key in office.store.state.registry if key[0] == "person_session"]


def test_a_session_whose_link_is_gone_opens_nothing(office):
    session = come_in(office, office.open(ADULT).case)
    assert reading.own_consents(office.desk, session) == []
    for key in [key for key, row in office.store.state.items.items() if row.kind == ACCESS_LINK]:
        del office.store.state.items[key]
    with pytest.raises(sessions.SessionOverError):
        reading.own_consents(office.desk, session)


def test_where_the_policies_let_nobody_in_no_link_opens_and_no_session_reads(office, monkeypatch):
    case = office.open(ADULT).case
    made, session = a_link(office, case), come_in(office, case)
    schema, files = texts()
    fewer = Policies(schema, {name: text for name, text in files.items() if name != "person.cedar"})
    monkeypatch.setattr("nrm.casework.asked.shipped", lambda: fewer)
    for attempt in (
        lambda: links.open_link(office.desk, made.token, made.pin),
        lambda: reading.own_consents(office.desk, session),
    ):
        with pytest.raises(NotPermittedError) as denied:
            attempt()
        assert denied.value.why == "not_permitted"
    sessions.leave(office.desk, session)
