"""`referral.json`: the head of a package, and below `record` the groups that it carries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from nrm.errors import Problem
from nrm.referral.header import FORMAT, Header
from nrm.referral.package_errors import MoreThanDeclaredError, NoPackageError, UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENT: Final = "referral.json"
RECORD: Final = "record"

_ASK = "do not use it; ask the sender for it again"


def referral_json(header: Header, record: Mapping[str, Any]) -> bytes:
    """Write `referral.json`: what is in the head, and `record` with a value of JSON for each group.

    Raises:
        MoreThanDeclaredError: see `read_document`.
    """
    _check_groups(header, record)
    content = {**header.model_dump(mode="json"), RECORD: record}
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_document(data: bytes) -> tuple[Header, dict[str, Any]]:
    """Read `referral.json`.

    Raises:
        NoPackageError: not JSON, a key twice, or not the head of a package; no value is shown.
        UnknownFormatError: of another format than `nrm-referral-1`.
        MoreThanDeclaredError: the record has a group that the head does not name; a revocation has any.
    """
    content = read_json(data)
    if not isinstance(content, dict):
        raise _malformed("it is not a list of names and values")
    if content.get("format") != FORMAT:
        todo = "ask the sender which version of the program opens it"
        raise UnknownFormatError(Problem(DOCUMENT, 0, f"it is of another format than `{FORMAT}`", todo))
    record = content.pop(RECORD, None)
    if not isinstance(record, dict):
        raise _malformed(f"`{RECORD}` is missing")
    try:
        header = Header.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as refused:
        first = str(refused.errors()[0]["loc"][0])
        where = f"`{first}` is" if first in Header.model_fields else "a name in it is"
        raise _malformed(f"{where} missing, unknown or malformed") from None
    _check_groups(header, record)
    return header, record


def read_json(data: bytes) -> Any:  # noqa: ANN401 - anything that JSON can hold
    """Read JSON (RFC 8259) that means the same to every reader: UTF-8, no name twice, no NaN, numbers of 15 digits.

    Raises:
        NoPackageError: it is not.
    """
    try:
        content = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_refused_word, parse_int=_short)
        json.dumps(content, ensure_ascii=False).encode()  # half of a surrogate pair is no text, and nobody can write it
    except (ValueError, RecursionError):
        raise _malformed("it is not JSON that means the same to every reader") from None
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _refused_word(_: str) -> None:
    raise ValueError("no number")


def _short(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


_MOST_DIGITS = 15


def _check_groups(header: Header, record: Mapping[str, Any]) -> None:
    declared = header.groups if header.kind == "referral" else ()
    if (set(record) | {one.group for one in header.attachments}) - set(declared):
        what = "the record or an attachment holds groups that its head does not name"
        raise MoreThanDeclaredError(Problem(DOCUMENT, 0, what, "do not read them; tell the sender"))


def _malformed(what: str) -> NoPackageError:
    return NoPackageError(Problem(DOCUMENT, 0, what, _ASK))
