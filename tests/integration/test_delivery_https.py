"""A push to a real service over TLS: what it takes, and each reason for which it is not reached or not believed."""

from __future__ import annotations

import logging
import socket
import time
from uuid import uuid4

import pytest
import receiver
from parcels import parcel

from nrm.delivery import Carrier, Delivered, DeliverySettings, Impossible, Later, Limits

SLOW = Limits(connect_seconds=1, read_seconds=1, total_seconds=1)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with receiver.in_thread(
        tmp_path_factory.mktemp("receiver"), receipt=lambda message, _: f"had {message}".encode()
    ) as p:
        yield p


@pytest.fixture(autouse=True)
def _behaves(place):
    place.behave("take")


def pushed(place, way=None, resolve=None, settings=None, **limits):
    sent = parcel(url=way or place.url)
    carrier = Carrier(settings or place.settings(**limits), *([resolve] if resolve else []))
    return sent, carrier.deliver(sent)


def test_a_message_is_taken_and_its_receipt_comes_back(place):
    sent, result = pushed(place)
    assert result == Delivered(f"had {sent.message}".encode())
    assert place.effects()[str(sent.message)] == 1
    assert (place.folder / "bodies" / f"{sent.message}.age").read_bytes() == sent.body


def test_a_request_says_the_message_and_nothing_else_about_the_case(place):
    sent, _ = pushed(place)
    asked = place.requests()[-1]
    assert asked["path"] == "/inbox"
    assert asked["headers"] == {
        "host": place.host,
        "user-agent": "nrm",
        "accept": "application/octet-stream",
        "accept-encoding": "identity",
        "connection": "close",
        "content-type": "application/octet-stream",
        "content-length": str(len(sent.body)),
        "idempotency-key": str(sent.message),
    }


def test_a_second_try_has_no_second_effect_and_counts_as_delivered(place):
    sent, first = pushed(place)
    assert Carrier(place.settings()).deliver(sent) == first
    assert [line["what"] for line in place.log() if line["message"] == str(sent.message)] == ["taken", "again"]


def test_other_bytes_under_the_same_message_are_for_a_person(place):
    sent, _ = pushed(place)
    assert Carrier(place.settings()).deliver(parcel(sent.message, b"other", url=place.url)) == Impossible("refused")


def test_a_service_that_breaks_off_after_taking_is_asked_again_and_takes_it_once(place):
    place.behave("drop")
    sent, result = pushed(place)
    assert result == Later("connection_lost")
    place.behave("take")
    assert isinstance(Carrier(place.settings()).deliver(sent), Delivered)
    assert place.effects()[str(sent.message)] == 1


def test_a_service_that_breaks_off_before_taking_is_asked_again(place):
    place.behave("break")
    assert pushed(place)[1] == Later("connection_lost")


@pytest.mark.parametrize("status", [408, 425, 429])
def test_a_service_that_asks_for_patience_gets_it(place, status):
    place.behave(f"error:{status}")
    assert pushed(place)[1] == Later("busy")


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_broken_service_is_asked_again(place, status):
    place.behave(f"error:{status}")
    assert pushed(place)[1] == Later("server_error")


def test_a_service_says_how_long_to_wait(place):
    place.behave("error:503:120")
    assert pushed(place)[1] == Later("server_error", 120.0)
    place.behave("error:429:soon")
    assert pushed(place)[1] == Later("busy", None)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422, 451])
def test_a_service_that_refuses_is_for_a_person(place, status):
    place.behave(f"error:{status}")
    assert pushed(place)[1] == Impossible("refused")


@pytest.mark.parametrize("status", [300, 304, 399])
def test_a_strange_redirect_is_one(place, status):
    place.behave(f"error:{status}")
    assert pushed(place)[1] == Impossible("redirected")


def test_a_redirect_is_not_followed_also_not_to_the_same_service(place):
    place.behave(f"redirect:{place.url}")
    before = len(place.requests())
    assert pushed(place)[1] == Impossible("redirected")
    assert len(place.requests()) == before + 1


def test_an_endless_answer_is_not_read(place):
    place.behave("oversize")
    assert pushed(place, receipt_bytes=100_000)[1] == Impossible("answer_too_large")


def test_an_answer_of_exactly_the_limit_is_read(tmp_path):
    with receiver.in_thread(tmp_path, receipt=lambda *_: b"x" * 1000) as place:
        assert pushed(place, receipt_bytes=1000)[1] == Delivered(b"x" * 1000)
        assert pushed(place, receipt_bytes=999)[1] == Impossible("answer_too_large")


@pytest.mark.parametrize("behaviour", ["drip", "drip_head", "slow:10"])
def test_no_service_keeps_us_longer_than_the_limit(place, behaviour):
    place.behave(behaviour)
    began = time.monotonic()
    assert pushed(place, read_seconds=20, total_seconds=1)[1] == Later("timeout")
    assert time.monotonic() - began < 4


def test_a_silent_service_is_left_before_the_whole_time_is_over(place):
    place.behave("slow:10")
    began = time.monotonic()
    assert pushed(place, read_seconds=1, total_seconds=30)[1] == Later("timeout")
    assert time.monotonic() - began < 5


def test_a_port_where_nobody_listens_is_tried_again(place):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    host = f"localhost:{port}"
    settings = DeliverySettings(hosts=(host,), private_allowed=(host,), ca_file=place.ca_file, limits=SLOW)
    assert pushed(place, f"https://{host}/inbox", settings=settings)[1] == Later("unreachable")


