"""The API over an office in memory, for tests that need no network and no real sign-in.

    service = Service(new_office(tmp_path))
    worker = service.as_("caseworker")                        # a client that sends a token of such an account
    worker.post("/v1/cases", json={...})

Tokens here are `role.organisation.who`, so that a test can be anybody; `api.security` is tested with real ones.
"""

from dataclasses import dataclass
from uuid import UUID

from fastapi.testclient import TestClient
from offices import ANNA, OURS, real_app

from api.app import create_app
from api.cursors import Cursors
from api.problems.problem import Told
from api.security.pace import Pace
from api.security.signed_in import CHALLENGE, SignedIn
from api.state import State
from api.watching.numbers import Numbers
from nrm.serving import ApiSettings

PURPOSE = {"Purpose-Of-Use": "case_management"}


def sign_in(token):
    try:
        roles, organisation, who, unit = token.split(".")
        return SignedIn(UUID(who), UUID(organisation), tuple(roles.split("+")), unit or None, UUID(int=0))
    except ValueError:
        raise Told("not_signed_in", headers=CHALLENGE) from None


@dataclass
class HomeOfTests:
    country: str | None = None
    origin: str = "example.org/log"


class Service:
    def __init__(self, office, tracer=None, **more):
        self.office = office
        settings = ApiSettings(**more)
        pace, numbers = Pace(settings), Numbers()
        cursors = Cursors(b"c" * 32)
        state = State(office.desk, HomeOfTests(), real_app().speaker, sign_in, cursors, settings, pace, numbers)
        self.app = create_app(state, tracer)

    def as_(self, role, organisation=OURS, who=ANNA, unit="", **headers):
        sent = {"Authorization": f"Bearer {role}.{organisation}.{who}.{unit}", **PURPOSE, **headers}
        return self.client(**sent)

    def client(self, **headers):
        return TestClient(self.app, base_url="https://nrm.example", headers=headers, raise_server_exceptions=False)
