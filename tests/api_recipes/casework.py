"""Recipes for what those do who keep cases."""

from api_recipes.recipe import Recipe, add
from api_recipes.world import RECORD
from nrm.access import Case, Caseload, Directory, Referral

CASE = "/v1/cases/{case}"
ONE = f"{CASE}/referrals/{{referral}}"
SEEN = {"If-Match": "{version}"}
# A decision rests on the whole record, which no purpose but that of its keepers needs. They alone open one here: the
# person has their own room, and whoever broke the glass reads groups.
WHOLE = frozenset(
    {
        ("person", 403, "not_disclosable"),
        *((role, 403, "not_disclosable") for role in ("first_responder", "caseworker", "supervisor")),
    }
)
# Who broke the glass, and whose relatives have cases, is told to those who keep the case, and not to who broke it.
KEPT = frozenset({("caseworker", 404, "not_found"), ("supervisor", 404, "not_found")})
FILE = {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment; filename*=UTF-8''scan.pdf",
}
ANSWERS = {
    "receive": {},
    "accept": {},
    "decline": {"body": {"reason": "no_capacity"}},
    "start": {"state": "accepted"},
    "complete": {"state": "started"},
}


def of_case(body=None, **more):
    return Recipe(Case, subject="case", body=body, **more)


def of_referral(body=None, **more):
    return Recipe(Case, subject="case", body=body, headers=SEEN, **more)


add(
    {
        "POST /v1/cases": Recipe(Caseload, body=RECORD),
        "GET /v1/cases": Recipe(Caseload),
        f"GET {CASE}": of_case(),
        f"GET {CASE}/groups": of_case(query={"group": "contact"}),
        f"PATCH {CASE}": of_case({"health": {"urgent_medical_need": "no"}}, headers={"If-Match": '"1"'}),
        f"DELETE {CASE}": of_case(),
        "POST /v1/intakes": Recipe(Caseload, body=RECORD),
        "POST /v1/cases/search": Recipe(Caseload, body={"kind": "phone", "value": "+37369471100"}),
        f"POST {CASE}/decisions": of_case({}),
        f"GET {CASE}/decisions": of_case(),
        f"GET {CASE}/decisions/{{decision}}": of_case(beside=WHOLE),
        f"POST {CASE}/decisions/{{decision}}/replay": of_case(),
        f"GET {CASE}/decisions/{{decision}}/explanations/{{code}}": of_case(beside=WHOLE),
        f"GET {CASE}/decisions/{{decision}}/letter": of_case(beside=WHOLE),
        f"POST {CASE}/what-if": of_case({"facts": {"age_status": "child"}}, beside=WHOLE),
        f"GET {CASE}/family": of_case(beside=KEPT),
        f"POST {CASE}/family": of_case({"other": "{unrelated}", "relation": "sibling"}),
        f"DELETE {CASE}/family/{{other}}": of_case(),
        f"GET {CASE}/consents": of_case(),
        f"POST {CASE}/consents": of_case({"state": "given", "disclosure": "share_with_health", "by": "self"}),
        f"GET {CASE}/choices": of_case(),
        f"POST {CASE}/choices": of_case({"offer": "medical_care", "wanted": True}),
        f"GET {CASE}/feedback": of_case(),
        f"POST {CASE}/feedback": of_case({"referral": "{referral}", "safe": "yes"}),
        "GET /v1/consent-wordings/{disclosure}": Recipe(Case, in_hand=False, standings=("own",)),
        f"POST {CASE}/matches": of_case({"offer": "medical_care"}),
        f"GET {CASE}/referrals": of_case(),
        f"POST {CASE}/referrals": of_case({"offer": "medical_care"}, state="agreed"),
        f"GET {ONE}": of_case(),
        f"POST {ONE}/send": of_referral(state="draft"),
        f"POST {ONE}/revoke": of_referral({"reason": "better_service"}),
        f"POST {ONE}/transport": of_referral({"official": "{official}"}, state="accepted"),
        f"GET {ONE}/transport": of_case(state="accepted"),
        f"GET {CASE}/duties": of_case(),
        f"POST {CASE}/duties/{{duty}}/done": of_case(),
        "GET /v1/duties": Recipe(Case, in_hand=False, standings=("own",)),
        f"POST {CASE}/attachments": of_case(content=b"%PDF-1.7\n%%EOF\n", headers=FILE),
        f"GET {CASE}/attachments": of_case(),
        f"GET {CASE}/attachments/{{attachment}}": of_case(),
        f"DELETE {CASE}/attachments/{{attachment}}": of_case(),
        f"POST {CASE}/person-links": of_case({"language": "en"}),
        f"DELETE {CASE}/person-links": of_case(),
        f"POST {CASE}/break-glass": of_case({"reason": "medical_emergency", "note": "x", "told": "{colleague}"}),
        f"GET {CASE}/break-glass": of_case(beside=KEPT),
        f"POST {CASE}/break-glass/{{grant}}/end": of_case(),
        f"POST {CASE}/break-glass/{{grant}}/review": of_case({"verdict": "justified"}),
        "GET /v1/glass": Recipe(Caseload),
        "POST /v1/records/import": Recipe(
            Caseload,
            content='[{{"prs_FirstName": "Ana"}}]',
            headers={"Content-Type": "application/json"},
            query={"source": "htcds", "open": "true"},
        ),
        f"POST {CASE}/export": of_case({"form": "htcds", "format": "json", "groups": ["identity"]}),
        "GET /v1/directory/services": Recipe(Directory),
        "POST /v1/directory/search": Recipe(Directory, body={}),
    }
    | {f"POST {ONE}/{verb}": Recipe(Referral, subject="case", headers=SEEN, **more) for verb, more in ANSWERS.items()}
)
