"""The description of the service (OpenAPI 3.1.0): what FastAPI finds, and what only we know.

Of each operation it says who may call it, every problem it can answer with, and an example of what goes in and out. The
form of a case record is made from the vocabulary in force. https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from api.call import ACTION, OPEN
from api.documents import SCHEMA
from api.once import HEADER, UNKEPT
from api.openapi_examples import with_examples
from api.openapi_problems import CHANGING, components, statuses
from api.openapi_words import ABOUT, TAGS
from api.problems.problem import ProblemView
from api.security.signed_in import COOKIE
from api.visit import COOKIE as VISIT
from nrm.case.schema import json_schema
from nrm.rulebook.fact_forms import fact_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from nrm.rulebook.vocabulary import Vocabulary

Json = dict[str, Any]

REFERENCE: Final = "#/components/schemas/"
ROOM: Final = "/v1/person/"
LEAVING: Final = f"{ROOM}session"
"""Whoever leaves has left, also when their session was over before."""

_OF_FASTAPI: Final = ("default", "422")

SIGNED_IN: Final[tuple[dict[str, list[str]], ...]] = ({"token": []}, {"session": []})
VISITING: Final[tuple[dict[str, list[str]], ...]] = ({"token": []}, {"visit": []})
WITHOUT_KEY: Final = frozenset(
    {
        *("case:search", "decision:read", "decision:examine", "directory:read", "event:search", "match:make"),
        *("record:export", "link:make", "rulebook:name"),
    }
)
"""Actions of requests that are sent with a body and keep nothing, or tell a secret: there a key does nothing."""
SCHEMES: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token of a session or of a program, opaque."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "The session of a browser."},
    "visit": {"type": "apiKey", "in": "cookie", "name": VISIT, "description": "The session of a person, by a link."},
}
_KEY: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "With it, a request that comes twice has its effect once, and the same answer each time.",
    "schema": {"type": "string", "pattern": "^[!-~]{8,128}$"},
    "example": "3f0c9a52-6c1e-4f6b-9b1d-2f6a1c7d9e10",
}
_REQUEST_ID: Final = {
    "description": "The number of this request, to be named when asking for help.",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}


class Description:
    """The description of an application, made again when other words are in force."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._made: tuple[Vocabulary, Json] | None = None

    def __call__(self) -> Json:
        """Return it."""
        words = self._app.state.nrm.desk.words()
        made = self._made
        if made is None or made[0] is not words:
            made = self._made = words, describe(self._app, words)
        return made[1]


def describe(app: FastAPI, words: Vocabulary) -> Json:
    """Return the description of an application; `words` are those in force."""
    found = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary="The interface of a national referral mechanism for trafficked persons.",
        description=ABOUT,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/", "description": "This installation."}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = found["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= record_schemas(words)
    schemas |= _schemas_of(ProblemView.model_json_schema(ref_template=f"{REFERENCE}{{model}}"), "ProblemView")
    found["components"] |= {
        "securitySchemes": SCHEMES,
        "responses": components(),
        "headers": {"Request-Id": _REQUEST_ID},
    }
    unkept = _unkept(app)
    for path, method, operation in operations(found):
        _complete(path, method, operation, kept=(method, path) not in unkept)
        with_examples(operation, schemas)
    return found


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield path, method and operation of everything that a description describes."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def record_schemas(words: Vocabulary) -> Json:
    """Return the schemas that describe a case record, by name: the vocabulary says which facts and values there are."""
    schema = json_schema(fact_schemas(words))
    for name in ("$schema", "$id"):  # OpenAPI says for the whole document which dialect it is and where it stands
        schema.pop(name)
    return _schemas_of(_moved(schema, "#/$defs/", f"{REFERENCE}{SCHEMA}."), SCHEMA, f"{SCHEMA}.")


def _schemas_of(schema: Json, name: str, prefix: str = "") -> Json:
    """Return a schema and those that it defines, as components."""
    defined = schema.pop("$defs", {})
    return {name: schema} | {f"{prefix}{one}": of for one, of in defined.items()}


def _moved(schema: Any, from_: str, to: str) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(schema, dict):
        return {
            name: to + value.removeprefix(from_) if name == "$ref" else _moved(value, from_, to)
            for name, value in schema.items()
        }
    return [_moved(one, from_, to) for one in schema] if isinstance(schema, list) else schema


def _unkept(app: FastAPI) -> set[tuple[str, str]]:
    """Return method and path of the operations that refuse an `Idempotency-Key`."""
    return {
        (method.lower(), route.path_format or "")
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if {one.dependency for one in UNKEPT} & {one.dependency for one in getattr(route, "dependencies", ())}
    }


def _complete(path: str, method: str, operation: Json, *, kept: bool) -> None:
    """Add who may call an operation, with which problems it answers, and the headers that are not FastAPI's."""
    action = operation[ACTION]
    public = action == OPEN or path == f"{ROOM}sessions"
    operation["security"] = [] if public else _security(path)
    parameters = operation.setdefault("parameters", [])
    for one in parameters:
        one["required"] = one["required"] or one["name"] == "if-match"  # 428 without it, and not 422
    if kept and not public and method in CHANGING and action not in WITHOUT_KEY and path != LEAVING:
        parameters.append(dict(_KEY))
    responses = {code: answer for code, answer in operation["responses"].items() if code not in _OF_FASTAPI}
    for answer in responses.values():
        answer.setdefault("headers", {})["Request-Id"] = {"$ref": "#/components/headers/Request-Id"}
    problems = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"}
        for status in statuses(method, operation, public=public)
    }
    operation["responses"] = problems | responses


def _security(path: str) -> list[Json]:
    if path == LEAVING:
        return [{}, *VISITING]
    return list(VISITING if path.startswith(ROOM) else SIGNED_IN)
