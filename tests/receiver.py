"""A service that takes messages over HTTPS: small and real, for tests that kill the sender and count the effects.

In a test, in a thread of it or in a process of its own (both give a `Place`):

    with receiver.in_thread(folder) as place:      # or: receiver.in_process(folder)
        Carrier(place.settings()).deliver(…)       # its address is place.url
        place.behave("drop")
        assert set(place.effects().values()) == {1}

From a shell, until it is killed:

    python tests/receiver.py --folder DIR --port-file F [--port N] [--behave WORDS] [--receipt MODULE:FUNCTION]

`F` holds the port once it listens; `DIR/ca.pem` is the authority to trust. Started again on the same folder (and port)
it still knows every message. The function gets a message's id (text) and bytes, and gives the body of the answer;
without it the answer is empty.

What stands in the folder:
- `effects.jsonl`: a line for each message that came, on the disk (fsync) before the answer leaves: `message`, `sha256`,
  `what`: `taken` (the effect), `again` (answered 409), `other_bytes` (answered 422). This is all that it remembers.
- `bodies/<message>.age`: what was taken.
- `requests.jsonl`: path and headers of each request.
- `behaviour`: one of these, read anew at each request:

    take            take it and answer 200 (the default)
    slow:SECONDS    take it, and answer so much later
    error:STATUS    take nothing; `error:503:120` also says `Retry-After: 120`
    redirect:URL    take nothing and answer 307
    drop            take it, and break off without an answer
    break           take nothing, and break off
    drip            take it, and answer one byte every 50 ms without end; `drip_head` does so within the headers
    oversize        take it, and answer without end
    flaky:PERCENT   by chance `drop`, `break` or `error:503` in so many of 100 requests, and else `take`
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import random
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import receiver_certificates

_OTHER_BYTES = 422


@dataclass(frozen=True)
class Place:
    """Where a receiver is, and what it did."""

    folder: Path
    port: int

    @property
    def host(self):
        return f"localhost:{self.port}"

    @property
    def url(self):
        return f"https://{self.host}/inbox"

    @property
    def ca_file(self):
        return self.folder / "ca.pem"

    def settings(self, **limits):
        """Settings of an installation that may reach this receiver only."""
        from nrm.delivery import DeliverySettings, Limits  # noqa: PLC0415 - the process of the receiver needs it not

        return DeliverySettings(
            hosts=(self.host,), private_allowed=(self.host,), ca_file=self.ca_file, limits=Limits(**limits)
        )

    def behave(self, words):
        part = self.folder / "behaviour.part"
        part.write_text(words)
        part.replace(self.folder / "behaviour")

    def log(self):
        return _lines(self.folder / "effects.jsonl")

    def effects(self):
        """How often each message took effect, by its id."""
        return Counter(line["message"] for line in self.log() if line["what"] == "taken")

    def requests(self):
        return _lines(self.folder / "requests.jsonl")


def no_receipt(_message, _body):
    return b""


def its_id(message, _body):
    """A receipt that says at least for which message it is."""
    return message.encode()


@contextmanager
def in_thread(folder, receipt=no_receipt, names=receiver_certificates.NAMES, days=30):
    """Run one in this process; `receipt` makes the body of an answer, as on the command line."""
    receiver_certificates.make(folder, names, days)
    server = _Server(folder, 0, receipt)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield Place(folder, server.server_port)
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def in_process(folder, *options):
    """Run one in a process of its own; `options` as on its command line."""
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, __file__, "--folder", folder, "--port-file", port_file, *options]
    process = subprocess.Popen(command)
    try:
        end = time.monotonic() + 30
        while not port_file.exists():
            assert process.poll() is None, "the receiver did not start"
            assert time.monotonic() < end, "the receiver does not start"
            time.sleep(0.02)
        yield Place(folder, int(port_file.read_text()))
    finally:
        process.kill()
        process.wait()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # `server_close` waits for them

    def __init__(self, folder, port, receipt):
        self.folder, self.receipt = folder, receipt
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        (folder / "bodies").mkdir(exist_ok=True)
        _mend(folder / "effects.jsonl")
        self.known = {line["message"]: line["sha256"] for line in _lines(folder / "effects.jsonl")}
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(folder / "server.pem")
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self):
        connection, address = super().get_request()
        # The handshake is left to the thread of the connection, so that nobody waits for a silent client.
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), OSError):  # a client that goes away is what these tests are about
            super().handle_error(request, client_address)

    def behaviour(self):
        try:
            word, *more = (self.folder / "behaviour").read_text().strip().split(":", 1)
        except FileNotFoundError:
            return "take", ""
        if word == "flaky":
            fails = random.random() * 100 < float(more[0])  # noqa: S311 - chance, not a secret
            return random.choice([("drop", ""), ("break", ""), ("error", "503")]) if fails else ("take", "")  # noqa: S311
        return word, more[0] if more else ""

    def take(self, message, body):
        digest = hashlib.sha256(body).hexdigest()
        with self.lock:
            if message not in self.known:
                what = "taken"
                (self.folder / "bodies" / f"{message}.age").write_bytes(body)
            else:
                what = "again" if self.known[message] == digest else "other_bytes"
            _append(self.folder / "effects.jsonl", {"message": message, "sha256": digest, "what": what}, sync=True)
            self.known.setdefault(message, digest)
        return what

    def note(self, path, headers):
        with self.lock:
            _append(self.folder / "requests.jsonl", {"path": path, "headers": headers}, sync=False)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    server: _Server

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        self.close_connection = True
        self.server.note(self.path, {name.lower(): value for name, value in self.headers.items()})
        if len(body) < length:
            return  # the sender was killed in the middle: half a message is none, and nobody waits for an answer
        word, more = self.server.behaviour()
        if word == "error":
            status, _, after = more.partition(":")
            self._answer(int(status), {"Retry-After": after} if after else {})
        elif word == "redirect":
            self._answer(307, {"Location": more})
        elif word != "break":
            message = str(UUID(self.headers["Idempotency-Key"] or self.headers["webhook-id"]))  # packages, webhooks
            what = self.server.take(message, body)
            self._taken(word, more, {"taken": 200, "again": 409, "other_bytes": _OTHER_BYTES}[what], message, body)

    def _taken(self, word, more, status, message, body):
        if word == "drip_head":
            self._endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x", 0.05)
        elif word in {"drip", "oversize"}:
            head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
            self._endless(head, b"x" * (65_536 if word == "oversize" else 1), 0.05 if word == "drip" else 0)
        elif word != "drop":
            if word == "slow":
                self.server.stopping.wait(float(more))
            self._answer(status, {}, b"" if status == _OTHER_BYTES else self.server.receipt(message, body))

    def _answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _endless(self, head, part, pause):
        self.wfile.write(head)
        while not self.server.stopping.wait(pause):
            self.wfile.write(part)

    def log_message(self, *_):
        pass


def _append(path, line, *, sync):
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, json.dumps(line).encode() + b"\n")
        if sync:
            os.fsync(handle)
    finally:
        os.close(handle)


def _lines(path):
    whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
    return [json.loads(line) for line in whole.splitlines()]


def _mend(path):
    """Cut off a line that was not finished when the receiver was killed: its effect did not happen."""
    if path.exists():
        os.truncate(path, path.read_bytes().rfind(b"\n") + 1)


def main():
    words = argparse.ArgumentParser(description="A service that takes messages over HTTPS, for tests.")
    words.add_argument("--folder", type=Path, required=True)
    words.add_argument("--port-file", type=Path, required=True)
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--behave", default="")
    words.add_argument("--receipt", default="receiver:no_receipt")
    given = words.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    receiver_certificates.make(given.folder)
    module, _, function = given.receipt.partition(":")
    server = _Server(given.folder, given.port, getattr(importlib.import_module(module), function))
    place = Place(given.folder, server.server_port)
    if given.behave:
        place.behave(given.behave)
    part = given.port_file.with_name(f".{given.port_file.name}.part")
    part.write_text(str(server.server_port))
    part.replace(given.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
