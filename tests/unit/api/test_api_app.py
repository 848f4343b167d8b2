"""No route is served that no policy speaks of, and what is counted of a request names nobody."""

import pytest
from api_office import Service
from fastapi import APIRouter
from offices import new_office

from api import app as module
from api.app import RouteWithoutPolicyError, action_of, routes_of
from api.call import OPEN, may

SIGN_IN = {
    *("/v1/sessions", "/v1/sessions/steps/totp", "/v1/sessions/steps/passkey", "/v1/token"),
    *("/v1/sessions/passkey/begin", "/v1/sessions/passkey/finish"),
    *("/v1/sessions/oidc/{provider}", "/v1/sessions/oidc/{provider}/callback"),
}
OPEN_PATHS = {"/health", "/ready", "/metrics", "/v1/vocabulary", "/v1/case-record-schema", *SIGN_IN}


def test_every_route_names_an_action(service):
    routes = routes_of(service.app)
    assert len(routes) > 8
    assert all(action_of(route) for route in routes)
    assert {route.path for route in routes if action_of(route) == OPEN} == OPEN_PATHS


@pytest.mark.parametrize("says", [{}, may("case:devour")])
def test_a_route_that_no_policy_speaks_of_stops_the_start(service, monkeypatch, says):
    router = APIRouter()
    router.add_api_route("/hole", lambda: None, **says)
    monkeypatch.setattr(module, "ROUTES", module.routes_under_prefix([*module.ROUTERS, router]))
    with pytest.raises(RouteWithoutPolicyError, match="GET /v1/hole: the route has no policy"):
        module.create_app(service.app.state.nrm)


def test_numbers_know_templates_and_no_paths(service):
    worker = service.as_("caseworker")
    where = worker.post("/v1/cases", json={}).headers["location"]
    worker.get(where)
    worker.get("/v1/CanaryPath")
    told = service.client().get("/metrics").text
    assert 'route="/v1/cases/{case}"' in told
    assert where.rpartition("/")[2] not in told
    assert "Canary" not in told


def test_whoever_asks_too_fast_is_told_when_to_come_back(tmp_path):
    worker = Service(new_office(tmp_path), reads="2").as_("caseworker")
    answers = [worker.get("/v1/cases") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


def test_a_role_that_somebody_has_not_is_denied_and_on_the_log(service):
    both = service.as_("caseworker+coordinator")
    assert both.get("/v1/cases").json()["code"] == "role_not_said"
    assert both.get("/v1/cases", headers={"NRM-Role": "coordinator"}).status_code == 200
    assert both.get("/v1/cases", headers={"NRM-Role": "supervisor"}).json()["code"] == "not_permitted"
    last = service.office.entries()[-1]
    assert (last.action, last.result, last.why) == ("api:session:use", "denied", "not_permitted")
