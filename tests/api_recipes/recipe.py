"""How each route is asked: which record its policy is about, and what is sent, so that only the policy can object.

    RECIPES["POST /v1/cases/{case}/duties/{duty}/done"] = Recipe(Case, subject="case")

Words in braces, in the path, the query, the headers and the body, are names of the `World`. `subject` is the one that
names the record; of a route without one, each asker has their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nrm.access import Case, Resource
from nrm.access.standing import SHARED

if TYPE_CHECKING:
    from collections.abc import Mapping

RECIPES: dict[str, Recipe] = {}


@dataclass(frozen=True)
class Recipe:
    """How one route is asked.

    `standings` are those of `nrm.access.table`. `action` is what the policies are asked, where the use case asks for
    another than the one that the route names; with `in_hand` false it knows no record and only asks whether the role
    ever may. `state` is that of the referral which the words tell of. `beside` are refusals that look like denials
    and come after the policies said yes, as (role, status, code); with `passes` false nobody gets through, for a
    reason that stands beside the recipe. To a `visit` comes whoever has a person's session, and nobody else. `world`
    is the office of which it is asked.
    """

    kind: type[Resource]
    subject: str | None = None
    body: Any = None
    content: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    standings: tuple[str, ...] | None = None
    in_hand: bool = True
    action: str | None = None
    state: str = "sent"
    beside: frozenset[tuple[str, int, str]] = frozenset()
    passes: bool = True
    visit: bool = False
    world: str = "casework"

    @property
    def stands(self) -> tuple[str, ...]:
        """How the record can stand to the asker on this route."""
        if self.standings is not None:
            return self.standings
        if self.kind in SHARED:
            return ("shared",)
        if self.subject is None:
            return ("own",)
        return ("own", "other", "nobody", "glass") if self.kind is Case else ("own", "other", "nobody")


def add(routes: Mapping[str, Recipe]) -> None:
    """Add the recipes of some routes. Raises `ValueError` when one has two."""
    twice = RECIPES.keys() & routes.keys()
    if twice:
        raise ValueError(f"two recipes for {sorted(twice)}")
    RECIPES.update(routes)


def filled(template: Any, words: Mapping[str, str]) -> Any:
    """Return a template with its words in braces filled in."""
    if isinstance(template, str):
        return template.format_map(words) if "{" in template else template
    if isinstance(template, dict):
        return {name: filled(value, words) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, words) for value in template]
    return template
