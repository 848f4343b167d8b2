"""Every route, in every role, whoever keeps the record: what comes out is what the table of the policies says."""

import pytest
from api_matrix import ask, cells, faults, hearing, names_of
from api_office import Service
from api_recipes import RECIPES, World
from fastapi.testclient import TestClient
from offices import new_office

from api.app import action_of, routes_of
from api.call import OPEN
from nrm.access.table import ALLOWED

OFTEN = 10**7


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    office = new_office(tmp_path_factory.mktemp("matrix"))
    return World(Service(office, reads=OFTEN, writes=OFTEN, tries=OFTEN))


@pytest.fixture(scope="module")
def client(world):
    with TestClient(world.service.app, base_url="https://nrm.example", raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def actions(world):
    """What each route asks for, by its name."""
    return {name: action_of(route) for route in routes_of(world.service.app) for name in names_of(route)}


def test_every_route_has_a_recipe_and_every_recipe_a_route(actions):
    asked = {name for name, action in actions.items() if action != OPEN}
    assert sorted(asked - RECIPES.keys()) == [], "say in tests/api_recipes how these are asked"
    assert sorted(RECIPES.keys() - asked) == [], "there are no such routes"


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
