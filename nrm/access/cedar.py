"""Policies and their schema as text, checked and made ready; the only module that knows the library of Cedar.

INVARIANT (no policy is half understood): a policy that Cedar's validator complains of, that has no `@id` or somebody
else's, that is a template, or that permits without naming its actions and the kind of record, and nothing is loaded.

INVARIANT (nobody is named in a policy): a policy compares identifiers with each other and knows none; one that quotes
an identifier, or looks inside a text, is refused. So nobody gets a right as a person, and verdicts can be kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import cedarpy

from nrm.access.errors import PolicyRefusedError
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA_NAME: Final = "schema.cedarschema"


_IDENTIFIER: Final = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


class BrokenError(Exception):
    """A policy or the request could not be decided. Carries nothing, and never leaves `nrm.access`."""


@dataclass(frozen=True)
class Policy:
    """One policy: its `@id`, its file, what it speaks of, and its form as JSON.

    `actions` is None where it speaks of every action, which only a `forbid` may. `why` is the word for its denials.
    """

    id: str
    file: str
    forbids: bool
    actions: frozenset[str] | None
    kind: str | None
    why: str
    form: Mapping[str, Any]


class Rights:
    """Some policies with their schema, ready to be asked. Thread-safe: it never changes."""

    def __init__(self, schema: cedarpy.Schema, policies: list[Policy]) -> None:
        self._schema = schema
        form = {"staticPolicies": {one.id: one.form for one in policies}, "templates": {}, "templateLinks": []}
        # In this form Cedar calls a policy by its key, and so tells ids instead of `policy0`.
        self._policies = cedarpy.PolicySet.from_json_str(json.dumps(form))

    def ask(self, request: dict[str, Any], entities: str) -> tuple[bool, tuple[str, ...]]:
        """Return whether it is allowed, and the ids that made it so.

        INVARIANT (an error denies): Cedar skips a policy that errors, also a `forbid`; here any error is a denial.

        Raises:
            BrokenError: something went wrong; the caller must deny.
        """
        try:
            answer = cedarpy.is_authorized(request, self._policies, entities, self._schema)
        except Exception:  # noqa: BLE001 - whatever the library does with a request, it must not let anybody through
            raise BrokenError from None
        said = answer.diagnostics
        if said.errors or answer.decision is cedarpy.Decision.NoDecision:
            raise BrokenError
        return answer.allowed, tuple(sorted(said.reasons))


def read_policies(schema: str, texts: Mapping[str, str]) -> tuple[cedarpy.Schema, list[Policy]]:
    """Check policies (text by file name) against the schema and return them in the order in which they stand.

    Raises:
        PolicyRefusedError: with everything that Cedar and we have against them.
    """
    try:
        ready = cedarpy.Schema.from_str(schema)
    except ValueError as error:
        raise PolicyRefusedError(Problem(SCHEMA_NAME, 0, f"it is no schema: {_first(error)}")) from None
    problems: list[Problem] = []
    found = [one for file, text in texts.items() for one in _read(file, text, ready, problems)]
    ids = [one.id for one in found]
    problems += [
        Problem(one.file, 0, f"there are two policies `{one.id}`", "rename one")
        for one in found
        if ids.count(one.id) > 1
    ]
    if not found and not problems:
        problems.append(Problem("policies", 0, "there is no policy, so nobody could do anything"))
    if problems:
        raise PolicyRefusedError(problems)
    return ready, found


def _read(file: str, text: str, schema: cedarpy.Schema, problems: list[Problem]) -> Iterator[Policy]:
    try:
        forms = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        problems.append(Problem(file, 0, f"it cannot be read: {_first(error)}", "mend it"))
        return
    problems += [
        Problem(file, 0, f"Cedar complains: {_first(one.error)}", "mend it, or the schema")
        for one in cedarpy.validate_policies(text, schema).errors
    ]
    if forms["templates"]:
        problems.append(Problem(file, 0, "a template allows nothing", "write a policy without `?principal`"))
    for form in forms["staticPolicies"].values():
        yield _policy(file, form, problems)


def _policy(file: str, form: dict[str, Any], problems: list[Problem]) -> Policy:
    notes = form.get("annotations", {})
    name, forbids = notes.get("id") or "", form["effect"] == "forbid"
    actions, kind = _actions(form["action"]), form["resource"].get("entity_type")
    if not name:
        problems.append(Problem(file, 0, "a policy has no `@id`", "name it, so that a decision can say which it was"))
    if not forbids and (not actions or kind is None):
        what = f"`{name}` permits without naming its actions and `resource is …`"
        problems.append(Problem(file, 0, what, "name both: nobody may do what nobody has thought of"))
    if forbids and not notes.get("why"):
        problems.append(Problem(file, 0, f"`{name}` forbids and has no `@why`", "give the word for the log"))
    if _names_somebody(form):
        what = f"`{name}` quotes an identifier, or looks inside a text"
        problems.append(Problem(file, 0, what, "speak of roles and of whose a record is"))
    return Policy(name, file, forbids, actions, kind, notes.get("why", ""), form)


def _actions(scope: dict[str, Any]) -> frozenset[str] | None:
    if scope["op"] == "All":
        return None
    named = scope["entities"] if "entities" in scope else [scope["entity"]]
    return frozenset(one["id"] for one in named)


def _names_somebody(form: object) -> bool:
    if isinstance(form, dict):
        return "like" in form or any(_names_somebody(one) for one in form.values())
    if isinstance(form, list):
        return any(_names_somebody(one) for one in form)
    return isinstance(form, str) and _IDENTIFIER.search(form) is not None


def _first(error: object) -> str:
    """Return the first line of what the library says; policies hold no personal data."""
    return str(error).strip().splitlines()[0]
