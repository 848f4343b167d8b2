"""What a published rulebook says differently, as it goes out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from api.views.model import View
from nrm.rulebook.changes import Change, Mark

if TYPE_CHECKING:
    from nrm.casework.rulebooks.comparing import Compared


class LineView(View):
    """A line of a rule: in both rulebooks (blank), only in the one before (`-`), or only in this one (`+`)."""

    mark: Mark
    text: str


class RuleChangeView(View):
    """A rule that differs."""

    rule: str
    title: str
    change: Change
    lines: list[LineView]


class WordChangeView(View):
    """A word of the vocabulary that differs, with the parts that it gained and lost."""

    word: str
    change: Change
    gained: list[str]
    lost: list[str]


class GuaranteeChangeView(View):
    """A guarantee that differs."""

    guarantee: str
    change: Change


class ChangesView(View):
    """What a rulebook says differently from the one whose place it takes, on one day and in one country."""

    previous: str | None
    on: date
    country: str | None
    rules: list[RuleChangeView]
    words: list[WordChangeView]
    guarantees: list[GuaranteeChangeView]


def changes_view(found: Compared) -> ChangesView:
    """Return what a rulebook changes."""
    return ChangesView(
        previous=found.previous,
        on=found.on,
        country=found.country,
        rules=[
            RuleChangeView(
                rule=one.rule,
                title=one.title,
                change=one.change,
                lines=[LineView(mark=mark, text=text) for mark, text in one.lines],
            )
            for one in found.rules
        ],
        words=[
            WordChangeView(word=one.code, change=one.change, gained=list(one.gained), lost=list(one.lost))
            for one in found.words
        ],
        guarantees=[GuaranteeChangeView(guarantee=name, change=change) for name, change in found.guarantees.items()],
    )
