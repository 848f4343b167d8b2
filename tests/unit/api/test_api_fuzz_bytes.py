"""Whatever bytes stand in a header, an address or a body: an answer that is known, and nothing of them in it."""

import asyncio
import json
from urllib.parse import quote, urlencode

import pytest
from api_office import Service
from api_recipes import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import OURS, new_office

from api.problems.problem import Told, catalogue

OFTEN = 10**7
CANARY = b"CanaryZq7"
TEXTS = st.text(st.characters(), max_size=9) | st.text(st.characters(categories=["Cs", "Cc"]), max_size=3)
"""Also halves of characters, which JSON can write and UTF-8 cannot."""

fuzz = settings(
    max_examples=max(40, settings().max_examples // 2), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# What a server lets through in a header (RFC 9110 §5.5): no control character but the tab.
VALUES = st.binary(max_size=60).map(lambda data: bytes(byte for byte in data if byte == 9 or 32 <= byte != 127))
NEAR = {
    "authorization": [b"Bearer ", b"bearer", b"Basic Og==", b"Bearer a.b.c.d", b"Bearer \xff"],
    "cookie": [b"__Host-nrm=", b'__Host-nrm="', b"__Host-nrm-person=x; __Host-nrm=", b"__Host-nrm=\xff;;=="],
    "idempotency-key": [b"12345678", b"1234567", b"\xe9" * 9, b"a" * 129],
    "if-match": [b'"1"', b"*", b'W/"1"', b'"1", "2"', b'"00"', b'"99999999999999999999"', b'"\xb2"'],
    "accept-language": [b"fr;q=", b"*", b"en;q=2,ar;q=-1", b"a" * 50, b"fr;q=nan", b"en;q=1e999"],
    "accept": [b"*/*", b"application/pdf;q=", b",,,"],
    "nrm-role": [b"caseworker", b"person", b"\xff"],
    "purpose-of-use": [b"case_management", b"health_care", b"\xff"],
    "content-type": [b"application/json", b"application/json;charset=\xff", b";", b"multipart/form-data; boundary=x"],
    "content-length": [b"-1", b"1e3", b"\xb2", b"99999999999999999999999", b" 1", b"+1"],
    "content-encoding": [b"gzip", b"identity", b"\xff"],
    "content-disposition": [
        b"attachment; filename*=UTF-8''a",
        b"attachment; filename*=UTF-8''%ff%fe",
        b"attachment; filename*=UTF-8''%00",
        b'attachment; filename="a"',
    ],
    "origin": [b"null", b"https://", b"https://[", b"//\xff"],
    "sec-fetch-site": [b"same-origin", b"cross-site", b"\xff"],
}
BODIES = {
    "/v1/cases": "application/json",
    "/v1/cases/search": "application/json",
    "/v1/person/sessions": "application/json",
    "/v1/sessions": "application/json",
    "/v1/sessions/passkey/finish": "application/json",
    "/v1/token": "application/x-www-form-urlencoded",
    "/v1/service/replies": "application/octet-stream",
    "/v1/records/import?source=htcds": "text/csv",
    "/v1/records/import?source=uk-nrm": "application/json",
    "/v1/rulebooks": "application/json",
}
LISTS = ("/v1/cases", "/v1/duties", "/v1/directory/services", "/v1/service/referrals", "/v1/accounts", "/v1/rulebooks")
ROLES = "caseworker+provider+administrator+rule_author+coordinator"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    office = new_office(tmp_path_factory.mktemp("fuzz"))
    return World(Service(office, reads=OFTEN, writes=OFTEN, tries=OFTEN))


def asked(world, method, path, headers=(), body=b"", *, signed=True, role="caseworker"):
    """Send exactly these bytes, as a server hands them over, and return status, headers and body of the answer."""
    target, _, query = path.partition("?")
    token = f"Bearer {ROLES}.{OURS}.{world.ours['me']}.law_unit".encode()
    base = {b"host": b"nrm.example", b"purpose-of-use": b"case_management", b"nrm-role": role.encode()}
    if signed:
        base[b"authorization"] = token
    sent = {**base, **{name.encode(): value for name, value in headers}}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "root_path": "",
        "path": target,
        "raw_path": quote(target).encode(),
        "query_string": query.encode("latin-1"),
        "headers": list(sent.items()),
        "client": ("192.0.2.1", 1),
        "server": ("nrm.example", 443),
    }
    told, bodies = [], iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive():
        return next(bodies, {"type": "http.disconnect"})

    async def send(message):
        told.append(message)

    world.again()
    asyncio.run(world.service.app(scope, receive, send))
    answer = b"".join(one.get("body", b"") for one in told[1:])
    return told[0]["status"], dict(told[0]["headers"]), answer


def check(status, headers, body):
    """An answer is known: no fault of the program, and what is refused is told as a problem that quotes nothing."""
    assert status < 500, body
    assert CANARY not in body
    assert not any(CANARY in value for value in headers.values())
    if status >= 400:
        problem = json.loads(body)
        assert catalogue()[problem["code"]].status == status
        assert problem["instance"] == f"urn:uuid:{headers[b'request-id'].decode()}"


@pytest.mark.parametrize("name", NEAR)
@fuzz
@given(data=st.data())
def test_any_header_is_answered(world, name, data):
    near = st.sampled_from(NEAR[name])
    value = data.draw(VALUES | near | st.tuples(near, VALUES).map(b"".join) | VALUES.map(CANARY.__add__))
    case = world.ours["sent"]["case"]
    kind = () if name == "content-type" else (("content-type", b"application/json"),)
    body, signed = b'{"facts":{"acts":["transportation"]}}', name != "cookie"
    for method, path in (
        ("PATCH", f"/v1/cases/{case}"),
        ("GET", f"/v1/cases/{case}/duties"),
        ("GET", "/v1/vocabulary"),
    ):
        check(*asked(world, method, path, [*kind, ("if-match", b'"1"'), (name, value)], body, signed=signed))
    file = [("content-type", b"application/octet-stream"), (name, value)]
    check(*asked(world, "POST", f"/v1/cases/{case}/attachments", file, b"%PDF-1.7\n%%EOF\n", signed=signed))


@pytest.mark.parametrize("path", BODIES)
@fuzz
@given(
    body=st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | TEXTS.map(lambda text: CANARY.decode() + text),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    ).map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=60).map(CANARY.__add__)
)
def test_any_body_is_answered(world, path, body):
    role = {"/v1/service/replies": "provider", "/v1/rulebooks": "rule_author"}.get(path, "caseworker")
    signed = path not in {"/v1/token", "/v1/sessions", "/v1/person/sessions", "/v1/sessions/passkey/finish"}
    sent = [("content-type", BODIES[path].encode())]
    if path == "/v1/token":
        sent += [("nrm-role", b"")]
    check(*asked(world, "POST", path, sent, body, signed=signed, role=role))


