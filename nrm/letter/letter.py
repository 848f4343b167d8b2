"""From a plan to a letter: what the person is offered, what others must do, what nobody may do, and why.

A letter holds words of the vocabulary, reasons of rules and phrases only: no name, no fact, no code, no source, nothing
of the case record. What it says still tells much to whoever finds it; `discreet_letter` is for when that is a danger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.errors import Problem, UnknownNameError, nearest
from nrm.letter.model import Item, Letter, Section
from nrm.letter.topics import TOPICS, topic_of

if TYPE_CHECKING:
    from datetime import date

    from nrm.engine.plan import Line, Plan
    from nrm.rulebook.sentence import Speaker


def letter(plan: Plan, speaker: Speaker, *, reasons: bool = True) -> Letter:
    """Return the whole plan as a letter; `reasons` adds to each line why it is there.

    What a bar withholds is not in it, and neither are findings: their reasons stand behind the lines that they bring.
    """
    told = {
        "offers": [Item(speaker.label(line.code), _why(line, speaker, reasons)) for line in plan.of("offer")],
        "duties": [_duty(line, speaker, reasons) for line in plan.of("duty")],
        "bars": [Item(speaker.label(line.code), _why(line, speaker, reasons)) for line in plan.of("bar")],
        "disclosures": [_sharing(line, speaker, reasons) for line in plan.of("disclosure")],
    }
    notes = {"duties": speaker.phrase("letter_duties_note")}
    sections = [
        Section(speaker.phrase(f"letter_{name}"), tuple(items), notes.get(name, ""))
        for name, items in told.items()
        if items
    ]
    return _letter(plan.on, speaker, ("letter_intro", "letter_safe"), [*sections, _rights(speaker)])


def letter_of_one(plan: Plan, speaker: Speaker, offer: str, *, reasons: bool = False) -> Letter:
    """Return a letter that tells of one offer only, with what the offer means.

    INVARIANT (one offer tells nothing of the others): without `reasons`, the text depends on nothing in the plan but
    its date and that the offer is in it, because a reason tells what happened to the person.

    Raises:
        UnknownNameError: there is no such offer, or it is not in this plan.
    """
    line = offered(plan, speaker, offer)
    meaning = speaker.words.outcome(offer).meaning.in_(speaker.language)
    item = Item(speaker.label(offer), (meaning, *_why(line, speaker, reasons)))
    section = Section(speaker.phrase("letter_offers"), (item,))
    return _letter(plan.on, speaker, ("letter_safe",), [section, _rights(speaker)])


def discreet_letter(plan: Plan, speaker: Speaker, offer: str | None = None) -> Letter:
    """Return a letter that may be found by whoever is a danger: topics that the person can ask about, no more.

    INVARIANT (a discreet letter says nothing of its own): its words are phrases only, and which of them it holds
    depends on nothing but the topics of the offers and the date. No label, meaning or reason comes into it, so that a
    new rule or offer cannot make it tell.

    Raises:
        UnknownNameError: `offer` is named, and there is no such offer, or it is not in this plan.
    """
    lines = plan.of("offer") if offer is None else (offered(plan, speaker, offer),)
    found = {topic_of(line.code) for line in lines}
    topics = tuple(Item(speaker.phrase(f"letter_topic_{topic}")) for topic in TOPICS if topic in found)
    said = ("letter_right_ask", "letter_right_refuse", "letter_discreet_change", "letter_right_complain")
    know = Section(speaker.phrase("letter_discreet_rights"), tuple(Item(speaker.phrase(code)) for code in said))
    return Letter(
        language=speaker.language,
        title=speaker.phrase("letter_discreet_title"),
        opening=(_date(plan.on, speaker), speaker.phrase("letter_discreet_intro")),
        sections=(*([Section(speaker.phrase("letter_discreet_topics"), topics)] if topics else []), know),
        space=Section(speaker.phrase("letter_discreet_notes"), ()),
    )


def letter_for(plan: Plan, speaker: Speaker, offer: str | None, *, reasons: bool | None, discreet: bool) -> Letter:
    """Return the letter that was asked for, wherever `plan` comes from.

    `reasons` None means what protects: the whole letter says why, a letter for one offer does not.

    Raises:
        UnknownNameError: there is no such offer, or it is not in this plan.
    """
    if discreet:
        return discreet_letter(plan, speaker, offer)
    if offer is not None:
        return letter_of_one(plan, speaker, offer, reasons=bool(reasons))
    return letter(plan, speaker, reasons=reasons is not False)


def offered(plan: Plan, speaker: Speaker, offer: str) -> Line:
    """Return the line of `offer` in `plan`. Raises `UnknownNameError` when there is no such offer, or no such line."""
    if offer not in speaker.words.offers:
        todo = nearest(offer, speaker.words.offers)
        raise UnknownNameError(Problem("--offer", 0, f"there is no offer `{offer}`", todo))
    for line in plan.of("offer"):
        if line.code == offer:
            return line
    todo = f"`nrm explain FILE {offer}` says what would bring it"
    raise UnknownNameError(Problem("--offer", 0, f"`{offer}` is not in this plan", todo))


def _letter(on: date, speaker: Speaker, opening: tuple[str, ...], sections: list[Section]) -> Letter:
    return Letter(
        language=speaker.language,
        title=speaker.phrase("letter_title"),
        opening=(_date(on, speaker), *(speaker.phrase(code) for code in opening)),
        sections=tuple(sections),
        space=Section(speaker.phrase("letter_contact"), (), speaker.phrase("letter_contact_note")),
    )


def _date(on: date, speaker: Speaker) -> str:
    return speaker.phrase("letter_date", date=speaker.day(on))


def _why(line: Line, speaker: Speaker, reasons: bool) -> tuple[str, ...]:  # noqa: FBT001 - passed on as it came
    """Return the first reason, as one sentence to the person; several would say almost the same."""
    return (line.reasons[0].step.because.in_(speaker.language),) if reasons else ()


def _duty(line: Line, speaker: Speaker, reasons: bool) -> Item:  # noqa: FBT001 - as above
    if (
        line.by is None or line.within is None
    ):  # INVARIANT (every duty has a role and a time): the rule model sees to it
        raise AssertionError(line.code)
    by = speaker.words.roles[line.by].label.in_(speaker.language)
    who = speaker.phrase("by_within", by=by, within=speaker.within(line.within))
    return Item(speaker.label(line.code), (who, *_why(line, speaker, reasons)))


def _sharing(line: Line, speaker: Speaker, reasons: bool) -> Item:  # noqa: FBT001 - as above
    shared = speaker.phrase("letter_shared", **speaker.sharing(line.code))
    return Item(speaker.label(line.code), (shared, *_why(line, speaker, reasons)))


def _rights(speaker: Speaker) -> Section:
    said = ("ask", "refuse", "withdraw", "complain")
    return Section(speaker.phrase("letter_rights"), tuple(Item(speaker.phrase(f"letter_right_{one}")) for one in said))
