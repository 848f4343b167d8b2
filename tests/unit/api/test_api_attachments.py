"""Files over HTTP: they come in piece by piece and rest in no file, go out to be saved, and end only when verified."""

import asyncio
import base64
import hashlib
import tempfile
from urllib.parse import quote

import pytest
from api_caseworker import begun
from api_office import PURPOSE, Service
from attachment_desk import NOBODYS, chunked, content, limits, rows, uploads
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import ANNA, CANARIES, OURS, THEIRS, new_office
from small_files import FILES, pdf

from api.rest.attachments import SANDBOX, _name
from nrm.vault.parts import PART

OCTETS = {"Content-Type": "application/octet-stream"}
PASSPORT = "CanaryAna’s passport.pdf"


def named(name):
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}", **OCTETS}


def sent(client, where, data, name=PASSPORT, **more):
    headers = {**named(name), **more.pop("headers", {})}
    return client.post(f"{where}/attachments", content=data, headers=headers, **more)


def test_a_file_comes_back_byte_for_byte_to_be_saved_and_never_to_be_shown(service):
    worker = service.as_("caseworker")
    where, data = begun(worker), content(2 * PART + 77)
    kept = sent(worker, where, iter(chunked(data, 1, PART, PART + 5)))
    assert kept.status_code == 201, kept.text
    assert (kept.json()["name"], kept.json()["media"], kept.json()["size"]) == (PASSPORT, "application/pdf", len(data))
    back = worker.get(kept.headers["location"])
    assert back.content == data
    assert back.headers["content-type"] == "application/octet-stream"
    assert back.headers["nrm-media-type"] == "application/pdf"
    assert back.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(PASSPORT, safe='')}"
    assert back.headers["content-security-policy"] == SANDBOX
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers["content-digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"
    (listed,) = worker.get(f"{where}/attachments").json()["items"]
    assert listed == kept.json()
    assert worker.delete(kept.headers["location"]).status_code == 204
    assert worker.get(kept.headers["location"]).json()["code"] == "not_found"
    assert (worker.get(f"{where}/attachments").json()["items"], rows(service.office)) == ([], {})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_every_name_can_be_said_and_is_read_as_it_was_written(name):
    assert _name(f"attachment; filename*=UTF-8''{quote(name, safe='')}") == name


@pytest.mark.parametrize("media", sorted(FILES))
def test_what_it_is_its_content_says_whatever_the_sender_says(service, media):
    worker = service.as_("caseworker")
    assert sent(worker, begun(worker), FILES[media], "name").json()["media"] == media


def test_nothing_of_it_reaches_a_temporary_file(service, monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, forbidden)
    worker = service.as_("caseworker")
    where, data = begun(worker), content(12 * PART)
    kept = sent(worker, where, iter(chunked(data, *range(0, len(data), PART))))
    assert kept.status_code == 201, kept.text
    assert worker.get(kept.headers["location"]).content == data


def asgi(app, method, path, pieces=(), headers=None):
    """Ask without a client, which sends each piece only when it is asked for; return what was answered."""
    told, coming = [], iter(pieces)
    said = {"authorization": f"Bearer caseworker.{OURS}.{ANNA}.", "host": "nrm.example", **PURPOSE, **(headers or {})}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "https",
        "headers": [(name.lower().encode(), value.encode()) for name, value in said.items()],
        "client": ("127.0.0.1", 1), "server": ("nrm.example", 443), "state": {},
    }  # fmt: skip

    async def receive():
        one = next(coming, None)
        if one is None:
            await asyncio.sleep(0.01)
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": one, "more_body": one != b""}

    async def send(message):
        told.append(message)

    asyncio.run(app(scope, receive, send))
    return told


def test_each_part_is_sealed_and_kept_before_more_is_asked_for(service):
    where, data, kept = begun(service.as_("caseworker")), content(6 * PART), []

    def pieces():
        for one in [*chunked(data, *range(0, len(data), PART)), b""]:
            kept.append(len(rows(service.office)))
            yield one

    told = asgi(service.app, "POST", f"{where}/attachments", pieces(), named("a"))
    assert told[0]["status"] == 201
    assert all(number - there <= 2 for number, there in enumerate(kept)), "two parts at most are not in the store yet"
    assert len(rows(service.office)) == 6


def test_a_file_that_breaks_off_leaves_nothing_and_is_on_the_log(service):
    where = begun(service.as_("caseworker"))
    asgi(service.app, "POST", f"{where}/attachments", chunked(content(3 * PART), PART, 2 * PART), named("a"))
    assert (rows(service.office), uploads(service.office)) == ({}, [])
    assert service.office.said()[-1] == ("api:attachment:add", "timed_out")


