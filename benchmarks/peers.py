"""The other engines, by the package that they come in. One that is not installed is named, never left out silently."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from benchmarks import clips_peer, ours, python_peers, zen_peer
from benchmarks.plain import PlainRules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.contender import Contender
    from nrm.rulebook.book import Rulebook


@dataclass(frozen=True)
class Peer:
    """A package, the version for which its encoding was chosen, and how it is loaded with a rulebook."""

    package: str
    version: str
    load: Callable[[PlainRules], Iterator[Contender]]

    def installed(self) -> str | None:
        """Return the installed version, or None."""
        try:
            return metadata.version(self.package)
        except metadata.PackageNotFoundError:
            return None


PEERS = (
    Peer("zen-engine", "2.1.3", zen_peer.contenders),
    Peer("clipspy", "1.0.6", clips_peer.contenders),
    Peer("rule-engine", "5.1.0", python_peers.rule_engine),
    # json-logic 0.6.3 does not run on Python 3; json-logic-qubit 0.9.1 does, and takes about twice as long.
    Peer("panzi-json-logic", "1.0.1", python_peers.json_logic),
)


def missing() -> list[str]:
    """Return what must be said about packages that are absent or not of the version that was chosen for."""
    said = []
    for peer in PEERS:
        found = peer.installed()
        if found is None:
            said.append(
                f"{peer.package} IS NOT INSTALLED and was NOT MEASURED: pip install {peer.package}=={peer.version}"
            )
        elif found != peer.version:
            said.append(f"{peer.package} {found} is installed; its encoding was chosen for {peer.version}")
    return said


def everybody(rulebook: Rulebook) -> list[Contender]:
    """Return our own contenders and every installed peer, each with `rulebook` loaded."""
    plain = PlainRules(rulebook)
    found = list(ours.contenders(rulebook))
    for peer in PEERS:
        if peer.installed():
            found.extend(peer.load(plain))
    return found
