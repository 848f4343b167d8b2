"""What an oversight body asks: the log, proofs, events, decisions sealed for it, counts of access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nrm.audit.errors import TileMissingError
from nrm.audit.note import Verifier
from nrm.audit.source import CHECKPOINT, COSIGNED
from nrm.audit.verify import verify
from nrm.client.errors import ClientError
from nrm.client.wire import place
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from nrm.audit.checkpoint import Checkpoint
    from nrm.audit.verify import Verified
    from nrm.audit.witnessed import WitnessPolicy
    from nrm.client.answer import Answer
    from nrm.client.wire import Wire


class Oversight:
    """Methods raise `ProblemError` and `UnreachableError`; `docs/api.md` says what each answers."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def checkpoint(self) -> bytes:
        """Tell how far the published log goes, signed (C2SP tlog-checkpoint)."""
        return self._wire.ask("GET", place("oversight", "checkpoint")).content

    def cosigned(self) -> bytes:
        """Tell how far enough witnesses have cosigned the log; a `ProblemError` of status 404 when nowhere."""
        return self._wire.ask("GET", place("oversight", "checkpoint.cosigned")).content

    def tile(self, path: str) -> bytes:
        """Give a file of the log, such as `0/000.p/17` (C2SP tlog-tiles)."""
        return self._wire.ask("GET", f"{place('oversight', 'tile')}/{quote(path)}").content

    def vkey(self) -> str:
        """Tell the public key of the log; compare it with one that you got another way."""
        return self._wire.ask("GET", place("oversight", "vkey")).text.strip()

    def verify(self, vkey: str, last_seen: Checkpoint | None = None, policy: WitnessPolicy | None = None) -> Verified:
        """Verify the whole log: fetch every entry, and believe nothing but the key `vkey` that you hold.

        `policy` (see `nrm.audit.policy_file.parse_policy`) names the witnesses who must have cosigned it.

        Raises:
            LogError: it is not sound, or cannot be had (see `nrm.audit.verify`).
        """
        return verify(_Log(self), Verifier(vkey), last_seen=last_seen, policy=policy)

    def proof(self, event: UUID | str) -> bytes:
        """Prove that an event is in the log (C2SP tlog-proof)."""
        return self._wire.ask("GET", place("oversight", "proofs", event)).content

    def events(self, reason: str, **wanted: str) -> Iterator[dict[str, Any]]:
        """Yield entries of the log: `action`, `actor`, `result`, `since` … ; that you looked is an entry itself."""
        sought: dict[str, Any] = {"reason": reason, **wanted}
        while True:
            page = self._wire.send("POST", place("oversight", "events", "search"), sought)
            yield from page["items"]
            if page["next"] is None:
                return
            sought["cursor"] = page["next"]

    def bundle(self, event: UUID | str, reason: str, recipient: str) -> bytes:
        """Have the decision of an event sealed to the age key `recipient`, to be made again with `nrm replay`."""
        body = {"reason": reason, "recipient": recipient}
        return self._wire.ask("POST", place("oversight", "decisions", event, "bundle"), json=body).content

    def policies(self) -> Answer:
        """Tell who may do what, in the files by which the installation decides."""
        return self._wire.get(place("oversight", "policies"))

    def access_statistics(self, reason: str, **when: str) -> Answer:
        """Count how access was used, perhaps only `since` and `until` a moment."""
        return self._wire.get(place("oversight", "statistics", "access"), {"reason": reason, **when})


class _Log:
    """The log behind the service, as `nrm.audit` reads one."""

    def __init__(self, oversight: Oversight) -> None:
        self._of = oversight
        self.name = "the log of the service"

    def read(self, path: str) -> bytes:
        """Give the whole file. Raises `TileMissingError`."""
        try:
            if path == CHECKPOINT:
                return self._of.checkpoint()
            return self._of.cosigned() if path == COSIGNED else self._of.tile(path.removeprefix("tile/"))
        except ClientError as error:
            found = error.problems[0]
        raise TileMissingError(Problem(f"{self.name}/{path}", 0, f"it cannot be had: {found.what}", found.todo))
