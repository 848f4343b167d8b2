"""The shelf: sealed things by name, each version put by who saw the one before, on both databases."""

from __future__ import annotations

import threading

import pytest
from store_rows import opened

from nrm.casework.errors import StaleVersionError


def put(store, version, sealed=b"services", name="directory"):
    store.run(lambda unit: unit.shelf.put(name, version, sealed))


def get(store, name="directory"):
    return store.run(lambda unit: unit.shelf.get(name))


def test_what_was_put_last_is_found_by_its_name(store):
    assert get(store) is None
    put(store, 1)
    put(store, 2, b"more services")
    put(store, 1, b"marks", name="marks")
    assert get(store) == (2, b"more services")
    assert get(store, "marks") == (1, b"marks")


@pytest.mark.parametrize(("version", "seen"), [(1, 0), (2, 1), (4, 3), (0, -1)])
def test_a_version_that_does_not_follow_is_refused_and_changes_nothing(store, version, seen):
    put(store, 1)
    put(store, 2)
    with pytest.raises(StaleVersionError, match=f"you saw version `{seen}`, it has version `2`"):
        put(store, version, b"other")
    assert get(store) == (2, b"services")


def test_a_later_version_of_what_is_not_there_is_refused(store):
    with pytest.raises(StaleVersionError, match="you saw version `1`, it has version `0`"):
        put(store, 2)
    assert get(store) is None


def test_of_two_who_put_the_first_version_at_once_one_is_stale(store):
    gate, ended = threading.Barrier(2, timeout=20), []

    def act(sealed):
        gate.wait()
        try:
            put(store, 1, sealed)
            ended.append(sealed)
        except StaleVersionError as error:
            ended.append(type(error))

    threads = [threading.Thread(target=act, args=(sealed,)) for sealed in (b"one", b"two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.count(StaleVersionError) == 1
    assert get(store)[1] in ended


def test_the_shelf_stays_when_cases_are_shredded(store):
    put(store, 1)
    case = opened(store).case
    store.run(lambda unit: unit.cases.shred(case))
    assert get(store) == (1, b"services")
