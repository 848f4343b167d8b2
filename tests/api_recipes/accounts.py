"""Recipes for accounts and their holders' own sessions and credentials."""

from joserfc.jwk import ECKey
from signins import WORDS

from api_recipes.recipe import Recipe, add
from nrm.access import Account, Directory, Installation, Session

ONE = "/v1/accounts/{account}"
SEEN = {"If-Match": '"1"'}
NEW = {"name": "dora", "display_name": "Dora", "roles": ["caseworker"]}
PROOF = {"password": WORDS}
KEY = ECKey.generate_key("P-256").as_dict(private=False)
STANDINGS = ("own", "other", "self", "nobody")


def account(body=None, **more):
    return Recipe(Account, subject="account", body=body, standings=STANDINGS, **more)


def client(body=None, **more):
    return Recipe(Account, subject="client", body=body, **more)


def own(body=None, **more):
    """What is one's own is found by who asks; a name in the path that is another's is nobody's (`test_..._beside`)."""
    return Recipe(Session, body=body, **more)


def hook(body=None, **more):
    return Recipe(Installation, body=body, **more)


def refused(status, code):
    """What comes after the policies said yes: there is no step to go on from, or no such passkey."""
    return {"passes": False, "beside": frozenset({(None, status, code)})}


add(
    {
        "GET /v1/accounts": Recipe(Account, in_hand=False),
        "POST /v1/accounts": Recipe(Account, body=NEW),
        f"GET {ONE}": account(),
        f"PATCH {ONE}": account({"display_name": "Ana"}, headers=SEEN),
        f"POST {ONE}/suspend": account(headers=SEEN),
        f"POST {ONE}/restore": account(headers=SEEN),
        f"POST {ONE}/end-sessions": account(),
        f"POST {ONE}/invite": account(),
        f"POST {ONE}/identities": account({"issuer": "https://id.example.org", "subject": "bo"}),
        f"POST {ONE}/recover": account(),
        "GET /v1/recoveries": Recipe(Account, in_hand=False),
        "POST /v1/recoveries/{recovery}/confirm": Recipe(Account, subject="recovery"),
        "POST /v1/clients": Recipe(Account, body=NEW),
        "POST /v1/clients/{client}/secret": client(),
        "PUT /v1/clients/{client}/keys": client({"keys": [KEY]}),
        "GET /v1/notices": own(),
        "POST /v1/notices/{notice}/seen": own(),
        "GET /v1/sessions": own(),
        "DELETE /v1/sessions": own(),
        # The sessions of these tests are made up, and one that is not kept cannot be ended.
        "DELETE /v1/sessions/current": own(in_hand=False, **refused(401, "not_signed_in")),
        "DELETE /v1/sessions/{session}": own(),
        "GET /v1/me": own(in_hand=False),
        "POST /v1/me/password": own({"old": WORDS, "new": "another sentence of five words"}),
        "POST /v1/me/totp/begin": own(PROOF),
        "POST /v1/me/totp/finish": own({"step": "x", "code": "123456"}, **refused(401, "wrong_credentials")),
        "GET /v1/me/passkeys": own(),
        "POST /v1/me/passkeys/begin": own(PROOF),
        "POST /v1/me/passkeys/finish": own(
            {"step": "x", "answer": {}, "label": "mine"}, **refused(401, "wrong_credentials")
        ),
        "DELETE /v1/me/passkeys/{passkey}": own(**refused(404, "not_found")),
        "GET /v1/me/tokens": own(),
        "POST /v1/me/tokens": own({"label": "mine", "days": 1}),
        "DELETE /v1/me/tokens/{token}": own(),
        "POST /v1/webhooks": hook({"url": "https://hooks.example.org/nrm", "events": ["decision.made"]}),
        "GET /v1/webhooks": hook(),
        "PATCH /v1/webhooks/{webhook}": hook({"events": ["glass.broken"]}, headers=SEEN),
        "DELETE /v1/webhooks/{webhook}": hook(),
        "POST /v1/webhooks/{webhook}/resume": hook(),
        "POST /v1/webhooks/{webhook}/test": hook(),
        "GET /v1/directory/keys": Recipe(Directory),
        "POST /v1/directory/keys/confirm": Recipe(
            Directory,
            body={
                "service": {"source": "{source}", "id": "{clinic}"},
                "receiving_key": "{new_key}",
                "how": "phone",
            },
        ),
    }
)
