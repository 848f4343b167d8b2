"""`nrm consent`: what is read out, what the person answers, and which help they want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nrm.casework import consenting
from nrm.casework.asked import CASE_MANAGEMENT
from nrm.cli.asking import HomeFolder, Organisation, Purpose, Role, To, Who, asking, office, service_key
from nrm.cli.cases import CaseId, typed_id
from nrm.cli.consent_view import answer_data, show_answer, show_answers
from nrm.cli.options import AsJson, Language, day
from nrm.cli.output import print_json
from nrm.cli.referral_view import Told
from nrm.cli.unlock import PassphraseFile
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.rulebook.vocabulary import GROUPS, Group

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.referral.consent import AnswerState

app = typer.Typer(no_args_is_help=True)

Disclosure = Annotated[str, typer.Option("--disclosure", metavar="CODE", help="What may be told to whom, and for what.")]
By = Annotated[Literal["self", "guardian"], typer.Option("--by", help="Who answered: the person, or the guardian.")]
Groups = Annotated[
    list[str] | None, typer.Option("--group", metavar="GROUP", help="Only this group; repeat for several.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day on which it holds.")]
Wording = Annotated[
    str | None, typer.Option("--wording", metavar="VERSION", help="The version that was read out, if not today's.")
]
Interpreter = Annotated[Literal["yes", "no", "unknown"], typer.Option("--interpreter", help="Was one there?")]
Offer = Annotated[str, typer.Option("--offer", metavar="CODE", help="The help, such as safe_accommodation.")]
Asked = Annotated[str, typer.Option("--lang", metavar="LANGUAGE", help="The language of the question and of the output.")]


def typed_groups(names: list[str] | None) -> tuple[Group, ...]:
    """Return the groups that were typed, in the order of the vocabulary.

    Raises:
        UnknownNameError: one of them is no group.
    """
    wanted = set(names or ())
    for name in sorted(wanted - set(GROUPS)):
        raise UnknownNameError(Problem("--group", 0, "this is no group", nearest(name, GROUPS)))
    return tuple(group for group in GROUPS if group in wanted)


@app.command("give")
def give(
    case: CaseId,
    disclosure: Disclosure,
    by: By,
    home: HomeFolder,
    who: Who,
    role: Role,
    to: To = None,
    group: Groups = None,
    until: Until = None,
    wording: Wording = None,
    interpreter: Interpreter = "unknown",
    lang: Asked = "en",
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Note that the person agreed; without --to it counts for every service of the kind, without --group for all."""
    day_of_end = day(until, "--until") if until is not None else None
    said = _Said("given", disclosure, by, to, group, wording, interpreter, lang)
    said.note(case, home, (who, organisation, role, purpose), passphrase_file, until=day_of_end, as_json=as_json)


@app.command("refuse")
def refuse(
    case: CaseId,
    disclosure: Disclosure,
    by: By,
    home: HomeFolder,
    who: Who,
    role: Role,
    to: To = None,
    group: Groups = None,
    wording: Wording = None,
    interpreter: Interpreter = "unknown",
    lang: Asked = "en",
    purpose: Purpose = CASE_MANAGEMENT,
    organisation: Organisation = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Note that the person said no; what was sent under this consent is taken back, and no other help is touched."""
