"""Clients of the service, who work on while it is killed, and remember what they wished for and what they were told.

    clients = [Client(url, token, seed) for …]
    for one in clients: one.start()
    …                                         # kill, start again
    for one in clients: one.finish()

Each request has an `Idempotency-Key`. When its answer is lost, it is sent again under the same key until there is one,
or, now and then, given up: that one may have happened or not, but not by half.
"""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
from api_service import PURPOSE
from driver import story
from real_installations import record

KEPT = ("content-type", "etag", "location")
"""Headers of an answer that must come again with it."""

DONE = {"open": 201, "intake": 201, "amend": 200}
PATHS = {"open": "/v1/cases", "intake": "/v1/intakes"}


@dataclass
class Wish:
    """One request, and what became of it."""

    kind: str
    story: str
    case: UUID | None = None
    seen: int = 0
    key: str = field(default_factory=lambda: f"key-{uuid4()}")
    answer: tuple | None = None
    lost: int = 0
    given_up: bool = False

    @property
    def request(self):
        headers = {"Idempotency-Key": self.key, **({"If-Match": f'"{self.seen}"'} if self.case else {})}
        body = record(story(self.story)).data
        if self.case:
            return {"method": "PATCH", "url": f"/v1/cases/{self.case}", "json": body, "headers": headers}
        return {"method": "POST", "url": PATHS[self.kind], "json": body, "headers": headers}


class Client(threading.Thread):
    """Somebody who wishes for one thing after the other, or for the same thing twice at once."""

    def __init__(self, url, token, seed):
        super().__init__(name=f"client {seed}")
        self.chance = random.Random(seed)  # noqa: S311 - no secret
        self.seed, self.wishes, self.strange, self.repeats = seed, [], [], 0
        self.patient = False
        self.cases = {}
        self.ending = threading.Event()
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}", **PURPOSE}, timeout=30, trust_env=False
        )

    def run(self):
        try:
            with ThreadPoolExecutor(2) as two:
                while not self.ending.is_set():
                    self.one(two)
        except Exception as error:  # noqa: BLE001 - a thread that ends unheard would test nothing
            self.strange.append(repr(error))

    def one(self, two):
        answered = [wish for wish in self.wishes if wish.answer]
        if answered and self.chance.random() < 0.15:
            self.repeat(self.chance.choice(answered))
            return
        wish = self.wish()
        self.wishes.append(wish)
        while not self.ending.is_set() or wish.lost:  # what was lost is asked for again also at the end
            twice = self.chance.random() < 0.1
            answers = list(two.map(self.send, [wish] * (1 + twice)))
            told = {one for one in answers if one is not None}
            if told:
                self.heard(wish, told)
                return
            wish.lost += 1
            if not self.patient and wish.lost == 1 and self.chance.random() < 0.2:
                wish.given_up = True
                return
            time.sleep(0.02)
        wish.given_up = True

    def wish(self):
        kind = self.chance.choice(("open", "intake", "amend", "amend") if self.cases else ("open",))
        name = f"{self.seed}.{len(self.wishes)}"
        if kind != "amend":
            return Wish(kind, name)
        case = self.chance.choice(sorted(self.cases))
        seen = self.cases.pop(case)  # until it is known which version it has now
        return Wish(kind, name, case, seen)

    def send(self, wish):
        """Return status, body and headers of the answer, or None when it was lost or the service could not serve."""
        try:
            answer = self.http.request(**wish.request)
        except httpx.TransportError:
            return None
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        return answer.status_code, answer.content, tuple(answer.headers.get(name) for name in KEPT)

    def heard(self, wish, told):
        wish.answer = min(told)
        if len(told) > 1 or wish.answer[0] != DONE[wish.kind]:
            self.strange.append((wish, told))
            return
        body = httpx.Response(200, content=wish.answer[1]).json()
        self.cases[UUID(body["case"])] = body["version"]

    def repeat(self, wish):
        """Ask again for what was answered: it must be told alike."""
        again = self.send(wish)
        if again is not None:
            self.repeats += 1
            if again != wish.answer:
                self.strange.append((wish, again))

    def finish(self):
        """End after the wish at hand, which the service must be there for."""
        self.ending.set()
        self.join(60)
        assert not self.is_alive()
        assert not self.strange, self.strange[:3]


def acknowledged(clients):
    """Return how many wishes were answered so far."""
    return sum(wish.answer is not None for one in clients for wish in one.wishes)


def told_again(clients, chance):
    """Ask again for what had its answer lost, and for some of the rest; all must be told alike."""
    for one in clients:
        lost = [wish for wish in one.wishes if wish.answer and wish.lost]
        kept = [wish for wish in one.wishes if wish.answer and not wish.lost]
        before = one.repeats
        asked = lost[:200] + chance.sample(kept, min(len(kept), 50))
        for wish in asked:
            one.repeat(wish)
        assert one.repeats == before + len(asked)
        assert one.strange == []
