"""Signed rulebooks on both databases: a decision before and one after the date, and both replay after a restart."""

from datetime import date

import pytest
from offices import ORIGIN, TestOffice, asked, record
from published import LATER, paper
from referral_desk import said
from rulebook_desk import AUTHOR, OVERSEER, on_bundles, published, remembered_checks

from nrm.bootstrap_store import reading_rulebooks
from nrm.casework.cases import deciding, keep, replaying
from nrm.casework.errors import StaleVersionError
from nrm.casework.ports import Installation
from nrm.casework.rulebooks import enforcing, reading
from nrm.casework.rulebooks.kept import PUBLICATIONS
from nrm.engine.canonical import canonical_plan
from nrm.storage.store import SqlStore

MARCH, MAY, JUNE = date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)
CASE = "facts: {signs: [debt], age_status: child}\n"


@pytest.fixture
def office(engine, tmp_path, monkeypatch):
    remembered_checks(monkeypatch)
    made = TestOffice(tmp_path)
    store = SqlStore.begin(engine, Installation(made.keys.keyring_id, ORIGIN, made.signer.vkey))
    return on_bundles(made.on(store), tmp_path, MARCH, reading_rulebooks(engine))


def search(plan):
    return next(line.within.amount for line in plan.of("duty") if line.code == "search_family")


def test_each_decision_is_by_the_rulebook_of_its_day_and_replays_after_a_restart(office, engine, tmp_path):
    first = paper()
    published(office, first)
    published(office, paper(LATER, from_=JUNE, previous=first))
    case = keep.open_case(office.desk, asked(), record(CASE), MARCH).case
    before = deciding.decide(office.desk, asked(), case, MAY)
    office.day = JUNE
    after = deciding.decide(office.desk, asked(), case, JUNE)
    assert [search(made.plan) for made in (before, after)] == [3, 2]
    assert [one.thing.state for one in enforcing.enforce(office.desk)] == ["replaced", "in_force"]
    again = on_bundles(office.on(SqlStore(engine)), tmp_path, JUNE, reading_rulebooks(engine))
    for made in (before, after):
        replayed = replaying.replay(again.desk, asked(), case, made.decision)
        assert canonical_plan(replayed.plan) == canonical_plan(made.plan)
    assert [one.thing.state for one in reading.list_rulebooks(again.desk, OVERSEER)] == ["replaced", "in_force"]
    assert said(again).count(("rulebook:enforce", "done")) == 2


def test_of_two_who_change_rulebooks_at_once_the_later_one_is_told(office):
    publication = published(office, paper())
    held = office.store.run(lambda unit: PUBLICATIONS.get(office.desk, unit, publication))
    office.store.run(lambda unit: PUBLICATIONS.change(office.desk, unit, held, held.thing))
    with pytest.raises(StaleVersionError):
        office.store.run(lambda unit: PUBLICATIONS.change(office.desk, unit, held, held.thing))
    assert reading.read_rulebook(office.desk, AUTHOR, publication).record.version == held.version + 1
