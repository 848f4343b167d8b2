"""A record of words that occur nowhere else goes through every route of a real `nrm serve`; nothing tells any of them
but the answers that must (`canary_api.MAY_TELL`).

Searched are all answers (good ones, problems and headers), the installation, the pages of the embedded database, all
files of the PostgreSQL server with its write-ahead log and a log of every statement, the temporary folder, both streams
of the process, its numbers, its traces, and the addresses that it asked for. Not searched: memory and swap.
"""

from __future__ import annotations

import json
from uuid import UUID

import canaries
import canary_api
import pytest
import receiver
from api_matrix import names_of
from api_office import Service
from api_service import ApiDriver
from canary_api import PREFIX, CanaryService, text
from canary_api_people import (
    ask_in_public,
    by_provider,
    end_sessions,
    keep_accounts,
    sign_in,
    tell_others,
)
from canary_api_walk import (
    ask_about_rules,
    break_the_glass,
    go_in_as_the_person,
    keep_a_case,
    keep_files,
    oversee,
    refer,
    shred,
)
from canary_api_watch import watching
from canary_place import Place
from canary_services import FACTS
from canary_walk import Walk
from nrm_commands import kept_away
from offices import new_office

from api.app import routes_of

SETTINGS = """
[api]
reads = "1000000"
writes = "1000000"
tries = "1000000"
traces = "{watch}/v1/traces"

[[sign_in.oidc]]
name = "ministry"
issuer = "{watch}/provider"
client_id = "nrm"
client_secret_file = "{secret}"
redirect = "http://localhost:8000/v1/sessions/oidc/ministry/callback"
"""
ROLES = ("caseworker", "supervisor", "coordinator", "provider", "rule_author", "overseer", "statistician")
WRONG = {f"{PREFIX}field": text("value"), "facts": {f"{PREFIX}fact": text("value")}, "name": [text("value")]}
SIGN_OUT = {"DELETE /v1/sessions", "DELETE /v1/sessions/current"}
HEADERS = {
    "NRM-Role": f"{PREFIX}role",
    "Purpose-Of-Use": f"{PREFIX}purpose",
    "Accept-Language": f"{PREFIX}language",
    "Idempotency-Key": f"{PREFIX}key again",
    "If-Match": f"{PREFIX}tag",
    "X-Forwarded-For": f"{PREFIX}from",
    "User-Agent": f"{PREFIX}agent",
    "Referer": f"https://{PREFIX}page.example/",
    "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01",
    "tracestate": f"{PREFIX}state=1",
    "baggage": f"{PREFIX}baggage=1",
    "Request-Id": f"{PREFIX}request",
}
DATA = canaries.record() | {"facts": FACTS}


@pytest.fixture
def watch():
    with watching() as made:
        yield made


@pytest.fixture
def place(request, tmp_path, monkeypatch):
    made = Place(getattr(request, "param", "sqlcipher"), tmp_path, monkeypatch)
    yield made
    if made.server:
        made.server.end()


@pytest.fixture
def near(tmp_path):
    (tmp_path / "near").mkdir()
    with receiver.in_thread(tmp_path / "near") as made:
        yield made


def begun(place, watch, driver, monkeypatch, near):
    """Make the installation with its directory, and begin the service there."""
    walk = Walk(place, DATA, monkeypatch)
    walk.found(near)
    with (place.home / "home.toml").open("a") as file:
        secret = kept_away(place.folder / "given" / "secret", f"{PREFIX}secret")
        file.write(SETTINGS.format(watch=watch.url, secret=secret))
    return walk, CanaryService(place, driver, watch)


def names(folder):
    folder.mkdir()
    return {name for route in routes_of(Service(new_office(folder)).app) for name in names_of(route)}


def ask_everything_wrongly(at, routes):
    """Ask every route in every way that is refused, with words in every place of the request."""
    words = dict.fromkeys(canary_api.words_of(routes), PREFIX + "path")
    body = json.dumps(WRONG).encode()
    ways = [
        {"json": WRONG},
        {"json": WRONG, "headers": HEADERS},
        {"json": WRONG, "params": {f"{PREFIX}query": text("query"), "limit": PREFIX, "cursor": PREFIX, "on": PREFIX}},
        {"content": body[:-1], "headers": {"Content-Type": "application/json"}},
        {"content": body, "headers": {"Content-Type": f"application/{PREFIX}type"}},
    ]
    opened = at.worker("POST /v1/cases", json={"account": DATA["account"]}).json()["case"]
    paths = [words, dict.fromkeys(words, str(UUID(int=1))), {**words, "case": opened}]
    askers = [at.nobody(), *(at.asker(role) for role in ROLES)]
    for number, name in enumerate(sorted(routes - SIGN_OUT)):
        for nth, way in enumerate(ways):
            asker, path = askers[(number + nth) % len(askers)], paths[nth % len(paths)]
            asker(name, "any", words=path, **way)
    at.visited.clear()


@pytest.mark.parametrize("place", ["sqlcipher", "postgresql"], indirect=True)
def test_no_word_that_was_sent_is_told_but_where_it_must_be(place, watch, near, monkeypatch, tmp_path):
    driver = ApiDriver()
    try:
        walk, at = begun(place, watch, driver, monkeypatch, near)
        go_every_way(at, walk, near, names(tmp_path / "routes"))
        at.end()
    finally:
        driver.end()
    assert at.found() == []
    called = (near.folder / "requests.jsonl").read_text()
    assert f"{PREFIX}hook" in called, "it was called"
    assert canaries.found_in(called.replace(f"{PREFIX}hook", "").encode(), canary_api.needles()) == []
    assert b"/v1/cases/{case}/groups" in watch.spans(), "traces came"


def go_every_way(at, walk, near, routes):
    at.worker, at.supervisor, at.coordinator = (at.asker(one) for one in ("caseworker", "supervisor", "coordinator"))
    at.outsider, root = at.asker("caseworker", canary_api.OTHERS), at.asker("administrator")
    ask_everything_wrongly(at, routes)
    hook = tell_others(at, root, near)
    keep_a_case(at, DATA)
    keep_files(at)
    made = refer(at, walk)
    go_in_as_the_person(at, made["shelter"])
    break_the_glass(at)
    account = sign_in(at, root)
    by_provider(at)
    keep_accounts(at, root, account)
    end_sessions(at)
    oversee(at)
    ask_about_rules(at, routes)
    shred(at)
    ask_in_public(at)
    at.office_work(root, hook)
    assert sorted(routes - at.visited) == [], "write a step of the walk for these routes"


@pytest.mark.parametrize("leak", ["answer", "trace", "file", "log"])
def test_a_planted_leak_is_found(place, watch, near, monkeypatch, leak):
    driver = ApiDriver("canary_api_driver.py", leak)
    try:
        _, at = begun(place, watch, driver, monkeypatch, near)
        at.worker = at.asker("caseworker")
        at.words["case"] = at.worker("POST /v1/cases", json={"account": DATA["account"]}).json()["case"]
        at.worker("GET /v1/cases/{case}", 422, words={"case": f"{PREFIX}path"})
        headers = {"Content-Type": "application/octet-stream"}
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{PREFIX}file.txt"
        at.worker("POST /v1/cases/{case}/attachments", content=b"words", headers=headers)
        at.end()
    finally:
        driver.end()
    found = at.found()
    wanted = {"answer": "body", "trace": "traces", "file": str(place.temporary), "log": "said"}[leak]
    assert any(wanted in str(one) for one in found), found
    assert all(PREFIX in str(one) or "path" in str(one) for one in found), "and nothing else is"
