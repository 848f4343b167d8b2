"""What tests of the caseworker's routes do again and again, over HTTP.

worker = service.as_("caseworker")
where = begun(worker)                                    # "/v1/cases/<id>" of an adult in the north who needs much
decided(worker, where); agreed(worker, where)            # to all that a health service may know
one = referred(worker, where)                            # medical care, of the clinic: (path, JSON)
"""

from offices import record
from referral_desk import ADULT, CHILD, DANGER

ADULT_RECORD, CHILD_RECORD = record(ADULT).data, record(CHILD).data
IN_DANGER = record(ADULT + DANGER).data


def begun(client, body=None):
    answer = client.post("/v1/cases", json=body or ADULT_RECORD)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def decided(client, where, **when):
    answer = client.post(f"{where}/decisions", json=when)
    assert answer.status_code == 201, answer.text
    return answer


def agreed(client, where, disclosure="share_with_health", **more):
    sent = {"state": "given", "disclosure": disclosure, "by": "self", **more}
    answer = client.post(f"{where}/consents", json=sent)
    assert answer.status_code == 201, answer.text
    return answer


def referred(client, case, offer="medical_care", **more):
    answer = client.post(f"{case}/referrals", json={"offer": offer, **more})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"], answer.json()["referral"]


def twice(client, path, body, key="key-number-1", **headers):
    """Send the same request twice under one key, and return both answers."""
    sent = {"Idempotency-Key": key, **headers}
    return [client.post(path, json=body, headers=sent) for _ in range(2)]


def done_once(client, path, body, **headers):
    """Make sure that a request which comes twice has one effect and one answer; return it."""
    first, again = twice(client, path, body, **headers)
    assert first.is_success, first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    return first


def told(problem):
    """Return a problem without the number of its request."""
    return {**problem.json(), "instance": ""}
