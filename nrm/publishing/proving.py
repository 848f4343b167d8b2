"""Prove a bundle; apart from the report of it, because only whoever proves needs the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.proof.files import guarantee_digest
from nrm.proof.report import prove_all
from nrm.publishing.proofs import GuaranteeProof, PeriodProof, ProofReport, guarantees_on

if TYPE_CHECKING:
    from nrm.publishing.bundle import Bundle
    from nrm.publishing.examples import Seen


def prove_bundle(bundle: Bundle, seen: Seen = lambda *_: None) -> ProofReport:
    """Prove every guarantee for every rulebook of a bundle; `seen` hears ("guarantees", done, all)."""
    periods = list(bundle.periods())
    every = sum(len(guarantees_on(bundle, on)) for _, on, _ in periods)
    told: list[PeriodProof] = []
    done = 0

    def one_more(_name: str) -> None:
        nonlocal done
        done += 1
        seen("guarantees", done, every)

    for country, on, book in periods:
        proved = prove_all(bundle.guarantees, bundle.files, book, on, seen=one_more)
        told.append(
            PeriodProof(
                country=country,
                on=on,
                rulebook=proved.program.digest,
                guarantees=tuple(
                    GuaranteeProof(
                        guarantee=entry.name,
                        digest=guarantee_digest(entry.resolved.guarantee),
                        version=entry.resolved.version.from_,
                        verdict=entry.result.verdict,
                    )
                    for entry in proved.entries
                ),
            )
        )
    return ProofReport(periods=tuple(told))
