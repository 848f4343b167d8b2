"""`nrm witness`: an oversight body watches logs with our own program, and cosigns what only grew."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from nrm.audit.cosignature import CosignatureVerifier
from nrm.audit.note import Verifier, checked_name
from nrm.audit.witness import Witness
from nrm.audit.witness_key import SEED_BYTES, make_key, read_key
from nrm.audit.witness_state import CHECKPOINT, FORK, StandingWitness, StateRefusedError, read_state
from nrm.cli.files import read_text
from nrm.cli.output import OF_LOG, counted
from nrm.errors import FileRefusedError, Problem

FORKED = 1
"""Exit code when a log showed two histories, or the memory of the witness cannot be believed."""

app = typer.Typer(no_args_is_help=True)

KeyFile = Annotated[Path, typer.Option("--key", metavar="FILE", help="The witness's own key file.")]
StateFolder = Annotated[Path, typer.Option("--state", metavar="DIR", help="Folder of what the witness remembers.")]


@app.command("init")
def init(
    name: Annotated[str, typer.Option("--name", help="Name of the witness, such as `rapporteur.example/witness`.")],
    key: KeyFile,
) -> None:
    """Make the key of a new witness, and print its public half, which goes into the policies of others."""
    _say(make_key(key, checked_name(name, "--name"), os.urandom(SEED_BYTES)).vkey)


@app.command("serve")
def serve(
    key: KeyFile,
    state: StateFolder,
    log: Annotated[
        list[Path], typer.Option("--log", metavar="VKEYFILE", help="Public key of a log to watch; may be repeated.")
    ],
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 7380,
) -> None:
    """Cosign the checkpoints of the logs that only grow, until SIGTERM or Ctrl-C."""
    from nrm.audit import witness_server  # noqa: PLC0415 - other commands must not wait for the web framework

    witness = Witness(read_key(key), [verifier for path in log for verifier in _verifiers(path)])
    with StandingWitness(witness, state) as standing, witness_server.listen(host, port) as on:
        shown = f"[{host}]" if ":" in host else host
        _say(f"{witness.cosigner.name} listens on http://{shown}:{on.getsockname()[1]}/add-checkpoint")
        for origin in witness.logs:
            _say(f"watching {origin}, {counted(standing.known(origin).size, *OF_LOG)} so far")
        witness_server.serve(standing, on, time.time)


@app.command("status")
def status(key: KeyFile, state: StateFolder) -> None:
    """Show the public key, what was cosigned last for each log, and every log that showed two histories."""
    cosigner = read_key(key)
    _say(cosigner.vkey)
    if not state.is_dir():
        raise FileRefusedError(Problem(str(state), 0, "there is no such folder", "name the one that `serve` works in"))
    sound = True
    for path in sorted(state.glob(f"*{CHECKPOINT}")):
        try:
            seen = read_state(path, CosignatureVerifier(cosigner.vkey))
        except StateRefusedError as refused:
            sound = False
            for problem in refused.problems:
                typer.echo(f"error: {problem}", err=True)
            continue
        if seen is not None:
            origin, known = seen
            when = datetime.fromtimestamp(known.timestamp, tz=UTC).isoformat(sep=" ")
            _say(f"{origin}: {counted(known.size, *OF_LOG)}, cosigned {when}")
    for path in sorted(state.glob(f"*{FORK}")):
        sound = False
        _say(f"TWO HISTORIES: {path} contradicts {path.with_suffix(CHECKPOINT).name}; keep both, and tell the public")
    if not sound:
        raise typer.Exit(FORKED)


def _verifiers(path: Path) -> list[Verifier]:
    """Read the public keys in a file, one on each line; a log that changed its key has several."""
    keys = [line.strip() for line in read_text(path).splitlines() if line.strip()]
    if not keys:
        raise FileRefusedError(Problem(str(path), 0, "there is no key in the file", "put the log's public key there"))
    return [Verifier(key) for key in keys]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
