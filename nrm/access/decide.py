"""The one function that says who may do what.

INVARIANT (denied unless allowed): only a policy that permits lets anybody do anything; what no policy speaks of, an
unknown role, an attribute that is missing and any error deny.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from nrm.access.cedar import BrokenError, Rights, read_policies
from nrm.access.request import ATTRIBUTES, KINDS, ROLES, Context, Request, Statistics, unnamed
from nrm.access.standing import record, somebody

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.access.cedar import Policy
    from nrm.access.request import Glass, Principal, Resource
    from nrm.access.standing import Whose

KEPT: Final = 4096
"""Verdicts that are kept at most. They hold no identifier, only how roles, records and footings stand to each other."""


@dataclass(frozen=True)
class Verdict:
    """What came out: allowed or not, by which policies, and when not, why, in a word of the log.

    `why` is one of the reasons of a denial in `nrm.audit.actions`; None when it is allowed.
    """

    allowed: bool
    policies: tuple[str, ...]
    why: str | None = None


class Policies:
    """All policies, loaded once; thread-safe, as it never changes."""

    def __init__(self, schema: str, texts: Mapping[str, str]) -> None:
        """Load policies: the schema as text, and the text of each file by its name.

        Raises:
            PolicyRefusedError: they are not what Cedar and `nrm.access.cedar` take.
        """
        ready, found = read_policies(schema, texts)
        self.all: tuple[Policy, ...] = tuple(found)
        """Every policy, in the order in which they stand."""
        permits = [one for one in found if not one.forbids]
        named = {(action, one.kind) for one in permits for action in one.actions or ()}
        self.pairs: tuple[tuple[str, type[Resource]], ...] = tuple(
            sorted(
                ((action, kind) for action, name in named for kind in KINDS if kind.__name__ == name),
                key=lambda pair: (pair[0], pair[1].__name__),
            )
        )
        """Every action with each kind of record that some policy allows it on; all others are denied to everybody."""
        self._named = frozenset(self.pairs)
        self._whole = cache(lambda action: Rights(ready, _of(found, action)))
        self._permits = cache(lambda action: Rights(ready, _of(permits, action)))
        self._why = {one.id: one.why for one in found if one.forbids}
        self._kept = lru_cache(maxsize=KEPT)(self._decided)
        self._kept_ever = lru_cache(maxsize=KEPT)(self._ever)

    def decide(self, request: Request) -> Verdict:
        """Say whether `request.principal` may do this to the record in hand."""
        if (request.action, type(request.resource)) not in self._named or request.principal.role not in ROLES:
            return Verdict(allowed=False, policies=(), why="not_permitted")
        try:
            return self._kept(unnamed(request))
        except BrokenError:  # not kept: what was wrong may be gone the next time
            return Verdict(allowed=False, policies=(), why="policy_failed")

    def ever(self, role: str, action: str, kind: type[Resource] | None = None) -> bool:
        """Say whether this role may ever do this, to any record of this kind (or of any kind), on the best footing.

        Whoever may not is told so before any record is looked for, so that the denial says nothing of one.
        """
        return self._kept_ever(role, action, None if kind is None else kind.__name__)

    def _decided(self, request: Request) -> Verdict:
        allowed, ids = self._whole(request.action).ask(*_as_cedar(request))
        return Verdict(allowed, ids, None if allowed else self._denied(request, ids))

    def _ever(self, role: str, action: str, kind: str | None) -> bool:
        who = somebody(role)
        kinds = [found for named, found in self.pairs if named == action and kind in {None, found.__name__}]
        return any(
            self.decide(made(who, action, one, whose, glass)).allowed
            for one in kinds
            for whose in WHOSE
            for glass in GLASS
        )

    def _denied(self, request: Request, ids: tuple[str, ...]) -> str:
        """Say why not. What is forbidden is told only of what some policy would permit: the record comes first."""
        if ids and self._would(request):
            return min(self._why[one] for one in ids)
        if request.context.glass == "over" and self._would(
            replace(request, context=replace(request.context, glass="in_force"))
        ):
            return "glass_over"
        if isinstance(request.resource, Statistics):
            return "not_permitted"  # tables belong to nobody, so there is nothing to hide behind "another's"
        own = record(type(request.resource), request.principal, "own")
        return "other_organisation" if self._would(replace(request, resource=own)) else "not_permitted"

    def _would(self, request: Request) -> bool:
        return self._permits(request.action).ask(*_as_cedar(request))[0]


WHOSE: Final[tuple[Whose, Whose]] = ("own", "other")
GLASS: Final[tuple[Glass, Glass]] = ("none", "in_force")


def made(who: Principal, action: str, kind: type[Resource], whose: Whose, glass: Glass = "none") -> Request:
    """Return a made-up request that has everything in order but, perhaps, whose the record is."""
    return Request(who, action, record(kind, who, whose), Context(glass=glass))


def _of(policies: list[Policy], action: str) -> list[Policy]:
    """Return those that can say something of `action`: the others name other actions in their scope."""
    return [one for one in policies if one.actions is None or action in one.actions]


def _as_cedar(request: Request) -> tuple[dict[str, Any], str]:
    """Return a request and its entities as Cedar takes them; an attribute that is None is left out."""
    who, resource, context = request.principal, request.resource, request.context
    kind = type(resource).__name__
    asker = {"who": str(who.who), "organisation": str(who.organisation)}
    if who.unit is not None:
        asker["unit"] = who.unit
    about = {name: _plain(getattr(resource, name)) for name in ATTRIBUTES[type(resource)]}
    entities = [
        {"uid": _ASKER, "attrs": asker, "parents": [{"type": "Role", "id": who.role}]},
        {
            "uid": {"type": kind, "id": "it"},
            "attrs": {name: value for name, value in about.items() if value is not None},
            "parents": [],
        },
    ]
    footing = {
        "purpose": context.purpose,
        "groups": list(context.groups),
        "purpose_groups": list(context.purpose_groups),
        "glass": context.glass,
    }
    asked = {
        "principal": _ASKER,
        "action": {"type": "Action", "id": request.action},
        "resource": {"type": kind, "id": "it"},
        "context": json.dumps(footing),
    }
    return asked, json.dumps(entities)


_ASKER: Final = {"type": "Asker", "id": "it"}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value
