"""Recipes for services, oversight bodies and statisticians."""

from decision_bundles import RECIPIENT

from api_recipes.recipe import Recipe, add
from nrm.access import Entry, Log, Referral, Statistics

OWN = "/v1/service/referrals/{referral}"
SEEN = {"If-Match": "{version}"}
LOG = "/v1/oversight"


def of_referral(body=None, **more):
    return Recipe(Referral, subject="referral", body=body, **more)


add(
    {
        "GET /v1/service/referrals": Recipe(Referral),
        f"GET {OWN}": of_referral(),
        f"GET {OWN}/package": of_referral(),
        f"POST {OWN}/accept": of_referral(headers=SEEN),
        f"POST {OWN}/decline": of_referral({"reason": "no_capacity"}, headers=SEEN),
        f"POST {OWN}/start": of_referral(headers=SEEN, state="accepted"),
        f"POST {OWN}/complete": of_referral(headers=SEEN, state="started"),
        "POST /v1/service/replies": Recipe(
            Referral, content="{reply}", headers={"Content-Type": "application/octet-stream"}
        ),
        "GET /v1/service/capacity": Recipe(Entry),
        "PUT /v1/service/capacity": Recipe(Entry, body={"days": []}, headers={"If-Match": "{entry}"}),
        "GET /v1/service/entry": Recipe(Entry),
        "PATCH /v1/service/entry": Recipe(Entry, body={}, headers={"If-Match": "{entry}"}),
        f"GET {LOG}/checkpoint": Recipe(Log),
        f"GET {LOG}/checkpoint.cosigned": Recipe(Log),
        f"GET {LOG}/tile/{{path:path}}": Recipe(Log),
        f"GET {LOG}/vkey": Recipe(Log),
        f"GET {LOG}/proofs/{{event}}": Recipe(Log),
        f"GET {LOG}/policies": Recipe(Log),
        f"POST {LOG}/events/search": Recipe(Log, body={"reason": "inspection"}),
        f"POST {LOG}/decisions/{{event}}/bundle": Recipe(Log, body={"reason": "complaint", "recipient": RECIPIENT}),
        f"GET {LOG}/statistics/access": Recipe(Statistics, query={"reason": "inspection"}, standings=("access",)),
        "GET /v1/statistics/caseload": Recipe(Statistics, standings=("caseload",)),
    }
)
