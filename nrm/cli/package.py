"""`nrm package`: what a service does with a sealed referral; it needs no installation, and stock tools would do too."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from nrm.cli.files import read_at_most
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json
from nrm.cli.package_keys import (
    AGE,
    PUBLIC,
    REPLY,
    new_keys,
    read_identity,
    read_signer,
    read_signers,
    write_folder,
    write_new,
)
from nrm.cli.package_refused import refusals
from nrm.cli.package_view import show_content, show_head
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.referral.package import LARGEST, check_time, open_package, read_package
from nrm.referral.reply import REASONS, VERBS, Reply, sign_reply
from nrm.referral.seen import SeenMessages, remembered
from nrm.referral.ssh_keys import fingerprint, spoken

if TYPE_CHECKING:
    from nrm.referral.header import Header

NOTHING_OPENED = "nothing of it was opened"
"""What is said last of a package that is refused."""

SEEN = "seen"
"""The file beside the age key that remembers what was opened, if no other is named."""

app = typer.Typer(no_args_is_help=True)

Package = Annotated[Path, typer.Argument(metavar="FILE", help="The sealed package.")]
Identity = Annotated[Path, typer.Option("--identity", metavar="FILE", help="Your secret key of age.")]
Signer = Annotated[
    list[Path],
    typer.Option("--signer", metavar="FILE", help="Whom you know: `allowed_signers`, or a `.pub`; may be repeated."),
]


@app.command("keygen")
def keygen(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for the keys.")]) -> None:
    """Make the two keys of a service: one that referrals are sealed to, and one that answers are signed with."""
    files = new_keys(datetime.now(UTC))
    write_folder(folder, files)
    recipient, public = (files[name + PUBLIC].decode().strip() for name in (AGE, REPLY))
    out = Printer()
    out.line(f"Keep {folder / AGE} and {folder / REPLY} to yourself, with a copy in a safe.")
    out.line(
        f"Send {folder / (AGE + PUBLIC)} and {folder / (REPLY + PUBLIC)} to the mechanism, and read aloud on the phone:"
    )
    out.line(f"age    {spoken(recipient)}", indent=2)
    out.line(f"reply  {spoken(public)}", indent=2)
    out.line(f"(`ssh-keygen -l` shows the second as {fingerprint(public)}.)", "dim")


@app.command("open")
def open_(
    file: Package,
    identity: Identity,
    signer: Signer,
    seen: Annotated[
        Path | None, typer.Option("--seen", metavar="FILE", help="What was opened; `seen` beside the key if not said.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the files to this new folder.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the record too, not only its head.")] = False,
    again: Annotated[bool, typer.Option("--again", help="You know that you opened it before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check and open a package: who sent it, what for, and until when; its record only when you ask."""
    key, known = read_identity(identity), read_signers(signer)
    now = datetime.now(UTC)
    with refusals(file, NOTHING_OPENED, as_json=as_json), remembered(seen or identity.parent / SEEN, now) as memory:
        opened = open_package(read_at_most(file, LARGEST + 1), key, known, now, SeenMessages({}) if again else memory)
        memory.add(opened.header.message, opened.header.expires_at)
        if out is not None:
            # Before the message counts as seen: what could not be written can be opened once more.
            write_folder(out, opened.files)
    if as_json:
        head = {"header": opened.header.model_dump(mode="json"), "files": sorted(opened.files)}
        print_json({**head, "record": dict(opened.record)} if show else head)
        return
    printer = Printer()
    show_head(opened, printer)
    if show:
        show_content(opened, printer)


@app.command("reply")
def reply(
    file: Package,
    identity: Identity,
    signer: Signer,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="Your ssh key, which signs the answer.")],
    verb: Annotated[str, typer.Option("--verb", metavar="WORD", help="receive, accept, decline, start or complete.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The new file to send back.")],
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", help="Why you decline: no_capacity, too_far, …")
    ] = None,
) -> None:
    """Write a signed answer to a package; it says one word, and nothing about the person."""
    said = _typed("--verb", verb, VERBS)
    why = None if reason is None else _typed("--reason", reason, REASONS)
    if (said == "decline") != (why is not None):
        todo = f"give `--verb decline --reason CODE`, with one of {', '.join(REASONS)}; else no reason"
        raise UnknownNameError(Problem("--reason", 0, "a reason belongs to `decline`, and only there", todo))
    by, now = read_signer(key), datetime.now(UTC)
    with refusals(file, NOTHING_OPENED):
        sealed = read_at_most(file, LARGEST + 1)
        header = read_package(sealed, read_identity(identity), read_signers(signer)).header
        _check_answer(header, said, now)
    answer = {"referral": header.referral, "message": header.message, "verb": said, "reason": why}
    made = Reply.model_validate({**answer, "at": now.replace(microsecond=0), "nonce": uuid4()})
    write_new(out, sign_reply(made, by))
    Printer().line(f"{out}: {said} the referral {header.referral}; send this file back")


def _check_answer(header: Header, verb: str, now: datetime) -> None:
    """Nobody is taken in on a referral that no longer counts; declining and going on stay possible."""
    if header.kind == "revocation" and verb != "receive":
        what = f"a revocation cannot be answered with `{verb}`"
        raise UnknownNameError(Problem("--verb", 0, what, "answer it with `receive`"))
    if verb in {"receive", "accept"}:
        check_time(header, now)


def _typed(option: str, word: str, valid: tuple[str, ...]) -> str:
    if word not in valid:
        raise UnknownNameError(Problem(option, 0, f"`{word}` is not a word of an answer", nearest(word, valid)))
    return word
