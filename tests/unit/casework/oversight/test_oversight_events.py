"""Events are found in the published log as it stands, page by page, and whoever looks says why."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from decision_bundles import OVERSEER, overseer
from fakes import write_rulebook
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ANNA, NOON, THEIRS, asked, new_office

from nrm.audit.actions import OVERSIGHT_REASONS
from nrm.audit.entries import published_leaves, sketch
from nrm.audit.entry import decode
from nrm.audit.errors import EntryRefusedError, LogError
from nrm.audit.pseudonyms import actor_pseudonym
from nrm.audit.source import DirectorySource
from nrm.bootstrap import Application
from nrm.bootstrap_store import FileBooks
from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.oversight import events
from nrm.casework.oversight.events import Wanted, find, search_events, whose
from nrm.errors import UnknownNameError

SMALL = "facts: {signs: [debt]}\n"


def filled(folder):
    """Two officials, some reading, a denial and a case that there is not: 300 entries and more."""
    office = new_office(folder, books=FileBooks(Application(write_rulebook(folder / "book"))))
    bo = asked("supervisor", who=uuid4())
    case = office.open(SMALL).case
    for at in range(150):
        office.read(case, "facts", who=bo if at % 3 else None)
        office.history(case)
    for _ in range(3):
        with pytest.raises(NotPermittedError):
            office.read(case, "facts", who=asked("administrator"))
        with pytest.raises(NoSuchCaseError):
            office.read(uuid4(), "facts")
    office.sequencer.run()
    return office


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("busy"))


@pytest.fixture(scope="module")
def entries(busy):
    log = DirectorySource(busy.log)
    return list(enumerate(decode(leaf) for leaf in published_leaves(log, 0, 307)))


def pseudonym(office, who):
    return actor_pseudonym(office.desk.actor_key, "actor", who)


WANTED = {
    "actor": lambda office: Wanted(actor=pseudonym(office, ANNA)),
    "nobody": lambda _: Wanted(actor="0" * 32),
    "action": lambda _: Wanted(action="group:read"),
    "action with its source": lambda _: Wanted(action="cli:case:read"),
    "action from elsewhere": lambda _: Wanted(action="api:case:read"),
    "denied": lambda _: Wanted(result="denied"),
    "not found": lambda _: Wanted(why="not_found"),
    "a window": lambda _: Wanted(since=NOON + timedelta(seconds=20), until=NOON + timedelta(seconds=40)),
    "before all": lambda _: Wanted(until=NOON - timedelta(days=1)),
    "all": lambda _: Wanted(),
}


def expected(entries, wanted):
    def fits(one):
        return (
            (wanted.actor in {None, one.actor})
            and (wanted.action in {None, one.action, one.action.removeprefix("cli:")})
            and (wanted.result in {None, one.result})
            and (wanted.why in {None, one.why})
            and (wanted.since is None or one.time >= wanted.since)
            and (wanted.until is None or one.time < wanted.until)
        )

    return [(place, one) for place, one in entries if fits(one)]


@pytest.mark.parametrize("wanted", WANTED.values(), ids=list(WANTED))
def test_what_is_found_is_what_fits_and_all_of_it(busy, entries, wanted):
    asked_for = wanted(busy)
    found = find(DirectorySource(busy.log), asked_for, most=1000)
    assert list(found.events) == expected(entries, asked_for)
    assert (found.after, found.size) == (None, 307)


@settings(max_examples=30, deadline=None)
@given(most=st.integers(1, 120), scanned=st.integers(1, 300), name=st.sampled_from(list(WANTED)))
def test_page_by_page_nothing_is_lost_and_nothing_comes_twice(busy, entries, most, scanned, name):
    asked_for, pages, after = WANTED[name](busy), [], -1
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(events, "MOST_SCANNED", scanned)
        while after is not None:
            found = find(DirectorySource(busy.log), asked_for, after, most)
            assert len(found.events) <= most
            pages += found.events
            after = found.after
    assert pages == expected(entries, asked_for)


def test_behind_the_end_there_is_nothing(busy):
    for after in (306, 307, 10_000):
        assert find(DirectorySource(busy.log), Wanted(), after).events == ()


@pytest.fixture
def office(tmp_path):
    made = new_office(tmp_path, books=FileBooks(Application(write_rulebook(tmp_path / "book"))))
    made.open(SMALL)
    made.sequencer.run()
    return made


@pytest.mark.parametrize("reason", OVERSIGHT_REASONS)
def test_that_somebody_searched_and_why_is_an_entry(office, reason):
    found = search_events(office.desk, overseer(), DirectorySource(office.log), Wanted(), reason)
    assert [one.action for _, one in found.events] == ["cli:case:open"]
    entry = office.entries()[-1]
    assert (entry.action, entry.purpose, entry.basis, entry.role) == (
        "cli:event:search",
        reason,
        "oversight",
        "overseer",
    )
    assert entry.actor == pseudonym(office, OVERSEER)


def test_who_may_not_or_says_no_reason_sees_nothing(office):
    log = DirectorySource(office.log)
    with pytest.raises(NotPermittedError):
        search_events(office.desk, asked(), log, Wanted(), "complaint")
    assert office.said()[-1] == ("event:search", "not_permitted")
    with pytest.raises(UnknownNameError):
        search_events(office.desk, overseer(), log, Wanted(), "curiosity")
    assert len(office.entries()) == 2


def test_that_somebody_searched_is_an_entry_before_anything_is_read(office, tmp_path):
    with pytest.raises(LogError):
        search_events(office.desk, overseer(), DirectorySource(tmp_path / "gone"), Wanted(), "complaint")
    assert office.said()[-1] == ("event:search", "done")


WRONG = [
    Wanted(actor="Ana Canary"),
    Wanted(actor="A" * 32),
    Wanted(case="0" * 31),
    Wanted(organisation="Canary"),
    Wanted(action="group:steal"),
    Wanted(result="maybe"),
    Wanted(why="because"),
]


@pytest.mark.parametrize("wanted", WRONG)
def test_what_no_entry_can_have_is_refused_before_anything_is_read(office, wanted):
    with pytest.raises(UnknownNameError) as caught:
        search_events(office.desk, overseer(), DirectorySource(office.log), wanted, "complaint")
    assert "anary" not in str(caught.value)
    assert len(office.entries()) == 1


def test_every_fault_of_a_question_is_said_at_once(office):
    wanted = replace(Wanted(action="x", result="y"), case="z")
    with pytest.raises(UnknownNameError) as caught:
        search_events(office.desk, overseer(), DirectorySource(office.log), wanted, "complaint")
    assert [one.file for one in caught.value.problems] == ["action", "case", "result"]


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_a_pseudonym_is_told_apart_among_accounts_and_that_it_was_asked_is_an_entry(office, role):
    others = [uuid4() for _ in range(5)]
    who = asked(role, who=others[0])
    assert whose(office.desk, who, [*others, ANNA], pseudonym(office, ANNA)) == ANNA
    assert whose(office.desk, who, others, pseudonym(office, ANNA)) is None
    assert office.said()[-2:] == [("user:reveal", "done")] * 2
    assert office.entries()[-1].basis == "oversight"


@pytest.mark.parametrize("role", ["overseer", "caseworker", "provider", "coordinator"])
def test_nobody_else_is_told_who_an_official_is(office, role):
    with pytest.raises(NotPermittedError):
        whose(office.desk, asked(role, organisation=THEIRS), [ANNA], pseudonym(office, ANNA))
    assert office.said()[-1] == ("user:reveal", "not_permitted")


def test_a_pseudonym_that_is_none_is_refused_unseen(office):
    with pytest.raises(UnknownNameError) as caught:
        whose(office.desk, asked("supervisor"), [ANNA], "Canary")
    assert "Canary" not in str(caught.value)


@pytest.mark.parametrize(
    "leaf", [b"", b"[]", b"7", b"{}", b"\xff", b'{"time":1,"action":"a","result":"b"}', b"[" * 9000]
)
def test_what_is_no_entry_is_refused_quickly_too(leaf):
    with pytest.raises(EntryRefusedError):
        sketch(leaf)
