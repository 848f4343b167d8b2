"""Which functions make up the parts of a referral, for the table that says where its time goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks import referral_work
from benchmarks.referral_work import CONSENT, FACTS_IN, REFERRED, SEQUENCED
from nrm.bootstrap_services import KeptServices
from nrm.casework.clocks import concluding
from nrm.casework.journal import Journal
from nrm.casework.office.sequence import Sequencer
from nrm.casework.referrals import consenting, placing, referring, sending, steps
from nrm.engine.decide import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nrm.bootstrap_store import Office

DECIDED, MATCHED, PERMITTED, SEALED = "decided by both engines", "matched", "permission and contents", "sealed, signed"
KEPT, CLOCKS, ENTRIES, COMMITTED = (
    "record read, plan kept",
    "clocks and tasks",
    "entries made",
    "commits (disk awaited)",
)


def parts_of(office: Office) -> Mapping[str, Sequence[tuple[Any, str]]]:
    """Return the functions of each part; what a step does besides is the step's own."""
    return {
        FACTS_IN: [(referral_work, "open_case")],
        CONSENT: [(referral_work, "note_consent")],
        REFERRED: [(referral_work, "refer")],
        KEPT: [(referring, "look")],
        DECIDED: [(Engine, "decide")],
        MATCHED: [(KeptServices, "rank")],
        PERMITTED: [(placing, "permitted"), (sending, "pick"), (sending, "contents")],
        SEALED: [(sending, "seal_package")],
        CLOCKS: [
            *((concluding, name) for name in ("clocks_of", "after_decision", "keep_dates")),
            *((steps, name) for name in ("stop_clocks", "wait")),
            (consenting, "settle"),
        ],
        ENTRIES: [(Journal, "write")],
        SEQUENCED: [(Sequencer, "run")],
        COMMITTED: [(office.database.dialect, "do_commit")],
    }