def test_a_file_that_was_altered_has_no_clean_end(service):
    worker = service.as_("caseworker")
    where = begun(worker)
    path = sent(worker, where, content(3 * PART)).headers["location"]
    key = max(rows(service.office))
    rows(service.office)[key] = bytes(len(rows(service.office)[key]))
    told = asgi(service.app, "GET", path)
    assert told[0]["status"] == 200
    assert all(message.get("more_body") for message in told[1:]), "nobody is told that this was all of it"
    assert service.office.said()[-2:] == [("api:attachment:read", "done"), ("api:attachment:read", "integrity_failed")]
    first = min(rows(service.office))
    rows(service.office)[first] = b"x"
    answer = worker.get(path)
    assert (answer.status_code, answer.json()["code"]) == (500, "integrity_failed")


def test_a_file_may_be_as_large_as_the_settings_say_and_other_bodies_not(tmp_path):
    office = new_office(tmp_path)
    limits(office, bytes_each=6_000_000)
    service = Service(office)
    worker = service.as_("caseworker")
    where = begun(worker)
    assert sent(worker, where, content(5_500_000)).status_code == 201
    for data in (content(6_000_100), iter(chunked(content(6_000_100), 3_000_000))):
        refused = sent(worker, where, data)
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    path = f"{where}/consents/../attachments"
    for other in (where, f"{where}/decisions", f"{where}/attachments/{NOBODYS}", path.replace("..", "%2e%2e")):
        assert worker.post(other, content=b"x" * 5_500_000, headers=OCTETS).status_code == 413


def test_only_so_many_files_and_bytes_of_one_case(tmp_path):
    office = new_office(tmp_path)
    limits(office, most=1)
    worker = Service(office).as_("caseworker")
    where = begun(worker)
    assert sent(worker, where, pdf(b"one")).status_code == 201
    assert sent(worker, where, pdf(b"two")).json()["code"] == "too_large"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content-Type": "application/pdf"}, 415),
        ({"Content-Disposition": "inline; filename*=UTF-8''a.pdf"}, 422),
        ({"Content-Disposition": 'attachment; filename="Canary.pdf"'}, 422),
        ({"Content-Disposition": "attachment; filename*=UTF-8''a.pdf; filename=b"}, 422),
        ({"Content-Disposition": "attachment; filename*=UTF-8''%C3%28Canary"}, 422),
        ({"Content-Disposition": "attachment; filename*=ISO-8859-1''a.pdf"}, 422),
        ({"Content-Encoding": "gzip"}, 415),
    ],
)
def test_what_is_not_said_as_it_must_be_is_refused_and_not_repeated(service, headers, status):
    worker = service.as_("caseworker")
    answer = sent(worker, begun(worker), pdf(), headers=headers)
    assert (answer.status_code, "Canary" in answer.text) == (status, False), answer.text
    assert rows(service.office) == {}


@pytest.mark.parametrize("data", [b"", b"<html><script>Canary</script>", b"MZ\x90\0Canary", b"#!/bin/sh\nCanary"])
def test_what_could_run_is_not_kept(service, data):
    worker = service.as_("caseworker")
    answer = sent(worker, begun(worker), data)
    assert (answer.status_code, answer.json()["code"], "Canary" in answer.text) == (415, "wrong_media_type", False)
    assert rows(service.office) == {}


def test_the_same_key_keeps_it_once_and_another_file_under_it_is_refused(service):
    worker = service.as_("caseworker")
    where, key = begun(worker), {"Idempotency-Key": "key-number-1"}
    first, again = (sent(worker, where, pdf(b"one"), headers=key) for _ in range(2))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    for other in ({"data": pdf(b"two")}, {"data": pdf(b"one"), "name": "other.pdf"}):
        refused = sent(worker, where, headers=key, **other)
        assert (refused.status_code, refused.json()["code"]) == (422, "key_reused")
    assert len(worker.get(f"{where}/attachments").json()["items"]) == 1


def test_a_group_that_the_purpose_does_not_need_is_not_opened(service):
    worker = service.as_("caseworker")
    where = begun(worker)
    path = sent(worker, where, pdf(), params={"group": "health"}).headers["location"]
    del worker.headers["Purpose-Of-Use"]
    assert worker.get(path).json()["code"] == "purpose_not_said"
    words = service.office.books.words()
    needless = next(
        name
        for name in words.purposes
        if not any("health" in one.groups for one in words.disclosures.values() if one.purpose == name)
    )
    denied = worker.get(path, headers={"Purpose-Of-Use": needless})
    assert (denied.status_code, denied.json()["code"]) == (403, "not_disclosable")


@pytest.mark.parametrize(
    ("role", "organisation"), [("caseworker", THEIRS), ("first_responder", OURS), ("overseer", OURS)]
)
def test_nobody_else_sees_adds_or_removes_and_the_body_is_not_even_read(service, role, organisation):
    worker = service.as_("caseworker")
    where = begun(worker)
    path = sent(worker, where, pdf()).headers["location"]
    stranger = service.as_(role, organisation)
    status = 404 if organisation == THEIRS else 403
    read = []

    def pieces():
        read.append(1)
        yield pdf(b"theirs")

    for answer in (
        stranger.get(path), stranger.get(f"{where}/attachments"), stranger.delete(path), sent(stranger, where, pieces())
    ):  # fmt: skip
        assert answer.status_code == status
        assert not any(word in answer.text for word in CANARIES)
    assert len(rows(service.office)) == 1
