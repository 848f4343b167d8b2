"""Four processes of `nrm serve` on one database, whose server dies; its standby takes over, and nobody is told.

The installation names both servers in one URL (libpq: several hosts, `target_session_attrs=read-write`), so that the
service finds the new primary by itself.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import ExitStack, closing

import httpx
import pytest
from api_clients import Client, acknowledged, told_again
from api_service import ApiService, api_installation
from api_truth import compare
from own_server import OwnServer, StandbyServer
from real_installations import ON, asked, founded, opened, record

from nrm.casework.cases import keep
from nrm.casework.errors import StoreDoubtError

SEED = 20260305
PEOPLE = 4
PROCESSES = 4
LONGEST = 30


@pytest.fixture
def stack():
    with ExitStack() as opened_here:
        yield opened_here


def until(said, seconds=LONGEST):
    """Wait until something is so; return how long it took."""
    began = time.monotonic()
    while not said():
        assert time.monotonic() < began + seconds
        time.sleep(0.02)
    return time.monotonic() - began


def test_when_the_primary_dies_and_the_standby_takes_over_nothing_acknowledged_is_lost(tmp_path, stack, driver):
    primary = OwnServer()
    stack.callback(primary.end)
    standby = StandbyServer(primary, "second")
    stack.callback(standby.end)
    primary.wait_for("second")
    hosts = f"{primary.folder},{standby.folder}"
    url = f"postgresql://nrm@/cases?host={hosts}&target_session_attrs=read-write"
    home, tokens = api_installation(tmp_path / "home", url, PEOPLE)
    service = ApiService(home, driver)
    stack.callback(service.end)
    clients = [Client(service.url, token, SEED + number) for number, token in enumerate(tokens)]
    for one in clients:
        stack.callback(one.http.close)
        stack.callback(one.ending.set)
        one.start()
    service.start("--processes", str(PROCESSES))
    until(lambda: acknowledged(clients) > 60)
    assert service.answers("/ready")

    primary.kill()
    until(lambda: not service.answers("/ready"))
    before = acknowledged(clients)
    told = httpx.get(service.url + "/ready", trust_env=False)
    assert (told.status_code, told.json()["code"]) == (503, "storage_failed")
    assert service.answers("/health"), "it lives, and waits"
    standby.promote()
    took = until(lambda: service.answers("/ready"))
    until(lambda: acknowledged(clients) > before + 60)
    assert all(service.answers("/ready") for _ in range(4 * PROCESSES)), "some process has not found the new primary"

    for one in clients:
        one.finish()
    told_again(clients, random.Random(SEED))  # noqa: S311 - no secret
    assert service.stop() == 0
    with closing(opened(home)) as office:
        checkpoint, happened = compare(office, clients)
    lost = sum(wish.lost > 0 for one in clients for wish in one.wishes)
    counts = f"{before} acknowledged before, {happened} at the end, {lost} lost, log {checkpoint.size}"
    print(f"{counts}, ready after {took:.2f} s")  # for whoever soaks (`-s`)  # noqa: T201
    said = service.said.read_text()
    assert "Traceback" not in said
    assert [line for line in said.splitlines() if "fault" in line] == [], "what became of the database is foreseen"


def test_a_commit_that_no_standby_has_is_in_doubt_and_not_acknowledged(tmp_path, stack):
    """When the wait for a standby is cut short, the server says that it has committed, and only warns."""
    server = OwnServer()
    stack.callback(server.end)
    office = stack.enter_context(closing(opened(founded(tmp_path / "home", server.url()))))
    case = keep.open_case(office.desk, asked(office.home), record("first"), ON).case
    server.tell("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
    waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    cutting = threading.Thread(
        target=until, args=[lambda: server.tell(f"SELECT pg_cancel_backend(pid) {waiting}")], name="cutting"
    )
    cutting.start()
    with pytest.raises(StoreDoubtError, match="nobody knows whether a standby has it"):
        keep.amend(office.desk, asked(office.home), case, 1, record("second"), ON)
    cutting.join()
    server.tell("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
