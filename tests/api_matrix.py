"""The matrix of access: every route, in every role, however the record stands, against the table of the policies.

    with hearing() as heard:
        seen = ask(world, client, heard, name, action, recipe, Cell("overseer", "own", "not_permitted"))
    faults(seen)                                    # sentences, none where the answer is what the table says

What proves that the policies were asked with the record in hand is not the answer: each question to them is heard.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from api_caseworker import told
from api_office import PURPOSE
from api_recipes.recipe import filled

from nrm.access import ROLES, shipped
from nrm.access.decide import Policies
from nrm.access.table import ALLOWED, NOT_FOUND, table
from nrm.audit.entry import decode

ASKERS = tuple(role for role in ROLES if role != "worker")
OTHERS = "other_organisation"


def names_of(route):
    """The names of a route, one for each method, as recipes have them."""
    return [f"{method} {route.path}" for method in sorted(route.methods or ()) if method != "HEAD"]


@dataclass(frozen=True)
class Cell:
    """One cell: `outcome` is what `nrm.access.table` says."""

    role: str
    standing: str
    outcome: str


@cache
def said_of(action, kind):
    """What the table says of an action on a kind of record, by role and standing."""
    lines = [line for line in table(shipped()) if (line.action, line.kind) == (action, kind.__name__)]
    return {(line.role, line.standing): line.outcome for line in lines}


def cells(action, recipe):
    """Every cell of a route whose policy is asked for `action`; none where no policy speaks of it."""
    said = said_of(recipe.action or action, recipe.kind)
    if recipe.visit:
        return [Cell("person", "own", said["person", "own"])]
    found = [Cell(role, standing, said[role, standing]) for role in ASKERS for standing in recipe.stands if said]
    if recipe.in_hand:
        return found
    ever = {role for (role, _), outcome in said.items() if outcome == ALLOWED}
    return [replace(cell, outcome=ALLOWED if cell.role in ever else "not_permitted") for cell in found]


@contextmanager
def hearing():
    """Hear every question to the policies, as (request, verdict)."""
    heard, decide = [], Policies.decide

    def listening(self, request):
        verdict = decide(self, request)
        heard.append((request, verdict))
        return verdict

    Policies.decide = listening
    try:
        yield heard
    finally:
        Policies.decide = decide


@dataclass(frozen=True)
class Seen:
    """What came of one cell; `none` is the answer to the same about a record that there is not."""

    cell: Cell
    action: str
    recipe: object
    answer: object
    asked: list
    entries: list
    changed: list
    none: object = None


def send(client, name, recipe, words, token=None, **more):
    """Send what a recipe says, with its words filled in."""
    method, _, path = name.partition(" ")
    signed = {"Authorization": f"Bearer {token}"} if token else {}
    headers = {**PURPOSE, **signed, **filled(dict(recipe.headers), words), **more}
    sent = {} if recipe.body is None else {"json": filled(recipe.body, words)}
    if recipe.content is not None:
        sent["content"] = filled(recipe.content, words)
    where = filled(path.replace(":path}", "}"), words)
    return client.request(method, where, headers=headers, params=filled(dict(recipe.query), words), **sent)


def ask(world, client, heard, name, action, recipe, cell):
    """Ask one route as somebody who stands so, from the beginning of the world."""
    asker = world.asker(recipe, cell.role, cell.standing)
    nothing, ours = world.nothing(recipe.subject, recipe.state), world.of(world.ours, recipe.state)
    world.again()
    heard.clear()
    purpose = {"Purpose-Of-Use": "health_care"} if cell.standing == "glass" else {}
    token = ours["visit"] if recipe.visit else asker.token
    answer = send(client, name, recipe, nothing if cell.standing == "nobody" else ours, token, **purpose)
    asked = [(request, verdict) for request, verdict in heard if request.principal.who == asker.who]
    entries, changed = [decode(row.leaf) for row in world.waiting()], world.changed()
    none = None
    if cell.outcome == OTHERS:
        world.again()
        none = send(client, name, recipe, nothing, asker.token, **purpose)
    return Seen(cell, recipe.action or action, recipe, answer, asked, entries, changed, none)


def faults(seen):
    """What is wrong with a cell, as sentences."""
    status = seen.answer.status_code
    if status >= 500:
        return [f"it fails ({status})"]
    if seen.cell.outcome == ALLOWED:
        return _let_pass(seen, status)
    wrong = ["something was changed: " + ", ".join(seen.changed)] if seen.changed else []
    want = 404 if seen.cell.outcome in {OTHERS, NOT_FOUND} else 403
    if status != want:
        return [*wrong, f"{want} was expected, it is {status}: {seen.answer.text[:200]}"]
    return wrong + _code(seen, want) + _entry(seen)


def _let_pass(seen, status):
    code = seen.answer.json()["code"] if status >= 400 else None
    known = {(seen.cell.role, status, code), (None, status, code)} & seen.recipe.beside
    if not known and status in {401, 403, 404}:
        return [f"the policies allow it, and it is {status}: {seen.answer.text[:200]}"]
    in_hand = any(
        (verdict.allowed or known) and (request.action, type(request.resource)) == (seen.action, seen.recipe.kind)
        for request, verdict in seen.asked
    )
    return [] if in_hand or not seen.recipe.in_hand else [f"nobody asked for {seen.action} with the record in hand"]


def _code(seen, want):
    if seen.none is not None and told(seen.answer) != told(seen.none):
        return ["another's record is not told like none"]
    code, expected = seen.answer.json()["code"], "not_found" if want == 404 else seen.cell.outcome
    return [] if code == expected else [f"`{expected}` was expected, it is `{code}`"]


def _entry(seen):
    result = "failed" if seen.cell.outcome == NOT_FOUND else "denied"
    found = [(entry.result, entry.why, entry.role) for entry in seen.entries]
    wanted = (result, seen.cell.outcome, seen.cell.role)
    return [] if found == [wanted] else [f"the log says {found} and not {[wanted]}"]
