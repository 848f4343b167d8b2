"""A real `nrm serve` in an installation of canaries, and everything that it gives away, searched.

    at = CanaryService(place, receiver, driver)             # begun; `at.office()` opens the installation beside it
    worker = at.asker("caseworker")                         # somebody with a token
    worker("POST /v1/cases", json=record)                   # one route; what it may not tell is found in `at.leaks`
    at.told_secret(token)                                   # from now on this stands nowhere
    at.end(); at.found()                                    # every file, line, span, number, URL, problem and header

Each text that is sent holds `PREFIX` and what kind of text it is, so that one search finds all of them.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID, uuid4

import canaries
import canary_services
import httpx
from api_service import ApiService
from canary_services import EXPLOITERS, HIDDEN, VALLEY
from real_installations import app, asked
from signins import long_held

from nrm.bootstrap_store import open_office
from nrm.casework.accounts import people, tokens
from nrm.casework.accounts.door import Door
from nrm.casework.asked import Asked
from nrm.home import read_home

PREFIX = "kqvxzthornby"
_KINDS = re.compile(PREFIX + "([a-z]+)", re.IGNORECASE)
_ADDRESSES = dict.fromkeys(HIDDEN, "address") | dict.fromkeys((*EXPLOITERS, VALLEY), "where")
PURPOSE = {"Purpose-Of-Use": "case_management"}
OTHERS = UUID(int=0xB0B)
"""An organisation that keeps no case of the walk."""

MAY_TELL = {
    "GET /v1/cases/{case}/groups": {"record"},
    "POST /v1/cases/{case}/export": {"record"},
    "POST /v1/records/import": {"record", "sheet"},
    "GET /v1/cases/{case}/attachments": {"file"},
    "POST /v1/cases/{case}/attachments": {"file"},
    "GET /v1/cases/{case}/attachments/{attachment}": {"content"},
    "GET /v1/cases/{case}/feedback": {"remark"},
    "POST /v1/cases/{case}/feedback": {"remark"},
    "GET /v1/cases/{case}/break-glass": {"note"},
    "POST /v1/cases/{case}/break-glass": {"note"},
    "POST /v1/cases/{case}/break-glass/{grant}/end": {"note"},
    "POST /v1/cases/{case}/break-glass/{grant}/review": {"note"},
    "GET /v1/glass": {"note"},
    "GET /v1/cases/{case}/referrals/{referral}/transport": {"address"},
    "GET /v1/service/entry": {"entry", "hidden"},
    "PATCH /v1/service/entry": {"entry", "hidden"},
    "GET /v1/service/capacity": {"unit"},
    "PUT /v1/service/capacity": {"unit"},
    "GET /v1/directory/services": {"unit"},
    "POST /v1/directory/search": {"unit"},
    "GET /v1/accounts": {"account", "display"},
    "POST /v1/accounts": {"account", "display"},
    "GET /v1/accounts/{account}": {"account", "display"},
    "PATCH /v1/accounts/{account}": {"account", "display"},
    "POST /v1/accounts/{account}/suspend": {"account", "display"},
    "POST /v1/accounts/{account}/restore": {"account", "display"},
    "POST /v1/clients": {"account", "display"},
    "GET /v1/me": {"display"},
    "POST /v1/sessions": {"account"},  # of the `otpauth:` address, for the app of whoever gave the right password
    "POST /v1/sessions/steps/totp": {"display"},
    "POST /v1/sessions/steps/passkey": {"display"},
    "POST /v1/sessions/passkey/finish": {"display"},
    "POST /v1/me/totp/begin": {"account"},
    "POST /v1/me/passkeys/begin": {"account", "display"},
    "POST /v1/me/passkeys/finish": {"label"},
    "GET /v1/me/passkeys": {"label"},
    "POST /v1/me/tokens": {"label", "display"},
    "GET /v1/me/tokens": {"label"},
    "GET /v1/sessions": {"label"},
    "GET /v1/webhooks": {"hook"},
    "PATCH /v1/webhooks/{webhook}": {"hook"},
    "POST /v1/webhooks/{webhook}/resume": {"hook"},
}
"""What the body of a good answer may hold, by route; all others hold nothing of what was sent."""

HEADER_MAY_TELL = {"GET /v1/cases/{case}/attachments/{attachment}": {"file"}}


def text(kind):
    """Return a text of a kind, with words of all scripts."""
    return " ".join((PREFIX + kind, *canaries.CORES.values()))


def needles():
    """Return what else must stand in no file."""
    return canary_services.needles() | {n: f"{PREFIX} as {way}" for way, n in canaries.encoded(PREFIX).items()}


def words_of(routes):
    """Return all words in braces of the paths of routes."""
    return {word for name in routes for word in re.findall(r"{(\w+)", name)}


def kinds_in(data):
    """Return which kinds of canaries stand in these bytes in the clear."""
    said = data.decode("utf-8", "replace")
    clear = {one.lower() for one in _KINDS.findall(said)}
    clear |= {kind for word, kind in _ADDRESSES.items() if word in said}
    if clear:
        return clear  # a text that names its kind has the words of `canaries` besides
    forms = (form for word in canaries.WORDS for form in (word, json.dumps(word)[1:-1]))
    return {"record"} if any(form in said for form in forms) else set()


@dataclass
class Asker:
    """Somebody who asks, by a token, a cookie or as nobody."""

    at: CanaryService
    who: UUID | None
    headers: dict

    def __call__(self, name, status=None, *, headers=None, **sent):
        """Ask one route (`METHOD /path/{word}`); `words` fill its path.

        Anything but `status` is an error: a number, `refused`, `any` (but a fault), or None for what is good.
        """
        words = sent.pop("words", {})
        method, _, path = name.partition(" ")
        where = path.replace(":path}", "}").format_map({**self.at.words, **words})
        client = self.at.client
        answer = client.request(method, where, headers={**self.headers, **(headers or {})}, **sent)
        client.cookies.clear()
        code = answer.status_code
        good = {None: code < 400, "refused": 400 <= code < 500, "any": code < 500}.get(status, code == status)
        assert good, f"{name}: {answer.status_code} {answer.text[:600]}"
        self.at.note(name, answer)
        return answer


class CanaryService:
    """The service of a place, and what was found in its answers (`leaks`, as sentences)."""

    def __init__(self, place, driver, watch):
        self.place, self.watch, self.leaks, self.words, self.visited = place, watch, [], {}, set()
        self._secrets = {}
        self.home = read_home(place.home)
        self.service = ApiService(self.home, driver)
        self.service.start("--passphrase-file", str(place.passphrase_file))
        self.client = httpx.Client(trust_env=False, verify=False, timeout=60, base_url=self.service.url)  # noqa: S501

    def office(self):
        """Open the installation beside the service, to be closed."""
        return closing(open_office(self.home, self.place.keys(), app()))

    def asker(self, role, organisation=None, **headers):
        """Make an account in a role, and return who asks with a token of it."""
        organisation = organisation or self.home.organisation
        with self.office() as office:
            keeper = Asked(asked(self.home).who, organisation, "administrator")
            name = f"{PREFIX}account {uuid4().hex}"
            made = people.create(office.desk, keeper, name, text("display"), [role], organisation)
            long_held(office.desk, made.id)  # an administrator of today recovers nobody
            own = Asked(made.id, organisation, role)
            door = Door(office.desk, self.home.sign_in, source="cli")
            token = tokens.make_token(door, own, f"{PREFIX}label", 1).token
        return self.holder(token, made.id, **headers)

    def holder(self, token, who=None, **headers):
        """Return who has a token, which stands nowhere from now on."""
        self.told_secret(token, "token")
        return Asker(self, who, {"Authorization": f"Bearer {token}", **PURPOSE, **headers})

    def nobody(self, **headers):
        return Asker(self, None, headers)

    def told_secret(self, secret, kind):
        """Remember a secret that was told once, or sent, so that it is found wherever it is again."""
        self._secrets |= {secret.encode(): f"a {kind}", secret.encode().hex().encode(): f"a {kind} as hexadecimal"}
        return secret

    def note(self, name, answer):
        """Look through one answer."""
        self.visited.add(name)
        refused = answer.status_code >= 400
        headers = "\n".join(f"{field}: {value}" for field, value in answer.headers.items()).encode()
        for part, data, allowed in (
            ("headers", headers, HEADER_MAY_TELL), ("body", answer.content, MAY_TELL)
        ):  # fmt: skip
            found = kinds_in(data) - (set() if refused else allowed.get(name, set()))
            found |= {said for secret, said in self._secrets.items() if len(secret) > 8 and secret in data}
            self.leaks += [(name, answer.status_code, part, one) for one in sorted(found)]

    def office_work(self, root, hook):
        """Wait until the webhook was called, and remove it."""
        until = time.monotonic() + 20
        while root("GET /v1/webhooks").json()["items"][0]["waiting"] and time.monotonic() < until:
            time.sleep(0.2)
        root("DELETE /v1/webhooks/{webhook}", words={"webhook": hook})

    def end(self):
        """End the service, and hear what it still has to say."""
        self.client.close()
        assert self.service.stop() == 0
        self.place.end()

    def found(self):
        """Return all that was found: in answers, files, streams, traces, and addresses that the service asked for."""
        long = {secret: said for secret, said in self._secrets.items() if len(secret) > 8}
        found = [*self.leaks, *self.place.found(needles() | long)]
        heard = b"\n".join([*self.watch.heard(), self.service.said.read_bytes()])
        found += [("traces, addresses and lines", said) for said in canaries.found_in(heard, needles() | long)]
        for secret, said in self._secrets.items():
            if len(secret) <= 8 and re.search(rb"(?<![\w.])" + re.escape(secret) + rb"(?!\w)", heard):
                found.append(("traces, addresses and lines", said))
        return found
