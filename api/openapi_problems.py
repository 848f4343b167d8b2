"""Which problems each operation can answer with, found by what it takes: nobody writes them down for each."""

from __future__ import annotations

from typing import Any, Final

from api.problems.fault import EXAMPLE
from api.problems.problem import ABOUT, MEDIA_TYPE, catalogue

Json = dict[str, Any]

_INSTANCE: Final = "urn:uuid:3f0c9a52-6c1e-4f6b-9b1d-2f6a1c7d9e10"

WHEN: Final = {
    400: "It cannot be read, or does not say in which role or what for.",
    401: "Nobody is signed in.",
    403: "The policies do not allow it; the denial is on the log.",
    404: "There is no such thing, or it is another's; both are told alike.",
    408: "The body came too slowly.",
    409: "It does not fit to how things stand.",
    410: "What it is about was destroyed.",
    412: "It was changed since the version that was seen.",
    413: "The body is too large.",
    415: "The body is of another type than is taken here.",
    422: "What was sent is refused; every fault is listed.",
    428: "`If-Match` is missing.",
    429: "Too many requests; `Retry-After` says when to come back.",
    500: "A fault of the program, or of what is kept.",
    502: "The provider of identity did not answer as it should.",
    503: "The store or the keys cannot be used now.",
}
"""What each status means, wherever it is told."""

CHANGING: Final = frozenset({"post", "put", "patch", "delete"})


def statuses(method: str, operation: Json, *, public: bool) -> list[int]:
    """Return the problems that an operation can answer with, by status."""
    parameters = operation.get("parameters", ())
    named = {(one["in"], one["name"].lower()) for one in parameters}
    body, changing, below = "requestBody" in operation, method in CHANGING, any(kind == "path" for kind, _ in named)
    found = {500, 503}
    if not public:
        found |= {400, 401, 403, 404, 410, 422, 429}
    if changing:
        found |= {400, 401, 403, 409, 422, 429}
    if body:
        found |= {400, 408, 413, 415, 422}
    if below:
        found |= {404, 409, 422}
    if parameters:
        found |= {422}
    if ("path", "provider") in named:
        found |= {401, 403, 429, 502}
    if ("header", "if-match") in named:
        found |= {412, 428}
    return sorted(found)


def components() -> Json:
    """Return the answers that tell of problems, as components: `Problem404` and so on, with an example of each."""
    return {f"Problem{status}": _response(status) for status in WHEN}


def _response(status: int) -> Json:
    examples = {code: {"value": _example(code)} for code, entry in catalogue().items() if entry.status == status}
    headers = {"Request-Id": {"$ref": "#/components/headers/Request-Id"}}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemView"}, "examples": examples}}
    return {"description": WHEN[status], "headers": headers, "content": content}


def _example(code: str) -> Json:
    entry = catalogue()[code]
    told = {"type": ABOUT + code, "title": entry.title.en, "status": entry.status, "code": code, "todo": entry.todo.en}
    return {**told, "instance": _INSTANCE, "errors": [EXAMPLE] if code == "input_refused" else []}
