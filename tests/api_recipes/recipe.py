"""How each route is asked: which record its policy is about, and what is sent so that only the policy can be against it.

    RECIPES["POST /v1/cases/{case}/duties/{duty}/done"] = Recipe(Case, subject="case")

Words in braces, in the path, the query, the headers and the body, are names of the `World`. `subject` is the one that
names the record; of a route without one, each asker has their own. `standings` are those of `nrm.access.table`. With
`in_hand` false the use case knows no record and only asks whether the role ever may. `beside` are other refusals that
come after the policy said yes, by role: (status, code). `actions` are what the policy is asked, where the use case asks
for another than the one that the route names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nrm.access.request import Resource
from nrm.access.standing import SHARED

RECIPES: dict[str, Recipe] = {}


@dataclass(frozen=True)
class Recipe:
    kind: type[Resource]
    subject: str | None = None
    body: Any = None
    content: bytes | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    standings: tuple[str, ...] | None = None
    in_hand: bool = True
    action: str | None = None
    beside: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    world: str = "casework"

    @property
    def stands(self) -> tuple[str, ...]:
        """How the record can stand to the asker on this route."""
        if self.standings is not None:
            return self.standings
        if self.kind in SHARED:
            return ("shared",)
        return ("own", "other", "nobody") if self.subject else ("own",)


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
