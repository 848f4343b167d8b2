"""Every route, in every role, whoever keeps the record: what comes out is what the table of the policies says."""

import re
from contextlib import ExitStack
from uuid import uuid4

import pytest
from api_caseworker import told
from api_matrix import ASKERS, ask, cells, faults, hearing, names_of, send
from api_office import Service
from api_recipes import RECIPES, World
from api_recipes.rulebooks import RulebookWorld
from fastapi.testclient import TestClient
from offices import new_office
from rulebook_desk import remembered_checks, rulebook_office

from api.app import action_of, routes_of
from api.call import OPEN
from nrm.access import Case
from nrm.access.table import ALLOWED
from nrm.audit.entry import decode

OFTEN = 10**7
CLIENT = {"base_url": "https://nrm.example", "raise_server_exceptions": False}
FORMS = ("/v1/vocabulary", "/v1/case-record-schema")
COMES_IN = {"POST /v1/person/sessions", "DELETE /v1/person/session"}
"""By a link and a PIN, and out again: here nobody needs a session."""

NAMING = (
    "case",
    "other",
    "referral",
    "duty",
    "decision",
    "account",
    "client",
    "recovery",
    "session",
    "webhook",
    "notice",
)
FOR_ALL = {("coordinator", "GET /v1/duties")}
"""Somebody must see what falls between two organisations (`nrm/access/policies/coordination.cedar`)."""

HANGING = frozenset({"decision", "referral", "attachment", "duty", "grant", "session", "token", "notice"})


def beside(name):
    """The words of a path that name something which hangs on the record, or on the asker."""
    words = set(re.findall(r"{(\w+)}", name))
    return sorted((words & HANGING) - {RECIPES[name].subject})


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """The worlds by name, each with a client."""
    much = {"reads": OFTEN, "writes": OFTEN, "tries": OFTEN}
    with pytest.MonkeyPatch.context() as patched, ExitStack() as opened:
        remembered_checks(patched)
        made = {
            "casework": World(Service(new_office(tmp_path_factory.mktemp("matrix")), **much)),
            "rulebooks": RulebookWorld(Service(rulebook_office(tmp_path_factory.mktemp("books")), **much)),
        }
        yield {name: (one, opened.enter_context(TestClient(one.service.app, **CLIENT))) for name, one in made.items()}


@pytest.fixture
def world(rooms, request):
    return rooms[RECIPES[request.getfixturevalue("name")].world][0]


@pytest.fixture
def client(rooms, request):
    return rooms[RECIPES[request.getfixturevalue("name")].world][1]


@pytest.fixture(scope="module")
def actions(rooms):
    """What each route asks for, by its name."""
    app = rooms["casework"][0].service.app
    return {name: action_of(route) for route in routes_of(app) for name in names_of(route)}


def test_every_route_has_a_recipe_and_every_recipe_a_route(actions):
    asked = {name for name, action in actions.items() if action != OPEN}
    assert sorted(asked - RECIPES.keys()) == [], "say in tests/api_recipes how these are asked"
    assert sorted(RECIPES.keys() - asked) == [], "there are no such routes"


def test_what_is_open_to_nobody_in_particular_is_only_this(actions):
    """A new one is a decision, to be made here too."""
    tags = {name.partition(" ")[2].removeprefix("/v1/").partition("/")[0] for name in actions if actions[name] == OPEN}
    assert tags == {"", "vocabulary", "case-record-schema", "sessions", "token"}
    told = {
        name for name, action in actions.items() if action == OPEN and name.startswith("GET") and "oidc" not in name
    }
    assert told == {f"GET {path}" for path in ("/health", "/ready", "/metrics", *FORMS)}


@pytest.mark.parametrize("name", RECIPES)
def test_who_may_do_what_is_what_the_policies_say(world, client, actions, name):
    recipe, wrong, passed = RECIPES[name], [], []
    with hearing() as heard:
        for cell in cells(actions[name], recipe):
            seen = ask(world, client, heard, name, actions[name], recipe, cell)
            wrong += [f"{cell.role}, {cell.standing}: {fault}" for fault in faults(seen)]
            passed += [seen.answer.status_code] if cell.outcome == ALLOWED else []
    assert wrong == [], "\n".join([name, *wrong])
    assert any(200 <= status < 300 for status in passed) == recipe.passes, f"who may got through with {passed}"


@pytest.mark.parametrize("name", [name for name in RECIPES if name not in COMES_IN])
def test_whoever_is_not_signed_in_is_told_so(world, client, name):
    for token in (None, "not-a-token"):
        world.again()
        answer = send(client, name, RECIPES[name], world.of(world.ours, RECIPES[name].state), token)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="nrm"'), answer.text
        assert world.changed() == []


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if recipe.visit and name not in COMES_IN])
def test_no_official_comes_into_the_room_of_a_person(world, client, name):
    for role in ASKERS:
        world.again()
        token = world.asker(RECIPES[name], role, "own").token
        answer = send(client, name, RECIPES[name], world.of(world.ours, "sent"), token)
        assert (answer.status_code, answer.json()["code"]) == (401, "session_over"), answer.text
        assert [decode(row.leaf).why for row in world.waiting()] == ["session_over"]


@pytest.mark.parametrize("name", [name for name in RECIPES if len(beside(name)) > 0])
def test_what_belongs_to_another_record_is_told_like_none(world, client, name):
    """A case of one's own opens nothing that hangs on somebody else's: each name in the path is looked at."""
    recipe = RECIPES[name]
    ours, theirs = world.of(world.ours, recipe.state), world.of(world.theirs, recipe.state)
    token = world.asker(recipe, "supervisor" if recipe.kind is Case else "caseworker", "own").token
    for word in beside(name):
        world.again()
        mixed = send(client, name, recipe, {**ours, word: theirs[word]}, token)
        none = send(client, name, recipe, {**ours, word: str(uuid4())}, token)
        assert mixed.status_code == 404, f"{word}: {mixed.text}"
        assert told(mixed) == told(none)
        assert world.changed() == []


@pytest.mark.parametrize(
    "name", [name for name, recipe in RECIPES.items() if name.startswith("GET") and not beside(name)]
)
def test_a_list_of_somebody_elses_names_nothing_of_ours(world, client, name):
    recipe = RECIPES[name]
    if "{" in name or recipe.visit:
        return
    for role in ASKERS:
        world.again()
        answer = send(client, name, recipe, world.ours, world.asker(recipe, role, "other").token)
        words = world.of(world.ours, "sent")
        ours = [word for word in NAMING if word in words and words[word] in answer.text]
        assert ours == [] or (role, name) in FOR_ALL, answer.text
