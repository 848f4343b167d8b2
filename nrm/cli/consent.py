"""`nrm consent`: what the person answers, and which help they want; `nrm.cli.consent_wording` says what is read out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nrm.casework.referrals import consenting
from nrm.cli.asking import To, service_key
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.consent_view import answer_data, show_answer, show_answers
from nrm.cli.identifiers import CaseId  # noqa: TC001 - read by typer at run time
from nrm.cli.options import AsJson, Language, day
from nrm.cli.output import print_json
from nrm.cli.referral_view import Told
from nrm.errors import Problem, UnknownNameError, nearest
from nrm.rulebook.vocabulary import GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from nrm.referral.consent import AnswerState
    from nrm.rulebook.vocabulary import Group

app = typer.Typer(no_args_is_help=True)

Disclosure = Annotated[
    str, typer.Option("--disclosure", metavar="CODE", help="What may be told to whom; `nrm consent wording` lists it.")
]
By = Annotated[
    Literal["self", "guardian"], typer.Option("--by", help="Who answers: the person, or a child's guardian.")
]
Groups = Annotated[
    list[str] | None, typer.Option("--group", metavar="GROUP", help="Only this part of the record; repeat for several.")
]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="The last day on which a consent holds.")]
Wording = Annotated[
    str | None, typer.Option("--wording", metavar="VERSION", help="The version that is read out, if not today's.")
]
Interpreter = Annotated[Literal["yes", "no", "unknown"], typer.Option("--interpreter", help="Was one there?")]
Offer = Annotated[str, typer.Option("--offer", metavar="CODE", help="The help, such as safe_accommodation.")]


def typed_groups(names: list[str] | None) -> tuple[Group, ...]:
    """Return the groups that were typed, in the order of the vocabulary; none for none.

    Raises:
        UnknownNameError: one of them is no group; it is not repeated, because it may be a word of the record.
    """
    wanted = set(names or ())
    if not wanted <= set(GROUPS):
        raise UnknownNameError(Problem("--group", 0, "there is no such group", nearest("", GROUPS)))
    return tuple(group for group in GROUPS if group in wanted)


def _answers(state: AnswerState) -> Callable[..., None]:
    """Return the command that notes an answer of one kind."""

    @spread
    def note(
        case: CaseId,
        disclosure: Disclosure,
        by: By,
        at: AtOffice,
        to: To = None,
        group: Groups = None,
        until: Until = None,
        wording: Wording = None,
        interpreter: Interpreter = "unknown",
        lang: Language = "en",
        as_json: AsJson = False,
    ) -> None:
        service = service_key(to) if to is not None else None
        end = day(until, "--until") if until is not None else None
        with at.opened() as (opened, asked):
            told = Told.of(opened, lang)
            language = told.speaker.language
            groups = typed_groups(group)
            said = consenting.Said(state, disclosure, by, service, groups, end, wording, language, interpreter)
            answer = consenting.note_consent(opened.desk, asked, case, said)
            if as_json:
                print_json(answer_data(told, answer))
            else:
                show_answer(told, answer)

    return note


_NOT_TAKEN = "what was sent under this consent is taken back, and no other help is touched."
app.command("give", help="Note that the person agreed: to one service or all of the kind, to named groups or all.")(
    _answers("given")
)
app.command("refuse", help=f"Note that the person said no: {_NOT_TAKEN}")(_answers("refused"))
app.command("withdraw", help=f"Note that the person took a consent back: {_NOT_TAKEN}")(_answers("withdrawn"))


@app.command("list")
@spread
def list_(case: CaseId, at: AtOffice, lang: Language = "en", as_json: AsJson = False) -> None:
    """Show the whole ledger of a case, the oldest answer first; that you read it is an entry in the log."""
    with at.opened() as (opened, asked):
        told = Told.of(opened, lang)
        found = consenting.consents(opened.desk, asked, case)
        if as_json:
            print_json([answer_data(told, one) for one in found])
        else:
            show_answers(told, found)


def _wants(*, wanted: bool) -> Callable[..., None]:
    """Return the command that notes that the person wants an offer, or does not."""

    @spread
    def note(
        case: CaseId,
        offer: Offer,
        at: AtOffice,
        by: By = "self",
        lang: Language = "en",
        as_json: AsJson = False,
    ) -> None:
        with at.opened() as (opened, asked):
            told = Told.of(opened, lang)
            choice = consenting.note_choice(opened.desk, asked, case, offer, wanted=wanted, by=by)
        if as_json:
            print_json({"choice": str(choice.id), "offer": offer, "wanted": wanted, "by": by})
            return
        label = told.word(told.speaker.words.offers, offer)
        told.out.line(told.speaker.phrase("choice_wanted" if wanted else "choice_not_wanted", offer=label))
        if not wanted:
            told.out.line(told.speaker.phrase("choice_keeps"), "dim")

    return note


app.command("want", help="Note that the person wants an offer, also after they did not.")(_wants(wanted=True))
app.command("unwant", help="Note that the person does not want an offer; every other one stays open to them.")(
    _wants(wanted=False)
)
