"""Sign-in over HTTP for tests: a browser or a program, and somebody who signs in with a password and a code.

anna = program(real)                    # a client without cookies
begun = signed_in(real, at, anna)       # the answer of the last step
asker = holder(real, begun)             # a program that sends its token
"""

from signins import WORDS

PAGE = {"Sec-Fetch-Site": "same-origin"}


def program(real, **headers):
    return real.client(**headers)


def browser(real, **headers):
    return real.client(**{**PAGE, **headers})


def password(client, name="anna", words=WORDS):
    return client.post("/v1/sessions", json={"name": name, "password": words})


def code(client, step, digits, **more):
    return client.post("/v1/sessions/steps/totp", json={"step": step, "code": digits, **more})


def signed_in(at, client, name="anna"):
    step = password(client, name).json()["step"]
    begun = code(client, step, at.code(name))
    assert begun.status_code == 201, begun.text
    return begun


def holder(real, begun, **headers):
    return real.client(Authorization=f"Bearer {begun.json()['token']}", **headers)


def told(answer):
    """All that could tell two refusals apart: status, body and headers, without the number of the request."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"request-id", "retry-after"}}
    return answer.status_code, {**answer.json(), "instance": ""}, headers