@pytest.mark.parametrize("path", LISTS)
@fuzz
@given(
    cursor=st.text(max_size=90) | st.from_regex(r"\A[A-Za-z0-9_-]{1,90}\Z"), limit=st.integers() | st.text(max_size=4)
)
def test_any_cursor_is_answered(world, path, cursor, limit):
    role = {"/v1/service/referrals": "provider", "/v1/accounts": "administrator", "/v1/rulebooks": "rule_author"}
    query = urlencode({"cursor": cursor, "limit": limit}, errors="surrogatepass")
    status, headers, body = asked(world, "GET", f"{path}?{query}", role=role.get(path, "caseworker"))
    check(status, headers, body)
    assert status == 422, "nobody makes a cursor by themselves"


@fuzz
@given(data=st.binary(max_size=60), of=st.binary(max_size=20), last=st.binary(min_size=16, max_size=16))
def test_a_cursor_opens_for_its_list_alone(world, data, of, last):
    cursors = world.service.app.state.nrm.cursors
    sealed = cursors.sealed(last, of)
    assert cursors.opened(sealed, of) == last
    with pytest.raises(Told):
        cursors.opened(sealed, of + b"x")
    with pytest.raises(Told):
        cursors.opened(data.hex(), of)


@fuzz
@given(token=VALUES | st.from_regex(r"\A[A-Za-z0-9_-]{43}\Z").map(str.encode))
def test_any_token_of_a_visit_opens_nothing(world, token):
    for name, value in (("authorization", b"Bearer " + token), ("cookie", b"__Host-nrm-person=" + token)):
        sent = [(name, value), ("sec-fetch-site", b"same-origin")]
        status, headers, body = asked(world, "GET", "/v1/person/plan", sent, signed=False)
        check(status, headers, body)
        assert status == 401


@fuzz
@given(link=st.text(min_size=1, max_size=100) | TEXTS, pin=st.text(min_size=1, max_size=20) | TEXTS)
def test_any_link_and_pin_are_refused_alike(world, link, pin):
    body = json.dumps({"link": link, "pin": pin}).encode()
    sent = [("content-type", b"application/json")]
    status, headers, answer = asked(world, "POST", "/v1/person/sessions", sent, body, signed=False)
    check(status, headers, answer)
    assert (status, json.loads(answer)["code"]) in {(401, "wrong_credentials"), (422, "input_refused")}


FIELDS = {
    "/v1/sessions": ("name", "password"),
    "/v1/cases/search": ("kind", "value"),
    "/v1/cases": ("identity", "first_name"),
    "/v1/rulebooks": ("bundle", "statement"),
}


@pytest.mark.parametrize("path", FIELDS)
@fuzz
@given(text=TEXTS)
def test_any_text_in_a_known_field_is_answered(world, path, text):
    first, second = FIELDS[path]
    body = {first: {second: text}} if path == "/v1/cases" else {first: "phone", second: text, "signature": text}
    if path != "/v1/rulebooks":
        body.pop("signature", None)
    role = "rule_author" if path == "/v1/rulebooks" else "caseworker"
    sent = [("content-type", b"application/json")]
    check(*asked(world, "POST", path, sent, json.dumps(body).encode(), signed=path != "/v1/sessions", role=role))
