"""The search for what is left of a case finds what the database cut in pieces, wherever it was cut."""

from __future__ import annotations

import secrets
from types import SimpleNamespace

import psycopg
from canary_remains import WINDOW, ends, stored
from own_server import OwnServer

PIECE = 1996
"""PostgreSQL keeps a value that is longer than a row may be in pieces of so many bytes (TOAST_MAX_CHUNK_SIZE)."""


def test_what_is_sealed_is_found_wherever_the_database_cut_it_in_two():
    server = OwnServer()
    try:
        values = [secrets.token_bytes(2 * PIECE + more) for more in range(-1, 2 * WINDOW + 2)]
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (sealed bytea)")
            for value in values:
                connection.execute("INSERT INTO kept VALUES (%s)", [value])
        content = stored(SimpleNamespace(server=server))
    finally:
        server.end()
    unseen = [value for value in values if value[-WINDOW:] not in content]
    assert len(unseen) == WINDOW - 1, "the very last bytes alone would not do"
    assert all(any(end in content for end in ends(value)) for value in values)
    assert not any(end in content for end in ends(secrets.token_bytes(PIECE)))
