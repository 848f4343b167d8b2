"""schemathesis over the whole description of the service, asked by one role, in this process.

found = fuzzed(world, Asker(...).token, examples=2)
found.faults                                     # what any check has against any answer; empty is what is wanted
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

import schemathesis
from schemathesis.config import (
    ChecksConfig,
    CoveragePhaseConfig,
    ExamplesPhaseConfig,
    FuzzingPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    StatefulPhaseConfig,
)
from schemathesis.config._checks import (
    MissingRequiredHeaderConfig,
    NegativeDataRejectionConfig,
    PositiveDataAcceptanceConfig,
)
from schemathesis.engine import events, from_schema

SEED = 20260301

# What is well formed may still be refused, and the description cannot say when: a word of the vocabulary that is none
# (422), a case that was shredded (410), a version that is not the newest (412), another role to be named (400).
REFUSED = ["400", "410", "412", "422"]
# Without `If-Match` it is 428 (RFC 6585), of which schemathesis does not think.
UNSEEN = ["428"]
# What was destroyed stays destroyed, whatever else is wrong with a request.
DESTROYED = ["410", "412"]

OF_METHODS = frozenset({"unsupported_method", "allow_header_conformance"})


@dataclass
class Found:
    """What came out: how often each check was made, each status told, and every fault, once for each operation."""

    calls: int = 0
    checks: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    faults: dict = field(default_factory=dict)


def checks():
    """All checks that schemathesis has; none is off."""
    positive, negative = PositiveDataAcceptanceConfig(), NegativeDataRejectionConfig()
    missing = MissingRequiredHeaderConfig()
    return ChecksConfig(
        positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=positive.expected_statuses + REFUSED),
        negative_data_rejection=NegativeDataRejectionConfig(expected_statuses=negative.expected_statuses + DESTROYED),
        missing_required_header=MissingRequiredHeaderConfig(expected_statuses=missing.expected_statuses + UNSEEN),
    )


def fuzzed(world, token, role, *, examples, coverage=False, only=None):
    """Ask everything, or only the operations whose path `only` fits, and return what came out.

    `coverage` walks through every edge of every schema, which is much, and needs no luck.
    """
    generation = GenerationConfig(max_examples=examples, deterministic=True, no_shrink=True)
    phases = PhasesConfig(
        examples=ExamplesPhaseConfig(enabled=True),
        coverage=CoveragePhaseConfig(enabled=coverage),
        fuzzing=FuzzingPhaseConfig(enabled=True),
        stateful=StatefulPhaseConfig(enabled=coverage),
    )
    headers = {"Purpose-Of-Use": "case_management", **({"Authorization": f"Bearer {token}"} if token else {})}
    if token and role != "visit":
        headers["NRM-Role"] = role
    project = ProjectConfig(
        headers=headers, generation=generation, phases=phases, checks=checks(), continue_on_failure=True
    )
    config = SchemathesisConfig(seed=SEED, projects=ProjectsConfig(default=project))
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", world.service.app, config=config)
    if only is not None:
        schema = schema.include(path_regex=only)
    _knowing(schema, {**world.ours, **world.ours["sent"]})
    return _run(schema)


def _knowing(schema, words):
    """Let half of all requests speak of what there is, and no two share a key by accident."""
    keys = count()

    def map_path_parameters(context, path_parameters):  # noqa: ARG001 - as schemathesis calls it
        for name, value in (path_parameters or {}).items():
            if name in words and isinstance(value, str) and zlib.crc32(value.encode(errors="replace")) % 2:
                path_parameters[name] = words[name]
        return path_parameters

    def map_headers(context, headers):  # noqa: ARG001 - as schemathesis calls it
        if headers and len(str(headers.get("Idempotency-Key", ""))) >= 8:
            headers["Idempotency-Key"] = f"key-number-{next(keys)}"
        return headers

    schema.hooks.hook("map_path_parameters")(map_path_parameters)
    schema.hooks.hook("map_headers")(map_headers)


def _twofold(schema):
    """Operations whose path fits another one too, as `/cases/search` fits `/cases/{case}`.

    A method that only the other one has is not 405 there: it is refused because `search` is no identifier.
    """
    paths = {operation.ok().path for operation in schema.get_all_operations()} | set(schema.raw_schema["paths"])
    literal = {
        path for path in paths if f"{path.rpartition('/')[0]}/{{" in {one[: one.rfind("{") + 1] for one in paths}
    }
    labels = (operation.ok().label for operation in schema.get_all_operations())
    return {label for label in labels if label.partition(" ")[2] in literal and not label.endswith("}")}


def _run(schema):
    found, twofold = Found(), _twofold(schema)
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            value = event.value if isinstance(event, events.NonFatalError) else event.exception
            found.faults[type(event).__name__, getattr(event, "label", "")] = repr(value)
        if not isinstance(event, events.ScenarioFinished):
            continue
        recorder = event.recorder
        found.calls += len(recorder.interactions)
        found.statuses.update(one.response.status_code for one in recorder.interactions.values() if one.response)
        for case, made in recorder.checks.items():
            found.checks.update(check.name for check in made)
            for check in (one for one in made if one.failure_info):
                label = recorder.cases[case].value.operation.label
                if check.name in OF_METHODS and label in twofold:
                    continue
                failure = check.failure_info.failure
                sent = recorder.cases[case].value.as_curl_command()
                found.faults.setdefault(
                    (check.name, label), f"{failure.title}: {failure.message[:300]}\n  {sent[:600]}"
                )
    return found
