"""A service with more referrals than one answer holds is shown all of them."""

from uuid import UUID

import pytest
from offices import NOON, new_office
from referral_desk import of_service
from small_directory import CLINIC

from nrm.casework.referrals import answering
from nrm.cli import referral


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2000])
def test_all_referrals_are_listed_once(tmp_path, monkeypatch, count):
    rows = [answering.Waiting(UUID(int=number), 1, "sent", NOON) for number in range(1, count + 1)]

    def own_referrals(_desk, _asked, after=None):
        start = 0 if after is None else after.int
        return rows[start : start + answering.MOST_LISTED]

    monkeypatch.setattr(answering, "own_referrals", own_referrals)
    assert referral._waiting(new_office(tmp_path).desk, of_service(CLINIC)) == rows  # noqa: SLF001
