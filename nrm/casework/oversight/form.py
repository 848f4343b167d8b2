"""The form of a decision bundle: what an oversight body needs to make one decision again, and not who it is about.

A tar of `bundle.json` (the head), `facts.json` (the coded facts), `plan.json` (the plan, canonical), `entry.json` (the
leaf of the decision in the log), `proof` (that the leaf is in the log, C2SP tlog-proof; absent while it waits) and
`rulebook.tar.xz` (rules and commitments); signed and sealed as packages are, in a namespace of its own.

INVARIANT (codes only): a fact in a bundle is a word of a vocabulary, a list of them, a whole number or nothing; no
name, text or date of a person has a place here, and no identifier of a case either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from nrm.audit.canonical import canonical
from nrm.audit.entry_fields import Digest
from nrm.errors import Problem
from nrm.referral.archive import read_tar, write_tar
from nrm.referral.document import read_json
from nrm.referral.package_errors import NoPackageError, UnknownFormatError
from nrm.referral.sealing import ASK, check_recipient, check_sender, open_tar, recipient_of, seal_tar
from nrm.rulebook.wording import Code, Model, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nrm.referral.sshsig import SshSigner

NAMESPACE: Final = "decision-bundle@nrm"
"""What the signature of a bundle is for; a signature under a referral never stands for one under a decision."""
FORMAT: Final = "nrm-decision-bundle-1"

HEAD, FACTS, PLAN, ENTRY, PROOF, RULEBOOK = (
    *("bundle.json", "facts.json", "plan.json", "entry.json"),
    *("proof", "rulebook.tar.xz"),
)

_FILES = re.compile(r"bundle\.json|facts\.json|plan\.json|entry\.json|proof|rulebook\.tar\.xz")
_NEEDED = frozenset({HEAD, FACTS, PLAN, ENTRY, RULEBOOK})
_FACTS: Final = TypeAdapter(dict[Code, Code | tuple[Code, ...] | Annotated[int, Field(ge=0, le=10**9)] | None])


class Head(Model):
    """What stands in `bundle.json`.

    `sender` is the name of the mechanism's log, `recipient` the age recipient it was sealed to. `decision` is what the
    entry has for the plan: SHA-256 of `salt` (32 bytes, hexadecimal) and `{"plan": SHA-256 of plan.json}`.
    """

    format: Literal["nrm-decision-bundle-1"] = FORMAT
    sender: Words
    recipient: str
    on: date
    country: Annotated[str, Field(pattern="^[a-z]{2}$")] | None
    rulebook: Digest
    decision: Digest
    salt: Digest
    disputed: bool
    program: Words


@dataclass(frozen=True)
class Bundle:
    """The content of a bundle. `facts` has a value of JSON for each fact, `plan` is canonical JSON."""

    head: Head
    facts: dict[str, Any] = field(repr=False)
    plan: bytes = field(repr=False)
    entry: bytes = field(repr=False)
    proof: bytes | None = field(repr=False)
    rulebook: bytes = field(repr=False)


def seal_bundle(bundle: Bundle, signer: SshSigner) -> bytes:
    """Return a bundle signed, and sealed to the recipient in its head.

    INVARIANT (sealed as it is opened): what `open_bundle` would refuse for its form is never sealed.

    Raises:
        NoPackageError: a fact is no code; the value is not shown.
        MisaddressedError: the recipient is no key of age.
        TooLargeError: the rulebook is larger than any.
    """
    files = {
        HEAD: canonical(bundle.head.model_dump(mode="json")),
        FACTS: canonical(bundle.facts),
        PLAN: bundle.plan,
        ENTRY: bundle.entry,
        RULEBOOK: bundle.rulebook,
        **({PROOF: bundle.proof} if bundle.proof is not None else {}),
    }
    inner = write_tar(files)
    _content(inner)
    return seal_tar(inner, bundle.head.recipient, signer, NAMESPACE)


def open_bundle(sealed: bytes, identity: str, signers: Iterable[str]) -> Bundle:
    """Open a bundle and check that it is whole, for this key, and by somebody whom we know.

    Raises:
        PackageError: as `nrm.referral.sealing.open_tar`; and
        NoPackageError, UnknownFormatError: what lies inside has not the form of a bundle.
    """
    inner, names = open_tar(sealed, identity, signers, NAMESPACE)
    bundle = _content(inner)
    check_sender(names, bundle.head.sender)
    check_recipient(bundle.head.recipient, recipient_of(identity))
    return bundle


def _content(inner: bytes) -> Bundle:
    files = read_tar(inner, _FILES)
    missing = sorted(_NEEDED - files.keys())
    if missing:
        raise _malformed(f"`{missing[0]}` is missing in it")
    head = read_json(files[HEAD])
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        todo = "ask the sender which version of the program opens it"
        raise UnknownFormatError(Problem(HEAD, 0, f"it is of another format than `{FORMAT}`", todo))
    try:
        # Read again, because a strict model takes a date from JSON only.
        read = Head.model_validate_json(files[HEAD], strict=True)
        facts = read_json(files[FACTS])
        _FACTS.validate_json(files[FACTS], strict=True)
    except ValidationError:  # its text quotes what was read
        raise _malformed("its head or its facts have another form") from None
    return Bundle(read, facts, files[PLAN], files[ENTRY], files.get(PROOF), files[RULEBOOK])


def _malformed(what: str) -> NoPackageError:
    return NoPackageError(Problem("bundle", 0, what, ASK))
