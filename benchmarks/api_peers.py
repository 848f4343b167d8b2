"""What the service is measured beside: FastAPI alone, and FastAPI that does one bare insert into the same database.

    python benchmarks/api_peers.py plain|bare FOLDER PORT

Both run as ours does: uvicorn with uvloop and httptools, one process, no access log, a synchronous route.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from uuid import uuid4

import uvicorn
from fastapi import Body, FastAPI
from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid, insert

from nrm.bootstrap_store import open_database, read_home
from nrm.vault.keys_file import open_keys
from nrm.vault.passphrase import Passphrase

RECORD = Body()
bare = Table("bench_bare", MetaData(), Column("id", Uuid, primary_key=True), Column("body", LargeBinary))


def plain_app() -> FastAPI:
    """Return an application that reads the record and says yes."""
    app = FastAPI()

    @app.post("/v1/intakes", status_code=201)
    def take_in(record: dict[str, object] = RECORD) -> dict[str, str]:
        return {"case": str(uuid4()), "facts": str(len(record))}

    return app


def bare_app(folder: Path) -> FastAPI:
    """Return an application that puts 2 KB into the database of an installation, durably, and says yes."""
    home = read_home(folder)
    keys = open_keys(home.keys, Passphrase(os.environ["NRM_BENCH_PASSPHRASE"]))
    engine = open_database(home, keys)
    with engine.begin() as connection:
        bare.create(connection, checkfirst=True)
    statement, body = insert(bare), os.urandom(2048)
    app = FastAPI()

    @app.post("/v1/intakes", status_code=201)
    def take_in(record: dict[str, object] = RECORD) -> dict[str, str]:
        made = uuid4()
        with engine.begin() as connection:
            connection.execute(statement, {"id": made, "body": body})
        return {"case": str(made), "facts": str(len(record))}

    return app


if __name__ == "__main__":
    which, where, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    uvicorn.run(
        plain_app() if which == "plain" else bare_app(where),
        port=port,
        access_log=False,
        log_level="warning",
        loop="uvloop",
        http="httptools",
    )
