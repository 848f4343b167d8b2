"""`nrm referral …` for services: fetch the package, and answer; or what a service said, noted by who keeps the case."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - read by typer at run time
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.casework.referrals import answering
from nrm.cli.asking import Service  # noqa: TC001 - as above
from nrm.cli.at_office import AtHome, AtOffice, AtService, spread
from nrm.cli.files import read_at_most
from nrm.cli.identifiers import ReferralId  # noqa: TC001 - as above
from nrm.cli.options import AsJson, Language  # noqa: TC001 - as above
from nrm.cli.output import Printer, print_json
from nrm.cli.private_file import write_new
from nrm.cli.referral import Reason, Seen, app
from nrm.cli.referral_view import Told
from nrm.errors import FileRefusedError, Problem, UnknownNameError
from nrm.referral.lifecycle import PROVIDER
from nrm.referral.package_errors import PackageError
from nrm.referral.sshsig import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.casework.referrals.answering import Answered
    from nrm.referral.referral import Verb

__all__ = ["app"]

NOT_BELIEVED = 1
"""Exit code when a signed reply cannot be believed: a check said no."""

ANSWERS: dict[Verb, str] = {
    "receive": "Note that the service has the package.",
    "accept": "Accept: the service takes the person.",
    "decline": "Decline, with a reason from the list; somebody else is asked then.",
    "start": "Note that the help has begun.",
    "complete": "Note that the help was given.",
}


@app.command("fetch")
@spread
def fetch(
    referral: ReferralId,
    at: AtHome,
    service: Service,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file, for your eyes only.")],
) -> None:
    """Fetch the sealed package of a referral to your service, in the role provider; it can be fetched again."""
    if at.role != PROVIDER:
        raise UnknownNameError(
            Problem("--role", 0, "only a service fetches", f"`--role {PROVIDER} --service SOURCE:ID`")
        )
    if out.exists() or out.is_symlink() or not os.access(out.parent, os.W_OK | os.X_OK):
        # Before it is fetched: what the store was told to have handed out must also arrive.
        raise FileRefusedError(Problem(str(out), 0, "no new file can be made here", "name another"))
    with AtService(**vars(at), service=service).opened() as (opened, asked):
        sealed = answering.fetch(opened.desk, asked, referral)
        write_new(out, sealed)
    Printer().line(f"{out}: {len(sealed)} bytes, sealed; `nrm package open` opens it")


def _answer(verb: Verb) -> Callable[..., None]:
    """Return the command of one answer."""

    @spread
    def note(
        referral: ReferralId,
        at: AtService,
        reason: Reason = None,
        seen: Seen = None,
        lang: Language = "en",
        as_json: AsJson = False,
    ) -> None:
        with at.opened() as (opened, asked):
            told = Told.of(opened, lang)
            done = answering.answer(opened.desk, asked, referral, verb, seen, reason)
            _show(told, done, as_json=as_json)

    return note


for _verb, _help in ANSWERS.items():
    app.command(_verb, help=_help)(_answer(_verb))


@app.command("reply")
@spread
def reply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The signed answer that a service made and sent.")],
    at: AtOffice,
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Take the signed answer of a service; leaves with 1 when it cannot be believed."""
    data = read_at_most(file, 3 * LONGEST)
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        try:
            done = answering.take_reply(opened.desk, asked, data)
        except PackageError as refused:
            for problem in refused.problems:
                typer.echo(f"error: {file}: {problem.what}; {problem.todo}", err=True)
            raise typer.Exit(NOT_BELIEVED) from None
        _show(told, done, as_json=as_json)


def _show(told: Told, done: Answered, *, as_json: bool) -> None:
    """Show what the state is now; a service hears no more of the case than it knows from its package."""
    one = done.referral
    if as_json:
        print_json({"referral": str(one.id), "version": done.version, "state": one.state})
    else:
        told.out.line(f"{one.id} · version {done.version} · {told.phrase('state', one.state)}")
