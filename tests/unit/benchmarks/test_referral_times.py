"""What the benchmark of referral times really happens: packages are sent and open, entries are logged, clocks ring."""

from __future__ import annotations

import json
from time import sleep
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from benchmarks import referral, referral_measure
from benchmarks.installations import SQLCIPHER, installed
from benchmarks.many_referrals import fill_clocks, fill_referrals
from benchmarks.many_services import OFFERS, SOURCE, import_services
from benchmarks.referral_measure import ANSWERS_DUE, LONG_AGO, Measured, Spread, Worker, _due, parts
from benchmarks.referral_parts import parts_of
from benchmarks.referral_work import STEPS, ReferralWork
from benchmarks.stopwatch import REST, watched
from nrm.casework.items import CLOCK, opened_referral
from nrm.casework.safe import OpenCase
from nrm.storage import schema
from nrm.storage.schema_referral import outbox, referrals


def quiet(_text):
    pass


@pytest.fixture(scope="module")
def work():
    with installed(SQLCIPHER) as office:
        import_services(office, 60)
        yield ReferralWork(office)


def count(work, table):
    with work.office.database.begin() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def test_the_whole_way_leaves_a_case_a_sent_referral_its_package_and_no_entry_that_waits(work):
    tables = (schema.cases, referrals, outbox)
    before = [count(work, table) for table in tables]
    done = [name for name, step in work.steps().items() if step() is not False]
    assert tuple(done) == STEPS
    assert [count(work, table) - old for table, old in zip(tables, before, strict=True)] == [1, 1, 1]
    assert count(work, schema.waiting) == 0


def test_a_package_that_is_measured_opens_and_is_for_a_service_that_was_made_up(work):
    for parcel in work.parcels(2):
        header = work.open(parcel).header
        assert (header.recipient.source, header.kind) == (SOURCE, "referral")
        assert header.offer in OFFERS


def test_the_parts_are_all_seen_and_nothing_is_watched_afterwards(work):
    found = parts(work, 1)
    assert set(found) == {*parts_of(work.office), REST}
    for functions in parts_of(work.office).values():
        assert not any(hasattr(getattr(owner, name), "__wrapped__") for owner, name in functions)


def test_a_part_has_not_the_time_of_the_part_inside_it():
    def inner():
        sleep(0.02)

    things = SimpleNamespace(inner=inner)

    def outer():
        things.inner()  # looked up when it is called, as a function of a module is

    things.outer = outer
    with watched({"outer": [(things, "outer")], "inner": [(things, "inner")]}) as watch:
        watch.begin()
        things.outer()
        watch.end()
    assert things.inner is inner
    assert watch.elapsed["inner"] >= 0.02 > watch.elapsed["outer"]


def test_filled_referrals_open_and_their_clocks_are_due(work):
    cases = fill_referrals(work.office, 30, ANSWERS_DUE, quiet)

    def opened(unit):
        case = OpenCase.of(unit.cases.get(cases[0]), work.desk.keyring)
        (row,) = unit.referrals.of(cases[0])
        (clock,) = unit.clocks.of(cases[0])
        return opened_referral(case, row), case.open_json(CLOCK, clock.version, clock.sealed)

    referral_, clock = work.desk.store.run(opened)
    assert (referral_.state, clock["about"]) == ("sent", str(referral_.id))
    fill_clocks(work.office, sorted(cases), 2, LONG_AGO, quiet)
    _due(work.office, LONG_AGO, 100, 60)
    with pytest.raises(AssertionError, match="fewer clocks are due"):
        _due(work.office, LONG_AGO, 100, 61)


def test_the_tables_are_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(referral_measure, "SERVICES", 40)
    referral.main(2, "30", "6,12", "12,24", SQLCIPHER, tmp_path / "all.json")
    out = capsys.readouterr().out
    assert "### SQLCipher: 2 fresh cases, 40 services" in out
    assert "| the whole way |" in out
    assert "| SQLCipher: 12 clocks, all due | ms | processor ms |" in out
    (one,) = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert list(one["by_cases"]) == ["6", "12"]
    assert list(one["few_due"]) == ["12", "24"]


def test_goals_speak_of_the_median_and_of_both_scans():
    spread = Spread((10.0, 20.0, 90.0), (5.0, 6.0, 7.0))
    assert (spread.median, spread.p95, spread.least, spread.busy) == (20.0, 90.0, 10.0, 6.0)
    worker = Worker(100_000, (900.0, 1.0), (1100.0, 1.0), (2.0, 1.0), 600)
    told = list(referral.goals(Measured(SQLCIPHER, 1, steps={"the whole way": spread}, worker=worker)))
    assert [line.rsplit(" ", 1)[-1] for line in told] == ["met)", "set)", "met)", "MISSED)"]
    other = next(referral.goals(Measured("PostgreSQL", 1, steps={"the whole way": spread})))
    assert other.endswith("20.0 (no goal was set)")