def test_a_port_that_says_nothing_does_not_keep_us(place):
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"localhost:{server.getsockname()[1]}"
        settings = DeliverySettings(hosts=(host,), private_allowed=(host,), ca_file=place.ca_file, limits=SLOW)
        assert pushed(place, f"https://{host}/inbox", settings=settings)[1] == Later("unreachable")


def test_a_second_address_is_tried_when_the_first_does_not_listen(place):
    found = ("127.0.0.2", "127.0.0.1")
    assert isinstance(pushed(place, resolve=lambda *_: found)[1], Delivered)


def test_a_host_that_is_not_in_the_list_is_not_even_asked_for(place):
    def resolve(*_):
        pytest.fail("nobody may ask for this name")

    for way in (f"https://127.0.0.1:{place.port}/inbox", f"https://localhost:{place.port + 1}/", "https://localhost/"):
        assert pushed(place, way, resolve)[1] == Impossible("host_not_allowed")


@pytest.mark.parametrize("way", ["http://{h}/", "https://{h}/?case=1", "https://{h}/#x", "https://u:p@{h}/", "ftp://{h}/",
                                 "//{h}/", "https://", "https://{h}\n/",
                                 "https://evil\\@{h}/", "HTTPS://{h}/", "x"])  # fmt: skip
def test_an_address_that_is_more_than_a_place_is_refused(place, way):
    before = len(place.requests())
    assert pushed(place, way.format(h=place.host))[1] == Impossible("url_refused")
    assert len(place.requests()) == before


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "0.0.0.0", "10.0.0.1", "fe80::1"],  # noqa: S104
)
def test_our_own_network_is_not_reached_unless_settings_say_so(place, address):
    settings = place.settings().model_copy(update={"private_allowed": ()})
    before = len(place.requests())
    for found in ((address,), ("93.184.215.14", address), (address, "93.184.215.14")):
        assert pushed(place, resolve=lambda *_, f=found: f, settings=settings)[1] == Impossible("address_forbidden")
    assert len(place.requests()) == before


def test_a_name_that_changes_its_address_after_the_check_changes_nothing(place, monkeypatch):
    real, asked = socket.getaddrinfo, []

    def getaddrinfo(host, port, *more, **named):
        if host != "receiver.test":
            return real(host, port, *more, **named)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.9", port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    host = f"receiver.test:{place.port}"
    settings = place.settings().model_copy(update={"hosts": (host,), "private_allowed": (host,)})
    assert isinstance(pushed(place, f"https://{host}/inbox", settings=settings)[1], Delivered)
    assert asked == ["receiver.test"]
    assert place.requests()[-1]["headers"]["host"] == host


def test_the_name_is_never_given_to_the_network_only_the_checked_address(place, monkeypatch):
    asked = []
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **named: asked.append(host) or real(host, *more, **named)
    )
    host = f"receiver.test:{place.port}"
    settings = place.settings().model_copy(update={"hosts": (host,), "private_allowed": (host,)})
    assert isinstance(pushed(place, f"https://{host}/", lambda *_: ("127.0.0.1",), settings)[1], Delivered)
    assert "receiver.test" not in asked


def test_a_name_without_an_address_is_tried_again(place):
    def resolve(*_):
        raise socket.gaierror(-2, "unknown")

    assert pushed(place, resolve=resolve)[1] == Later("name_not_found")
    assert pushed(place, resolve=lambda *_: ())[1] == Later("unreachable")


def test_a_silent_resolver_is_a_timeout(place):
    def resolve(*_):
        raise TimeoutError

    assert pushed(place, resolve=resolve)[1] == Later("timeout")


def test_a_certificate_for_another_name_is_refused(tmp_path):
    with receiver.in_thread(tmp_path, names=("other.test",)) as place:
        assert pushed(place)[1] == Impossible("certificate_refused")
        assert place.log() == []


def test_a_certificate_of_the_address_is_not_one_of_the_name(tmp_path):
    with receiver.in_thread(tmp_path, names=("127.0.0.1",)) as place:
        assert pushed(place)[1] == Impossible("certificate_refused")


def test_a_certificate_of_an_unknown_authority_is_refused(place, tmp_path):
    with receiver.in_thread(tmp_path) as other:
        for ca_file in (other.ca_file, None):
            settings = place.settings().model_copy(update={"ca_file": ca_file})
            assert pushed(place, settings=settings)[1] == Impossible("certificate_refused")


def test_an_expired_certificate_is_refused(tmp_path):
    with receiver.in_thread(tmp_path, days=-1) as place:
        assert pushed(place)[1] == Impossible("certificate_refused")


def test_a_proxy_of_the_environment_is_not_used(place, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert isinstance(pushed(place)[1], Delivered)


def test_the_keys_of_a_session_are_written_nowhere(place, monkeypatch, tmp_path):
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert isinstance(pushed(place)[1], Delivered)
    assert not (tmp_path / "keys").exists()


def test_no_log_line_holds_an_id_or_the_body(place, caplog):
    caplog.set_level(logging.DEBUG)
    sent = parcel(uuid4(), b"canary-of-the-body", url=place.url)
    assert isinstance(Carrier(place.settings()).deliver(sent), Delivered)
    for secret in (str(sent.message), str(sent.referral), "canary-of-the-body"):
        assert secret not in caplog.text
    assert "canary" not in repr(sent)
    assert "inbox" not in repr(sent)
