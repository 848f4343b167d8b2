"""What an attacker tries twice at the same moment happens once, on real databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from api_office import Service
from offices import TestOffice
from signing_in import holder, program, signed_in
from signins import FIRST_ADMIN, SECOND_ADMIN, TestDoor, admin

from nrm.casework.accounts import recovering
from nrm.errors import NrmError

AT_ONCE = 4


@pytest.fixture
def at(store, tmp_path):
    made = TestDoor(TestOffice(tmp_path).on(store))
    made.account()
    return made


def at_once(attempt):
    """Do something in several threads that begin together; return what each came to."""
    gate = Barrier(AT_ONCE)

    def one(number):
        gate.wait()
        try:
            return attempt(number)
        except NrmError as error:
            return type(error)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_a_recovery_that_is_confirmed_at_once_gives_one_code(at):
    account = at.signed_in().account.id
    asked = recovering.ask_recovery(at.desk, admin(FIRST_ADMIN), account)
    answers = at_once(lambda _: recovering.confirm_recovery(at.door, admin(SECOND_ADMIN), asked.id))
    assert sum(isinstance(one, str) for one in answers) == 1, answers
    assert recovering.recoveries(at.desk, admin()) == ([], None)


def test_one_key_at_once_opens_one_case_whoever_is_first(at):
    service = Service(at.office, real=at)
    token = signed_in(at, program(service))
    body = {"account": {"journey": "a road"}, "contact": {}}

    def opens(_):
        return holder(service, token).post("/v1/cases", json=body, headers={"Idempotency-Key": "the-same-key"})

    answers = at_once(opens)
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.json()["case"] for answer in answers}) == 1
    assert len(holder(service, token).get("/v1/cases").json()["items"]) == 1
