"""What the person says: whether they want what they are offered, and what they think of a service (A/RES/76/7 §12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints

from nrm.rulebook.wording import Code, Model

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

LONGEST_REMARK: Final = 4000

Remark = Annotated[str, StringConstraints(max_length=LONGEST_REMARK)]


class Choice(Model):
    """An offer is wanted, or is not: the person's word, or a guardian's; `standing_word` says which counts."""

    id: UUID
    at: AwareDatetime
    offer: Code
    wanted: bool
    by: Literal["self", "guardian"] = "self"


class Feedback(Model):
    """What the person says of one service that they were referred to; `met` says whether it met the need."""

    id: UUID
    at: AwareDatetime
    referral: UUID
    met: Literal["yes", "partly", "no", "unknown"] = "unknown"
    safe: Literal["yes", "no", "unknown"] = "unknown"
    remark: Remark = ""


def standing_word(choices: Iterable[Choice], offer: str, *, child: bool) -> Choice | None:
    """Return the word that decides whether an offer is wanted, None where there is none; `choices` may be of several.

    `child` is the finding `treated_as_child`, true also while the age is in doubt. In which order the words are read
    does not matter; of two that one person said at the same moment the yes decides.

    INVARIANT (a guardian overrules nobody): the person's own newest word decides, whatever a guardian says before or
    after it. A guardian's newest word decides only where the person has said nothing of the offer, and no longer than
    childhood lasts (Convention on the Rights of the Child article 12).
    """
    said = [one for one in choices if one.offer == offer]
    own = max((one for one in said if one.by == "self"), key=_newer, default=None)
    if own is not None or not child:
        return own
    return max(said, key=_newer, default=None)


def refusal(choices: Iterable[Choice], offer: str, *, child: bool) -> Choice | None:
    """Return the word by which an offer is not wanted, None while nothing stands against it (see `standing_word`)."""
    word = standing_word(choices, offer, child=child)
    return word if word is not None and not word.wanted else None


def disagreements(choices: Iterable[Choice], *, child: bool) -> tuple[Choice, ...]:
    """Return for each offer of which a child and the guardian say different things the word with which that began.

    It stays the same word until they agree, however often each says again what they said; `child` is as of
    `standing_word`. They come in the order of the offers' codes.
    """
    newest: dict[str, dict[str, bool]] = {}
    began: dict[str, Choice] = {}
    for one in sorted(choices, key=_newer) if child else ():
        words = newest.setdefault(one.offer, {})
        words[one.by] = one.wanted
        if len(set(words.values())) == 1:
            began.pop(one.offer, None)
        else:
            began.setdefault(one.offer, one)
    return tuple(began[offer] for offer in sorted(began))


def _newer(choice: Choice) -> tuple[datetime, bool, UUID]:
    """Put words in order, the newest last.

    INVARIANT (in doubt it is wanted): of two words of one moment a yes is the newer one.
    """
    return choice.at, choice.wanted, choice.id
