"""The machinery of the matrix finds what it is there for: each of these routes has one hole."""

from uuid import UUID

import pytest
from api_matrix import ask, cells, faults, hearing
from api_office import Service
from api_recipes import Recipe, World
from fastapi import APIRouter
from fastapi.testclient import TestClient
from offices import new_office

from api.app import RouteWithoutPolicyError, check_routes
from api.call import Caller, may
from nrm.access import Case
from nrm.casework.asked import NotPermittedError, permit
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.journal import Journal
from nrm.casework.work import read_case

ACTION = "case:read"
router = APIRouter(prefix="/planted")


@router.get("/sound/{case}", **may(ACTION))
def sound(call: Caller, case: UUID):
    return read_case(call.desk, call.asked, case, ACTION, lambda _unit, one: one.version)


@router.get("/role-only/{case}", **may(ACTION))
def role_only(call: Caller, case: UUID):
    def work(unit):
        permit(call.asked, ACTION, Case)
        return unit.cases.get(case).version

    return Journal(call.desk, call.asked).attempt(ACTION, work)


@router.get("/forgets/{case}", **may(ACTION))
def forgets(call: Caller, case: UUID):
    return Journal(call.desk, call.asked).attempt(ACTION, lambda unit: unit.cases.get(case).version)


@router.get("/unwritten/{case}", **may(ACTION))
def unwritten(call: Caller, case: UUID):
    def work(unit):
        permit(call.asked, ACTION, Case)
        row = unit.cases.get(case)
        permit(call.asked, ACTION, Case(row.case, row.organisation))
        return row.version

    return call.desk.store.run(work)


@router.get("/tells/{case}", **may(ACTION))
def tells(call: Caller, case: UUID):
    try:
        return sound(call, case)
    except NoSuchCaseError as error:
        if type(error) is NoSuchCaseError:
            raise
        raise NotPermittedError("not_permitted", "it is another's") from None


@router.get("/fails/{case}", **may(ACTION))
def fails(call: Caller, case: UUID):
    raise RuntimeError(f"{case} {call}")


@router.get("/changes/{case}", **may(ACTION))
def changes(call: Caller, case: UUID):
    call.desk.store.run(lambda unit: unit.rulebooks.add("digest", b"archive"))
    return sound(call, case)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(Service(new_office(tmp_path_factory.mktemp("planted"))))


@pytest.fixture(scope="module")
def client(world):
    world.service.app.include_router(router, prefix="/v1")
    return TestClient(world.service.app, base_url="https://nrm.example", raise_server_exceptions=False)


def found(world, client, name):
    recipe = Recipe(Case, subject="case")
    route = f"GET /v1/planted/{name}/{{case}}"
    with hearing() as heard:
        return {
            (cell.role, cell.standing): said
            for cell in cells(ACTION, recipe)
            if (said := faults(ask(world, client, heard, route, ACTION, recipe, cell)))
        }


def test_a_sound_route_has_no_fault(world, client):
    assert found(world, client, "sound") == {}


def test_a_route_that_checks_the_role_and_not_the_record_is_found(world, client):
    holes = found(world, client, "role-only")
    assert {("caseworker", "other"), ("supervisor", "other")} <= holes.keys()
    assert "404 was expected, it is 200" in holes["caseworker", "other"][0]
    assert holes["caseworker", "own"] == ["nobody asked for case:read with the record in hand"]
    assert ("overseer", "own") not in holes, "the role is checked"


def test_a_route_that_forgets_to_ask_is_found_for_every_role(world, client):
    holes = found(world, client, "forgets")
    assert {role for role, standing in holes if standing == "other"} == {cell.role for cell in cells(ACTION, CASE)}
    assert holes["caseworker", "own"] == ["nobody asked for case:read with the record in hand"]


def test_a_denial_that_left_no_entry_is_found(world, client):
    assert "the log says []" in found(world, client, "unwritten")["overseer", "own"][0]


def test_another_s_record_that_is_told_otherwise_than_none_is_found(world, client):
    assert "404 was expected, it is 403" in found(world, client, "tells")["caseworker", "other"][0]


def test_a_fault_of_the_program_is_found(world, client):
    assert found(world, client, "fails")["caseworker", "own"] == ["it fails (500)"]


def test_a_change_by_who_is_denied_is_found(world, client):
    assert "something was changed: rulebooks" in found(world, client, "changes")["overseer", "own"]


def test_a_route_that_names_no_action_does_not_start(world):
    unnamed = APIRouter()
    unnamed.add_api_route("/unnamed", sound)
    service = Service(world.office)
    service.app.include_router(unnamed)
    with pytest.raises(RouteWithoutPolicyError, match="/unnamed"):
        check_routes(service.app)


CASE = Recipe(Case, subject="case")
