"""The way of accounts through the service: made, invited, signed in with every kind of proof, recovered and ended."""

from __future__ import annotations

import json
import time

import pyotp
from canary_api import PREFIX, Asker, text
from joserfc.jwk import ECKey
from soft_authenticator import SoftAuthenticator

from nrm.signin.settings import LOCAL

ACCOUNT, CLIENT, HOOK = "/v1/accounts/{account}", "/v1/clients/{client}", "/v1/webhooks/{webhook}"
FIRST, SECOND = (f"{PREFIX}password {words}" for words in ("of four words", "of another four"))
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Person:
    """Somebody with an account: what they type, and what their telephone knows."""

    def __init__(self, at, name):
        self.at, self.name, self.device, self.app = at, name, SoftAuthenticator(), None

    def enters(self, password, new=None):
        """Sign in for the first time, with a code of a new app; return who asks then."""
        nobody = self.at.nobody()
        step = nobody("POST /v1/sessions", json={"name": self.name, "password": password}).json()
        self.at.told_secret(step["step"], "step of a sign-in")
        self.app = self.at.told_secret(step["enrol"]["secret"], "secret of an app")
        sent = {"step": step["step"], "code": self.code(), "new_password": new}
        return self._holder(nobody("POST /v1/sessions/steps/totp", json=sent))

    def enters_again(self, password):
        """Sign in with password and passkey, and then with the passkey alone."""
        nobody = self.at.nobody()
        step = nobody("POST /v1/sessions", json={"name": self.name, "password": password}).json()
        sent = {"step": step["step"], "answer": self.answers(step["passkey"])}
        nobody("POST /v1/sessions/steps/passkey", json=sent)
        asked = nobody("POST /v1/sessions/passkey/begin").json()
        self.at.told_secret(asked["step"], "step of a sign-in")
        sent = {"step": asked["step"], "answer": self.answers(asked["passkey"])}
        return self._holder(nobody("POST /v1/sessions/passkey/finish", json=sent))

    def code(self):
        return self.at.told_secret(pyotp.TOTP(self.app).at(int(time.time())), "code")

    def answers(self, options):
        return json.loads(self.device.get(json.dumps(options), LOCAL))

    def _holder(self, answer):
        return self.at.holder(answer.json()["token"], answer.json()["account"])


def sign_in(at, root):
    """Somebody is invited, signs in, changes all that they prove themselves by, and signs out."""
    name = f"{PREFIX}account sign-in"
    sent = {"name": name, "display_name": text("display"), "roles": ["caseworker"]}
    account = root("POST /v1/accounts", json=sent).json()["account"]
    code = at.told_secret(root(f"POST {ACCOUNT}/invite", words={"account": account}).json()["code"], "one-time code")
    wrong = at.nobody()
    for typed in ({"name": f"{PREFIX}nobody", "password": FIRST}, {"name": name, "password": FIRST}):
        wrong("POST /v1/sessions", 401, json=typed)
    anna = Person(at, name)
    own = anna.enters(code, FIRST)
    own("GET /v1/me")
    own("POST /v1/me/totp/begin", 401, json={"password": text("password")})
    new = own("POST /v1/me/totp/begin", json={"password": FIRST}).json()
    anna.app = at.told_secret(new["secret"], "secret of an app")
    own("POST /v1/me/totp/finish", json={"step": at.told_secret(new["step"], "step"), "code": anna.code()})
    asked = own("POST /v1/me/passkeys/begin", json={"password": FIRST}).json()
    made = json.loads(anna.device.create(json.dumps(asked["passkey"]), LOCAL))
    finish = {"step": at.told_secret(asked["step"], "step"), "answer": made, "label": f"{PREFIX}label"}
    passkey = own("POST /v1/me/passkeys/finish", json=finish).json()["passkey"]
    own("GET /v1/me/passkeys")
    token = own("POST /v1/me/tokens", json={"label": f"{PREFIX}label", "days": 1}).json()
    at.holder(token["token"])("GET /v1/me")
    own("GET /v1/me/tokens")
    own("DELETE /v1/me/tokens/{token}", words={"token": token["session"]})
    own("GET /v1/sessions")
    other = anna.enters_again(FIRST)
    gone = own("GET /v1/sessions").json()["items"]
    own("DELETE /v1/sessions/{session}", words={"session": next(one["session"] for one in gone if not one["current"])})
    own("DELETE /v1/me/passkeys/{passkey}", words={"passkey": passkey})
    other("DELETE /v1/sessions/current", "any")
    own("POST /v1/me/password", json={"old": FIRST, "new": SECOND})
    own("GET /v1/me", 401)
    anna.device = None
    return account


