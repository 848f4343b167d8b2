"""A rulebook is compiled once for all of its days, and once however many ask at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import fakes
import pytest

from nrm import bootstrap_books
from nrm.bootstrap_books import Compiled
from nrm.errors import UnknownNameError
from nrm.rulebook.dates import change_dates
from nrm.rulebook.resolve import parameters_on, rulebook_on

A_DAY = timedelta(days=1)
MANY = 8


@pytest.fixture
def files(tmp_path):
    """Return files of a rulebook that changes on several days."""
    return fakes.load(fakes.write_rulebook(tmp_path))


@pytest.fixture
def made(monkeypatch):
    """Return what was compiled, in order."""
    compiled = []

    def engine(rulebook):
        compiled.append(rulebook)
        return object()

    monkeypatch.setattr(bootstrap_books, "Engine", engine)
    return compiled


def test_of_many_who_ask_at_once_one_compiles_and_the_others_wait(files, made):
    books, together = Compiled(files), Barrier(MANY)

    def ask(_):
        together.wait()
        return books.engine(date(2026, 2, 1), None)

    with ThreadPoolExecutor(MANY) as many:
        assert len(set(many.map(ask, range(MANY)))) == 1
    assert len(made) == 1


def test_a_day_on_which_nothing_changes_needs_no_other_engine_and_one_of_change_does(files, made):
    books, days = Compiled(files), change_dates(files)
    assert len(days) > 1
    for begins in days:
        before = len(made)
        first = books.engine(begins, None)
        assert books.engine(begins + A_DAY, None) is first
        assert len(made) == before + 1
        assert made[-1] == rulebook_on(files, begins + A_DAY, None)
    assert books.engine(days[0], "gb") is not books.engine(days[0], None)


def test_what_is_in_force_on_any_day_is_what_was_resolved_for_that_day(files):
    books = Compiled(files)
    for begins in change_dates(files):
        for day in (begins - A_DAY, begins, begins + A_DAY):
            for name, value in parameters_on(files, day).items():
                assert books.parameter(name, day, None) == value


def test_before_the_first_rule_and_for_nobodys_country_it_is_refused_each_time(files, made):
    books, first = Compiled(files), change_dates(files)[0]
    for _ in range(2):
        with pytest.raises(UnknownNameError, match="no rule is in force"):
            books.engine(first - A_DAY, None)
        with pytest.raises(UnknownNameError):
            books.engine(first, "zz")
    assert made == []
