"""A notice is told for ninety days to whom it is for, whether a worker removes it then or not."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ANNA, NOON, asked, new_office

from nrm.casework.errors import NoSuchRecordError
from nrm.casework.office.notices import KEPT, notice_seen, notices, notify

BO = UUID(int=10)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return new_office(tmp_path_factory.mktemp("office"))


def at(office, day):
    return replace(office.desk, clock=lambda: NOON + timedelta(days=day))


@settings(max_examples=30, deadline=None)
@given(days=st.lists(st.integers(0, 200), max_size=4), now=st.integers(0, 400))
def test_what_is_told_are_ones_own_notices_of_the_last_ninety_days_the_newest_first(office, days, now):
    office.store.state.registry.clear()
    for day in days:
        desk = at(office, day)
        for who in (ANNA, BO):
            desk.store.run(lambda unit, desk=desk, who=who: notify(desk, unit, who, "webhook_suspended"))
    told = notices(at(office, now), asked("administrator"))
    lasting = sorted((NOON + timedelta(days=day) for day in days if timedelta(days=now - day) < KEPT), reverse=True)
    assert [one.at for one in told] == lasting


def test_a_notice_that_is_over_is_seen_by_nobody(office):
    office.store.state.registry.clear()
    first = at(office, 0)
    first.store.run(lambda unit: notify(first, unit, ANNA, "webhook_suspended"))
    (one,) = notices(first, asked("administrator"))
    with pytest.raises(NoSuchRecordError):
        notice_seen(at(office, KEPT.days), asked("administrator"), one.id)
    assert notice_seen(at(office, KEPT.days - 1), asked("administrator"), one.id).seen is not None
