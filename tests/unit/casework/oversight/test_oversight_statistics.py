"""Statistics of access are counts of entries: against counting by hand, for any log and any window."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from decision_bundles import overseer
from fakes import write_rulebook
from hypothesis import given
from hypothesis import strategies as st
from offices import asked, new_office

from nrm.audit.actions import ACTIONS, REASONS
from nrm.audit.entry import Entry, Words, encode
from nrm.audit.errors import EntryRefusedError, LogError
from nrm.audit.source import DirectorySource
from nrm.bootstrap import Application
from nrm.bootstrap_store import FileBooks
from nrm.casework.asked import NotPermittedError, OtherOrganisationError
from nrm.casework.oversight.access_statistics import Done, Row, access_statistics, count_access
from nrm.errors import UnknownNameError

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
GROUPS = ("account", "facts", "identity")
WORDS = Words(frozenset({"caseworker", "supervisor", "person"}), frozenset(GROUPS), frozenset())
TOLD = ("group:read", "group:change", "case:open", "decision:make", "glass:break", "glass:end", "alarm:raise")
OFTEN = [f"cli:{verb}" for verb in (*TOLD, "duty:late", "duty:escalate", "duty:done", "case:list")]


@st.composite
def an_entry(draw):
    action = draw(st.sampled_from(OFTEN) | st.sampled_from(ACTIONS))
    result = draw(st.sampled_from(["done", "done", "denied", "failed"]))
    groups = draw(st.lists(st.sampled_from(GROUPS), unique=True, min_size=":group:" in action))
    role = draw(st.sampled_from(["caseworker", "supervisor", "person", None]))
    own = role == "person"
    return Entry(
        event=uuid4(),
        time=BEGIN + timedelta(hours=draw(st.integers(0, 96))),
        action=action,
        result=result,
        why=draw(st.sampled_from(REASONS[result])) if result != "done" else None,
        actor=None if own else draw(st.sampled_from(["a" * 32, "b" * 32, None])),
        role=role,
        organisation=None if own else draw(st.sampled_from(["c" * 32, None])),
        groups=tuple(sorted(groups)),
        basis=draw(st.sampled_from([None, "break_glass", "consent"])),
    )


WINDOWS = st.none() | st.integers(-5, 100).map(lambda hours: BEGIN + timedelta(hours=hours))


def by_hand(entries, since, until):
    """The same counts, one question at a time."""
    there = [one for one in entries if (not since or one.time >= since) and (not until or one.time < until)]
    verb = {one.event: one.action.split(":", 1)[1] for one in there}
    done = [one for one in there if one.result == "done"]
    rows = {}
    for one in there:
        row = Row(f"{one.time:%Y-%m-%d}", one.actor, one.role, one.organisation)
        if one.result == "denied":
            rows.setdefault(row, Done()).denied += 1
        elif one.result == "done" and one.groups:
            writes = verb[one.event] in ("case:open", "group:change")
            rows.setdefault(row, Done()).written += writes
            rows[row].opened += not writes
            rows[row].groups += 0 if writes else len(one.groups)
            rows[row].glass += one.basis == "break_glass" and not writes
    return {
        "entries": len(there),
        "rows": rows,
        "denied": Counter(one.why for one in there if one.result == "denied"),
        "failed": Counter(one.why for one in there if one.result == "failed"),
        "watched": Counter(verb[one.event] for one in done if verb[one.event].startswith(("glass:", "alarm:"))),
        "missed": Counter(verb[one.event] for one in done if verb[one.event] in ("duty:late", "duty:escalate")),
    }


@given(entries=st.lists(an_entry(), max_size=40), since=WINDOWS, until=WINDOWS)
def test_it_counts_what_counting_by_hand_counts(entries, since, until):
    found = count_access((encode(one, WORDS) for one in entries), since, until)
    assert vars(found) == by_hand(entries, since, until)


@given(entries=st.lists(an_entry(), max_size=30), cut=st.integers(0, 96))
def test_two_windows_that_meet_count_nothing_twice_and_miss_nothing(entries, cut):
    leaves, middle = [encode(one, WORDS) for one in entries], BEGIN + timedelta(hours=cut)
    early, late = count_access(leaves, until=middle), count_access(leaves, since=middle)
    whole = count_access(leaves)
    assert early.entries + late.entries == whole.entries
    assert Counter(early.denied) + Counter(late.denied) == Counter(whole.denied)


def test_a_window_in_another_zone_is_the_same_window():
    leaf = encode(Entry(event=uuid4(), time=BEGIN, action="cli:case:list", result="done"), WORDS)
    east = timezone(timedelta(hours=5))
    assert count_access([leaf], since=BEGIN.astimezone(east)).entries == 1
    assert count_access([leaf], until=BEGIN.astimezone(east)).entries == 0


def test_what_is_not_an_entry_is_refused_and_not_left_out():
    with pytest.raises(EntryRefusedError):
        count_access([b'{"action":"cli:case:open"}'])


@pytest.fixture
def office(tmp_path):
    return new_office(tmp_path, books=FileBooks(Application(write_rulebook(tmp_path / "book"))))


def test_an_overseer_counts_what_a_day_at_an_office_left(office):
    case = office.open("facts: {signs: [debt]}\n").case
    office.decide(case)
    office.read(case, "facts", "identity")
    with pytest.raises(NotPermittedError):
        office.read(case, "facts", who=asked("administrator"))
    office.sequencer.run()
    found = access_statistics(office.desk, overseer(), DirectorySource(office.log), "inspection")
    rows = {row.role: done for row, done in found.rows.items()}
    assert rows["caseworker"] == Done(opened=2, groups=3, written=1)
    assert rows["administrator"] == Done(denied=1)
    assert (found.denied, found.watched, found.missed) == ({"not_permitted": 1}, {}, {})
    entry = office.entries()[-1]
    assert (entry.action, entry.purpose, entry.basis) == ("cli:statistics:read", "inspection", "oversight")
    told = json.dumps([row._asdict() for row in found.rows])
    assert str(case) not in told
    assert str(UUID(int=9)) not in told


def test_who_may_not_or_says_no_reason_gets_no_count(office):
    log = DirectorySource(office.log)
    for role in ("supervisor", "administrator", "statistician"):  # the last counts the caseload, and not access to it
        with pytest.raises((NotPermittedError, OtherOrganisationError)):
            access_statistics(office.desk, asked(role), log, "inspection")
    with pytest.raises(UnknownNameError):
        access_statistics(office.desk, overseer(), log, "curiosity")
    assert [(one.action, one.result) for one in office.entries()] == [("cli:statistics:read", "denied")] * 3


def test_that_somebody_counts_is_an_entry_before_anything_is_read(office, tmp_path):
    with pytest.raises(LogError):
        access_statistics(office.desk, overseer(), DirectorySource(tmp_path / "gone"), "inspection")
    assert [(one.action, one.result) for one in office.entries()] == [("cli:statistics:read", "done")]
