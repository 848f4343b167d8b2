"""Who may sign rulebooks, with which key, as what and for which unit: the file `officers.toml` of an installation.

    [[officer]]
    name = "officer_a"
    unit = "law_unit"
    role = "author"
    key = "ssh-ed25519 AAAA…"
    from = 2026-01-01
    until = 2028-12-31

`name` and `unit` are codes. `until` is the last day; without it the key stays good. A key that was lost gets an `until`
before the day on which it was lost: what it signed since is then refused.

INVARIANT (two officers, two units): a rulebook comes into force by the signatures of an author and of an approver, who
are two people of two units with two keys, over the same statement.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from nrm.errors import FileRefusedError, Problem, reason_of
from nrm.models import IsoDate, parse
from nrm.publishing.errors import NotSignedError, SameOfficerError
from nrm.publishing.statement import NAMESPACE
from nrm.referral.package_errors import SignatureRefusedError
from nrm.referral.ssh_keys import public_blob
from nrm.referral.sshsig import parse as parse_signature
from nrm.referral.sshsig import verify
from nrm.rulebook.wording import Code, Model
from nrm.textfile import Document

if TYPE_CHECKING:
    from pathlib import Path

OfficerRole = Literal["author", "approver"]

FILE: Final = "officers.toml"
"""Its name in the folder of an installation, if no other is given."""


def _key(text: str) -> str:
    public = " ".join(text.split()[:2])  # without the comment that a `.pub` file has
    try:
        public_blob(public)
    except SignatureRefusedError:
        raise ValueError("write the line of the `.pub` file: `ssh-ed25519 AAAA…`") from None
    return public


class Officer(Model):
    """One key of one officer."""

    name: Code
    unit: Code
    role: OfficerRole
    key: Annotated[str, AfterValidator(_key)]
    from_: IsoDate = Field(alias="from")
    until: IsoDate | None = None

    def may_sign(self, role: OfficerRole, on: date) -> bool:
        """Say whether a signature of this key counts in that role on that day."""
        return self.role == role and self.from_ <= on and (self.until is None or on <= self.until)


class _File(Model):
    officer: tuple[Officer, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_owner(self) -> _File:
        owners: dict[str, str] = {}
        for one in self.officer:
            if owners.setdefault(one.key, one.name) != one.name:
                raise ValueError(f"`{one.name}` has the key of somebody else: every officer has one of their own")
        return self


@dataclass(frozen=True)
class Officers:
    """All officers of an installation."""

    known: tuple[Officer, ...]

    def signer(self, statement: bytes, signature: str, role: OfficerRole, on: date) -> Officer:
        """Return whose signature this is over the statement.

        Raises:
            NotSignedError: it is false, or of nobody who may sign in this role on that day.
        """
        try:
            public = parse_signature(signature).public
            verify(public, statement, signature, NAMESPACE)
        except SignatureRefusedError as refused:
            raise NotSignedError(refused.problems) from None
        for one in self.known:
            if one.key == public and one.may_sign(role, on):
                return one
        what = f"the key that signed is of nobody who may sign as {role} on `{on.isoformat()}`"
        raise NotSignedError(Problem("signature", 0, what, f"`{FILE}` says who may sign, as what and until when"))


def two_officers(author: Officer, approver: Officer) -> None:
    """Refuse an author and an approver who are not two people of two units.

    Raises:
        SameOfficerError: one name, one key or one unit stands on both sides.
    """
    if author.name == approver.name or author.key == approver.key:
        raise SameOfficerError("author and approver are the same person")
    if author.unit == approver.unit:
        raise SameOfficerError("author and approver are of the same unit")


def read_officers(path: Path) -> Officers:
    """Read the officers.

    Raises:
        FileRefusedError: there is no such file, or it is not of its form; every fault is listed.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        what = f"the file cannot be read: {reason_of(error)}"
        todo = "put back the file that says who signs rulebooks; without it none is loaded"
        raise FileRefusedError(Problem(str(path), 0, what, todo)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise FileRefusedError(Problem(str(path), 0, "the file is not TOML", "write `[[officer]]` tables")) from None
    problems: list[Problem] = []
    found: _File | None = parse(Document(str(path), _text(data), {}), _File, problems)
    if found is None:
        raise FileRefusedError(problems)
    return Officers(found.officer)


def _text(value: Any) -> Any:  # noqa: ANN401 - whatever TOML can hold
    if isinstance(value, dict):
        return {name: _text(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_text(one) for one in value]
    return value.isoformat() if isinstance(value, date) else str(value)
