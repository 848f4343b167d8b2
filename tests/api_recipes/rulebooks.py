"""Recipes for policy officers, and the office of which they are asked: its rulebooks are signed."""

from __future__ import annotations

import base64
from dataclasses import replace
from uuid import uuid4

from offices import OURS
from published import OFFICERS, SIGNERS, paper
from rulebook_desk import APPROVER, AUTHOR, proposed

from api.checks import Checks
from api_recipes.beginning import Asker, Beginning
from api_recipes.recipe import Recipe, add
from api_recipes.world import OTHER_UNIT, UNIT
from nrm.access import Bundle, Session
from nrm.casework.rulebooks import checking
from nrm.publishing.statement import NAMESPACE

BOOKS = "/v1/rulebooks"
ONE = f"{BOOKS}/{{rulebook}}"
SEEN = {"If-Match": "{version}"}
SAID = {"comment": "As the law of March asks."}
WORLD = "rulebooks"


class _NeverChecks(Checks):
    """Nothing is checked behind the back of a test."""

    def begin(self, rulebook, check):
        pass


class RulebookWorld(Beginning):
    """One proposal of the author Ada, which was checked."""

    def __init__(self, service):
        super().__init__(service)
        service.app.state.nrm = replace(service.app.state.nrm, officers=lambda: OFFICERS, checks=_NeverChecks())
        one = paper()
        publication = proposed(self.office, one)
        checking.check(self.office.desk, AUTHOR, publication)
        text = one.text.decode()
        self.ours = {
            "rulebook": str(publication),
            "bundle": base64.b64encode(one.archive).decode(),
            "statement": text,
            "signature": SIGNERS["ada"].sign(one.text, NAMESPACE),
            "approval": SIGNERS["ben"].sign(one.text, NAMESPACE),
        }
        reader = service.as_("overseer", who=uuid4())
        self.ours["version"] = reader.get(f"{BOOKS}/{publication}").headers["etag"]
        self.theirs = {}
        self.office.sequencer.run()
        self.begins()

    def of(self, words, _state):
        """The words are the same however the proposal stands."""
        return words

    def nothing(self, subject, _state="sent"):
        """Our words with a rulebook that there is not."""
        return {**self.ours, subject: str(uuid4())}

    def asker(self, recipe, role, standing):  # noqa: ARG002 - every proposal is one person's
        """Somebody in a role who wrote the proposal, or did not and sits elsewhere."""
        own = standing in {"own", "nobody"}
        return Asker(role, OURS, AUTHOR.who if own else APPROVER.who, UNIT if own else OTHER_UNIT)


def book(body=None, **more):
    return Recipe(Bundle, subject="rulebook", body=body, world=WORLD, **more)


def books(body=None, **more):
    return Recipe(Bundle, body=body, world=WORLD, **more)


add(
    {
        f"GET {BOOKS}": books(in_hand=False),
        f"GET {BOOKS}/in-force": Recipe(Session, world=WORLD),
        # What is no bundle is refused after the policies were asked; that a real one is taken takes a minute each time.
        f"POST {BOOKS}/statement": books({"bundle": "AAAA"}, passes=False, in_hand=False),
        # It was proposed already.
        f"POST {BOOKS}": books(
            {"bundle": "{bundle}", "statement": "{statement}", "signature": "{signature}"}, passes=False
        ),
        # It was never in force, so it cannot come back.
        f"POST {BOOKS}/roll-backs/statement": books({"rulebook": "{rulebook}"}, passes=False),
        f"POST {BOOKS}/roll-backs": books(
            {"statement": "{statement}", "signature": "{signature}"}, passes=False, in_hand=False
        ),
        f"GET {ONE}": book(),
        f"GET {ONE}/archive": book(),
        f"GET {ONE}/changes": book(),
        # It is the first one, so there is nothing to compare it with; whose it is does not matter here.
        f"GET {ONE}/impact": book(passes=False, in_hand=False, standings=("own", "other")),
        f"POST {ONE}/check": book(),
        f"POST {ONE}/approve": book({"signature": "{approval}"}, headers=SEEN),
        f"POST {ONE}/reject": book(SAID, headers=SEEN),
        f"POST {ONE}/withdraw": book(SAID, headers=SEEN),
        f"POST {ONE}/comments": book(SAID, headers=SEEN),
    }
)
