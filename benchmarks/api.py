"""Measure the service under load: intake, decision and commit in one request, beside FastAPI with one bare insert.

    python benchmarks/api.py [--seconds 10] [--rounds 3] [--connections 8] [--processes 1,2] [--only SQLCipher]
        [--cases 10000,100000,1000000]

The load comes from `wrk` (Debian's wrk) over the loopback, in the same run for all, one after the other, in rounds.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from benchmarks.api_account import filled
from benchmarks.api_account import token as token_in
from benchmarks.api_records import records
from benchmarks.installations import KINDS, SQLCIPHER, a_server
from benchmarks.timing import lines, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSPHRASE: Final = "only for the benchmarks"  # noqa: S105 - nothing is kept under it
HERE: Final = Path(__file__).parent
RECORDS: Final = 200
"""Different records that are sent, one after the other and again from the first."""

_err = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Load:
    """What one round reached: requests a second, milliseconds, and answers that were no success."""

    rate: float
    p50: float
    p99: float
    wrong: int


def main(
    seconds: Annotated[int, typer.Option(min=1, help="Seconds of one round.")] = 10,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of each.")] = 3,
    connections: Annotated[int, typer.Option(min=1, help="Connections that ask at the same time.")] = 8,
    processes: Annotated[str, typer.Option(help="Processes of ours on PostgreSQL, each measured.")] = "1,2",
    only: Annotated[str, typer.Option(help="One database: SQLCipher or PostgreSQL; empty for both.")] = "",
    cases: Annotated[str, typer.Option(help="Stored cases beside which ours is measured again; empty for none.")] = "",
) -> None:
    """Measure, and print Markdown for docs/performance.md."""
    if shutil.which("wrk") is None:
        _err.print("[bold red]NOTHING WAS MEASURED: install wrk (Debian: wrk)[/]")
        raise typer.Exit(2)
    typer.echo(surroundings(f"{connections} connections", f"{rounds} rounds of {seconds} s"))
    for kind in (kind for kind in KINDS if only in {"", kind}):
        with _installation(kind) as (folder, token):
            found: dict[str, list[Load]] = {}
            counts = [1] if kind == SQLCIPHER else [int(one) for one in processes.split(",")]
            servers = {
                "FastAPI alone": [sys.executable, str(HERE / "api_peers.py"), "plain", str(folder)],
                "FastAPI, one bare insert": [sys.executable, str(HERE / "api_peers.py"), "bare", str(folder)],
                **{f"ours, {count} process(es)": ["ours", str(count), str(folder)] for count in counts},
            }
            for number in range(rounds):
                for name, command in servers.items():
                    _err.print(f"{kind}: {name}, round {number + 1} of {rounds}")
                    with _serving(command) as port:
                        _load(port, token, 2, connections)  # what is made at the first request is made now
                        found.setdefault(name, []).append(_load(port, token, seconds, connections))
            _show(kind, found)
            grown, stored = {"FastAPI, one bare insert": found["FastAPI, one bare insert"]}, 0
            for count in (int(one) for one in cases.split(",") if one):
                _err.print(f"{kind}: filling up to {count:,} cases")
                filled(folder, PASSPHRASE, count - stored)
                stored = count
                with _serving(["ours", "1", str(folder)]) as port:
                    _load(port, token, 2, connections)
                    grown[f"ours beside {count:,} cases"] = [_load(port, token, seconds, connections)]
            if stored:
                _show(kind, grown)


def _show(kind: str, found: dict[str, list[Load]]) -> None:
    bare = median(one.rate for one in found["FastAPI, one bare insert"])
    rows = []
    for name, loads in found.items():
        rate = median(one.rate for one in loads)
        cells = (f"{rate:.0f}", f"{rate / bare:.2f}", f"{median(one.p50 for one in loads):.1f}")
        rows.append(
            (f"{kind}: {name}", *cells, f"{median(one.p99 for one in loads):.1f}", str(sum(one.wrong for one in loads)))
        )
    typer.echo("\n" + lines(["", "requests/s", "of the bare insert", "p50 ms", "p99 ms", "not 2xx"], rows))


@contextlib.contextmanager
def _installation(kind: str) -> Iterator[tuple[Path, str]]:
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="nrm-bench-", ignore_cleanup_errors=True))
        url = None if kind == SQLCIPHER else stack.enter_context(a_server())
        (Path(name) / "passphrase").write_text(PASSPHRASE)
        (Path(name) / "passphrase").chmod(0o600)
        os.environ["NRM_BENCH_PASSPHRASE"] = PASSPHRASE
        folder = Path(name) / "home"
        command = [_nrm(), "init", str(folder), "--origin", "bench.example/log", "--organisation", "bench"]
        command += ["--country", "gb", "--passphrase-file", str(Path(name) / "passphrase")]
        _run([*command, *(["--database", url] if url else [])])
        with (folder / "home.toml").open("a") as settings:
            settings.write('\n[api]\nwrites = "999999999"\nreads = "999999999"\n')
        yield folder, token_in(folder, PASSPHRASE)


def _nrm() -> str:
    return str(Path(sys.executable).parent / "nrm")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours


@contextlib.contextmanager
def _serving(command: list[str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if command[0] == "ours":
        folder = Path(command[2])
        command = [_nrm(), "serve", "--home", str(folder), "--processes", command[1], "--port", str(port)]
        command += ["--passphrase-file", str(folder.parent / "passphrase")]
    else:
        command = [*command, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        _wait(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            time.sleep(1)
            return
        time.sleep(0.1)
    raise typer.Exit(2)


def _load(port: int, token: str, seconds: int, connections: int) -> Load:
    bodies = ",\n".join(json.dumps(record) for record in records(RECORDS))
    script = f"""
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
wrk.headers["Purpose-Of-Use"] = "case_management"
local bodies = {{ {bodies} }}
local turn = 0
request = function()
  turn = turn % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[turn])
end
"""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", file.name]
        done = subprocess.run(  # noqa: S603 - ours
            [*command, f"http://127.0.0.1:{port}/v1/intakes"], check=True, capture_output=True, text=True
        )
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])  # type: ignore[index]
    return Load(rate, _ms(done.stdout, "50%"), _ms(done.stdout, "99%"), int(wrong[1]) if wrong else 0)


def _ms(text: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", text)
    assert found is not None
    return float(found[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[found[2]]


if __name__ == "__main__":
    typer.run(main)
