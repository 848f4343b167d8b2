"""The API over an office in memory, for tests that need no network and no real sign-in.

    service = Service(new_office(tmp_path))
    worker = service.as_("caseworker")                        # a client that sends a token of such an account
    worker.post("/v1/cases", json={...})

Tokens here are `role.organisation.who`, so that a test can be anybody; `api.security` is tested with real ones.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from fastapi.testclient import TestClient
from offices import ANNA, OURS, real_app
from signins import CHEAP

from api.app import create_app
from api.cursors import Cursors
from api.problems.problem import Told
from api.security.pace import Pace
from api.security.sessions import sign_in_of
from api.security.signed_in import CHALLENGE, SignedIn
from api.state import State
from api.watching.numbers import Numbers
from nrm.bootstrap_counter import DIRECTORY
from nrm.casework.accounts.door import Door
from nrm.delivery.settings import DeliverySettings
from nrm.serving import ApiSettings
from nrm.signin.settings import SignInSettings
from nrm.vault.envelope import DataKey

PURPOSE = {"Purpose-Of-Use": "case_management"}


def sign_in_at(clock):
    def sign_in(token, _refusing):
        try:
            roles, organisation, who, unit = token.split(".")
            return SignedIn(UUID(who), UUID(organisation), tuple(roles.split("+")), unit or None, UUID(int=0), clock())
        except ValueError:
            raise Told("not_signed_in", headers=CHALLENGE) from None

    return sign_in


@dataclass
class HomeOfTests:
    country: str | None = None
    origin: str = "example.org/log"
    log: Path | None = None
    delivery: DeliverySettings = field(default_factory=lambda: DeliverySettings(hosts=("hooks.example.org:443",)))


class Service:
    def __init__(self, office, tracer=None, *, real=None, **more):
        """`real` is a `TestDoor`: then tokens are real, and the clock is the one of that door."""
        self.office = office
        desk = office.desk if real is None else real.desk
        door = Door(desk, SignInSettings(), CHEAP) if real is None else replace(real.door, source="api")
        who = sign_in_at(desk.clock) if real is None else sign_in_of(desk)
        settings = ApiSettings(**more)
        pace, numbers = Pace(settings), Numbers()
        cursors = Cursors(b"c" * 32)
        home, key = HomeOfTests(log=office.log), DataKey(office.keys.secret(DIRECTORY))
        state = State(desk, home, real_app().speaker, who, cursors, settings, pace, numbers, key, door)
        self.app = create_app(state, tracer)

    def as_(self, role, organisation=OURS, who=ANNA, unit="", **headers):
        sent = {"Authorization": f"Bearer {role}.{organisation}.{who}.{unit}", **PURPOSE, **headers}
        return self.client(**sent)

    def client(self, **headers):
        return TestClient(self.app, base_url="https://nrm.example", headers=headers, raise_server_exceptions=False)
