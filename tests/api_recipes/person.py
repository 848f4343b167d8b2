"""Recipes for the person's own room: whoever has a session in a case, and nobody else."""

from api_recipes.recipe import Recipe, add
from nrm.access import Case, Session

ROOM = "/v1/person"


def own(body=None, kind=Case, **more):
    return Recipe(kind, body=body, visit=True, **more)


SAYS = {"disclosure": "share_with_health", "language": "en", "wording": "{wording}"}

add(
    {
        f"POST {ROOM}/sessions": own({"link": "{linked}", "pin": "{pin}"}),
        # Whoever holds a session can end it, whatever the policies say.
        f"DELETE {ROOM}/session": own(in_hand=False, action="session:end", kind=Session),
        f"GET {ROOM}/plan": own(),
        f"GET {ROOM}/offers": own(),
        f"POST {ROOM}/choices": own({"offer": "medical_care", "wanted": False}),
        f"GET {ROOM}/consents": own(),
        f"GET {ROOM}/consents/questions": own(),
        f"POST {ROOM}/consents": own({"state": "given", **SAYS}),
        f"POST {ROOM}/consents/withdraw": own({"disclosure": "share_with_health"}),
        f"GET {ROOM}/referrals": own(),
        f"POST {ROOM}/feedback": own({"referral": "{referral}", "met": "yes"}),
    }
)
