"""A small server on this machine that hears whatever a service sends: traces (OTLP over HTTP), and what it asks a
provider of identity; it keeps addresses, headers and bodies of all requests.

    with watching() as watch:
        watch.url                      # http://127.0.0.1:…
        watch.heard(), watch.spans()   # bytes of all requests; how many of them had traces
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TRACES, PROVIDER = "/v1/traces", "/provider"


class Watch(ThreadingHTTPServer):
    """The server; what it heard is (address, headers, body) by request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def heard(self):
        """All that must hold no canary: of the provider only addresses, for a code belongs into the body for it."""
        return [
            part
            for path, headers, body in self.requests
            for part in (path.encode(), *(() if path.startswith(PROVIDER) else (headers, body)))
        ]

    def spans(self):
        """All bodies with traces, as one."""
        return b"".join(body for path, _, body in self.requests if path == TRACES)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def log_message(self, *_):
        """Say nothing."""

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.server.requests.append((self.path, str(self.headers).encode(), body))
        answer = b""
        if self.path.startswith(PROVIDER):
            issuer = self.server.url + PROVIDER
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            answer = json.dumps({"issuer": issuer, **{name: f"{issuer}/{name}" for name in names}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if answer else "application/x-protobuf")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@contextmanager
def watching():
    """Run one."""
    server = Watch()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
