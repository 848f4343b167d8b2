"""Records for the service under load, no two alike: half with the facts of our examples, half with random ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.rulebooks import base_workload
from nrm.rulebook.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from nrm.engine.facts import Facts


def records(count: int) -> list[str]:
    """Return so many records as JSON, each with an account of 320 characters."""
    return [_record(number, facts) for number, facts in enumerate(base_workload(count).cases)]


def _record(number: int, facts: Facts) -> str:
    told = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in facts.items()}
    return json.dumps(
        {
            "identity": {"first_name": f"Nobody {number}"},
            "account": {"journey": "made up " * 40},
            "facts": {name: value for name, value in told.items() if value not in (UNKNOWN, None, [])},
        }
    )