def by_provider(at):
    """A browser goes to a provider of identity and comes back with nothing that proves anything."""
    gone = at.nobody()("GET /v1/sessions/oidc/{provider}", 303, words={"provider": "ministry"})
    cookie = at.told_secret(gone.cookies["__Host-nrm-oidc"], "step of a sign-in")
    state = dict(one.split("=", 1) for one in gone.headers["location"].partition("?")[2].split("&"))["state"]
    back = {"state": state, "code": f"{PREFIX}code", "iss": at.watch.url + "/provider"}
    answer = "GET /v1/sessions/oidc/{provider}/callback"
    for said, status in ((back, 502), ({"error": text("error"), "state": text("state")}, 401)):
        at.nobody(Cookie=f"__Host-nrm-oidc={cookie}")(answer, status, words={"provider": "ministry"}, params=said)
    at.nobody()("GET /v1/sessions/oidc/{provider}", 404, words={"provider": f"{PREFIX}provider"})


def keep_accounts(at, root, account):
    """An administrator keeps accounts of people and programs; two of them recover one."""
    words = {"words": {"account": account}}
    root("GET /v1/accounts")
    for change in ({"display_name": text("display")}, {"language": "fr"}):
        seen = root(f"GET {ACCOUNT}", **words).headers["etag"]
        root(f"PATCH {ACCOUNT}", json=change, headers={"If-Match": seen}, **words)
    for verb in ("suspend", "restore"):
        seen = root(f"GET {ACCOUNT}", **words).headers["etag"]
        root(f"POST {ACCOUNT}/{verb}", headers={"If-Match": seen}, **words)
    root(f"POST {ACCOUNT}/end-sessions", **words)
    root(f"POST {ACCOUNT}/invite", 403, **words)
    recovery = root(f"POST {ACCOUNT}/recover", **words).json()["recovery"]
    second = at.asker("administrator")
    second("GET /v1/recoveries")
    confirm = "POST /v1/recoveries/{recovery}/confirm"
    root(confirm, 403, words={"recovery": recovery})
    at.told_secret(second(confirm, words={"recovery": recovery}).json()["code"], "one-time code")
    sent = {"name": f"{PREFIX}account linked", "display_name": text("display"), "roles": ["caseworker"]}
    linked = root("POST /v1/accounts", json=sent).json()["account"]
    who = {"issuer": at.watch.url + "/provider", "subject": f"{PREFIX}subject"}
    root(f"POST {ACCOUNT}/identities", json=who, words={"account": linked})
    keep_programs(at, root)


def keep_programs(at, root):
    sent = {"name": f"{PREFIX}account program", "display_name": text("display"), "roles": ["caseworker"]}
    client = root("POST /v1/clients", json=sent).json()["account"]
    secret = root(f"POST {CLIENT}/secret", words={"client": client}).json()["client_secret"]
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": at.told_secret(secret, "secret")}
    token = at.nobody()("POST /v1/token", data=form).json()["access_token"]
    at.holder(token)("GET /v1/me")
    for wrong in ({"client_secret": f"{PREFIX}secret"}, {"scope": text("scope")}, {"client_assertion": PREFIX}):
        at.nobody()("POST /v1/token", "refused", data={**form, **wrong})
    key = {**ECKey.generate_key("P-256").as_dict(private=False), "kid": f"{PREFIX}kid"}
    root(f"PUT {CLIENT}/keys", json={"keys": [key]}, words={"client": client})


def tell_others(at, root, receiver):
    """Webhooks are made, changed, called, and removed; their addresses stand nowhere."""
    sent = {"url": f"https://{receiver.host}/{PREFIX}hook", "events": ["decision.made", "referral.sent"]}
    made = root("POST /v1/webhooks", json=sent).json()
    at.told_secret(made["secret"], "secret of a webhook")
    words = {"words": {"webhook": made["webhook"]}}
    (shown,) = root("GET /v1/webhooks").json()["items"]
    root(f"PATCH {HOOK}", json={"events": ["decision.made"]}, headers={"If-Match": f'"{shown["version"]}"'}, **words)
    root(f"POST {HOOK}/resume", **words)
    root(f"POST {HOOK}/test", **words)
    root("POST /v1/webhooks", "refused", json={**sent, "url": f"https://{PREFIX}host.example/"})
    return made["webhook"]


def end_sessions(at):
    """Somebody ends all that is theirs."""
    one = at.asker("caseworker")
    one("DELETE /v1/sessions")
    one("GET /v1/me", 401)


def ask_in_public(at):
    for name in ("GET /health", "GET /ready", "GET /metrics", "GET /v1/vocabulary", "GET /v1/case-record-schema"):
        Asker(at, None, {})(name)
