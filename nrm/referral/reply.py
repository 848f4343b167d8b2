"""What a service answers: one word from a closed list, signed; no free text and nothing of the person.

A reply is one file: the signed text, which is one line of canonical JSON (RFC 8785), and below it the SSHSIG signature
in the namespace `reply@nrm`. Split after the first line, stock `ssh-keygen -Y verify` checks it (docs/services.md).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, NoReturn, Self, get_args
from uuid import UUID

from pydantic import AwareDatetime, ValidationError, model_validator

from nrm.audit.canonical import canonical
from nrm.errors import Problem
from nrm.referral.lifecycle import DECLINED
from nrm.referral.package_errors import ExpiredError, FutureError, ReplyRefusedError
from nrm.referral.sshsig import LONGEST, verify
from nrm.rulebook.wording import Code, Model

if TYPE_CHECKING:
    from datetime import datetime

    from nrm.referral.sshsig import SshSigner

FORMAT: Final = "nrm-reply-1"
NAMESPACE: Final = "reply@nrm"
"""What the signature of a reply is for (`ssh-keygen -Y verify -n`)."""
SKEW: Final = timedelta(minutes=5)
OLDEST: Final = timedelta(days=30)
"""How long after it was made a reply is still read."""

ReplyVerb = Literal["receive", "accept", "decline", "start", "complete"]
VERBS: Final[tuple[str, ...]] = get_args(ReplyVerb)
REASONS: Final[tuple[str, ...]] = DECLINED


class Reply(Model):
    """One answer. `message` is that of the package that is answered, `nonce` is new for every reply.

    Whoever declines says why, so that the next service is found better; nobody else gives a reason.
    """

    format: Literal["nrm-reply-1"] = FORMAT
    referral: UUID
    message: UUID
    verb: ReplyVerb
    reason: Code | None = None
    at: AwareDatetime
    nonce: UUID

    @model_validator(mode="after")
    def _reason_of_a_decline(self) -> Self:
        if (self.verb == "decline") != (self.reason is not None):
            raise ValueError("a reason belongs to `decline`, and only there")
        if self.reason is not None and self.reason not in REASONS:
            raise ValueError("`reason` is not one of those for which a service declines")
        return self


def sign_reply(reply: Reply, signer: SshSigner) -> bytes:
    """Return the reply as one signed file."""
    text = _text(reply)
    return text + signer.sign(text, NAMESPACE).encode()


def answers_to(data: bytes) -> UUID:
    """Return the referral that a reply claims to answer, which only serves to find whose key to verify it with.

    Nothing is verified yet: see `read_reply`. Raises `ReplyRefusedError`.
    """
    return _parsed(_split(data)[0]).referral


def read_reply(data: bytes, public: str, now: datetime) -> Reply:
    """Read a reply that was signed with the key `public` (`ssh-ed25519 AAAA…`); `now` is aware.

    Nothing of it is believed before the signature is verified. Whether its `nonce` came before, the reader must know.

    Raises:
        SignatureRefusedError: altered, or signed with another key or for something else.
        ReplyRefusedError: too long, another format, an unknown name or value, or not canonical.
        FutureError: made later than now.
        ExpiredError: older than 30 days.
    """
    text, armored = _split(data)
    verify(public, text, armored, NAMESPACE)
    reply = _parsed(text)
    if reply.at > now + SKEW:
        todo = "look at the clocks of both machines, and ask for another"
        raise FutureError(Problem("reply", 0, "it was made later than now", todo))
    if reply.at < now - OLDEST:
        todo = "ask the service on the phone what is true now"
        raise ExpiredError(Problem("reply", 0, f"it is older than {OLDEST.days} days", todo))
    return reply


def _split(data: bytes) -> tuple[bytes, str]:
    """Split what is signed from the armored signature below it."""
    if len(data) > 2 * LONGEST:
        _refuse("it is longer than any reply")
    text, newline, armored = data.partition(b"\n")
    return text + newline, armored.decode("ascii", "replace")


def _parsed(text: bytes) -> Reply:
    try:
        reply = Reply.model_validate_json(text, strict=True)
    except ValidationError:
        _refuse(f"it is not of the form `{FORMAT}`")
    if _text(reply) != text:
        _refuse("it is not written in its canonical form")
    return reply


def _text(reply: Reply) -> bytes:
    return canonical(reply.model_dump(mode="json")) + b"\n"


def _refuse(what: str) -> NoReturn:
    raise ReplyRefusedError(Problem("reply", 0, what, "do not act on it; ask the service for another"))
