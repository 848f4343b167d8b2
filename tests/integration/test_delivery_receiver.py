"""The receiver of the tests is worth something only if it forgets no effect, whoever is killed."""

from __future__ import annotations

import json
import random
import socket
import ssl
import time

import receiver
from parcels import parcel

from nrm.delivery import Carrier, Delivered, Impossible, Later


def test_a_killed_receiver_knows_every_message_when_it_comes_back(tmp_path):
    with receiver.in_process(tmp_path) as place:
        sent = parcel(url=place.url)
        assert Carrier(place.settings()).deliver(sent) == Delivered()
    with receiver.in_process(tmp_path, "--port", str(place.port)) as again:
        assert again == place
        assert Carrier(again.settings()).deliver(sent) == Delivered()
        assert Carrier(again.settings()).deliver(parcel(sent.message, b"other", url=again.url)) == Impossible("refused")
    assert [line["what"] for line in place.log()] == ["taken", "again", "other_bytes"]
    assert place.effects() == {str(sent.message): 1}


def test_a_line_that_was_not_finished_did_not_happen(tmp_path):
    sent = parcel(url="https://localhost/")
    (tmp_path / "effects.jsonl").write_bytes(json.dumps({"message": str(sent.message)}).encode())
    with receiver.in_thread(tmp_path) as place:
        assert place.log() == []
        assert isinstance(Carrier(place.settings()).deliver(parcel(sent.message, url=place.url)), Delivered)
    assert place.effects() == {str(sent.message): 1}


def test_a_message_whose_sender_was_killed_in_the_middle_has_no_effect(tmp_path):
    """Half of it must not be taken for it: the whole, when it comes, would be another content of the same message."""
    with receiver.in_thread(tmp_path) as place:
        sent = parcel(url=place.url)
        head = f"POST /inbox HTTP/1.1\r\nHost: {place.host}\r\nIdempotency-Key: {sent.message}\r\n"
        trusting = ssl.create_default_context(cafile=place.ca_file)
        with (
            socket.create_connection(("localhost", place.port)) as plain,
            trusting.wrap_socket(plain, server_hostname="localhost") as line,
        ):
            line.sendall(f"{head}Content-Length: {len(sent.body)}\r\n\r\n".encode() + sent.body[:-1])
        end = time.monotonic() + 30
        while not place.requests() and time.monotonic() < end:
            time.sleep(0.02)
        assert len(place.requests()) == 1
        assert Carrier(place.settings()).deliver(sent) == Delivered()
    assert [line["what"] for line in place.log()] == ["taken"]
    assert place.effects() == {str(sent.message): 1}


def test_a_flaky_receiver_is_reached_in_the_end_and_nothing_happens_twice(tmp_path):
    with receiver.in_process(tmp_path, "--behave", "flaky:60", "--receipt", "receiver:its_id") as p:
        carrier = Carrier(p.settings())
        sent = [parcel(url=p.url) for _ in range(20)]
        left, results = list(sent), []
        for _ in range(400):
            if not left:
                break
            each = random.choice(left)  # noqa: S311 - chance, not a secret
            results.append(carrier.deliver(each))
            if isinstance(results[-1], Delivered):
                assert results[-1].receipt == str(each.message).encode()
                left.remove(each)
    assert left == []
    assert {result.code for result in results if isinstance(result, Later)} <= {"connection_lost", "server_error"}
    assert p.effects() == {str(each.message): 1 for each in sent}
