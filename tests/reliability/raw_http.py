"""Bytes sent as they are, as no HTTP client would send them, and the answers to them.

answers = sent(port, b"GET /health HTTP/1.1\\r\\n…")     # of one connection, until the server closes it
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass

PATIENCE = 10
"""Seconds to wait for an answer."""

ENOUGH = 0.3
"""Seconds in which nothing comes after an answer, when the server keeps the connection open."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def connected(port):
    made = socket.create_connection(("127.0.0.1", port), PATIENCE)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def sent(port, data):
    """Send `data` on a connection of its own; return all answers."""
    with connected(port) as sock:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before it was whole: its answer may be there
            sock.sendall(data)
        return heard(sock)


def heard(sock):
    """Return all answers that come on a connection."""
    data = b""
    sock.settimeout(PATIENCE)
    try:
        while more := sock.recv(65536):
            data += more
            sock.settimeout(ENOUGH)
    except (TimeoutError, ConnectionResetError):
        pass
    return parsed(data)


def parsed(data):
    answers = []
    while data.startswith(b"HTTP/"):
        head, _, data = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        answers.append(Answer(int(first.split()[1]), headers, data[:length]))
        data = data[length:]
    assert data == b"", "something came that is no answer"
    return answers


def request(first, *headers, body=b"", host=True, length=True):
    """Return the bytes of a request from its first line, its headers and its body."""
    lines = [first, *(["Host: 127.0.0.1"] if host else []), *headers]
    if body and length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
