"""What is read out to the person, a child or the child's guardian when they are asked for consent.

Each folder of `rules/consent/` is one version: `common.yaml` holds its date and the sentences common to all purposes,
`groups.yaml` and `purposes.yaml` what the groups and purposes mean. The labels of groups and recipients, and for a
guardian the meaning of most purposes, come from the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from babel.dates import format_date
from pydantic import Field

from nrm.errors import Problem, UnknownNameError, nearest
from nrm.models import IsoDate
from nrm.rulebook.dates import in_force
from nrm.rulebook.vocabulary import GROUPS, Group
from nrm.rulebook.wording import Code, Language, Model, Wording, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nrm.rulebook.vocabulary import Vocabulary

Listener = Literal["person", "child", "guardian"]
"""Who is asked: an adult, a child, or the child's guardian. A child and the guardian are both asked."""


class Sentences(Model):
    """What is said to one listener, in the order in which it is said."""

    opening: Wording
    who: Wording
    who_any: Wording
    what: Wording
    what_for: Wording
    until: Wording
    no_end: Wording
    refuse: Wording
    withdraw: Wording
    already_read: Wording
    ask: Wording


FILLED: Final[Mapping[str, tuple[str, ...]]] = {
    "group": ("label", "text"),
    "who": ("service", "recipient"),
    "who_any": ("recipient",),
    "what_for": ("purpose",),
    "until": ("day",),
}
"""The words in braces that each sentence must have; a sentence that is not named here has none."""


class Common(Model):
    """`common.yaml`: which version this is, from which day it is read out, how a group is named, and its sentences."""

    version: Words
    from_: IsoDate = Field(alias="from")
    group: Wording
    person: Sentences
    child: Sentences
    guardian: Sentences

    def to(self, listener: Listener) -> Sentences:
        """Return the sentences for `listener`."""
        return {"person": self.person, "child": self.child, "guardian": self.guardian}[listener]


class PurposeText(Model):
    """What one purpose means to each listener; the guardian hears the vocabulary's meaning when `guardian` is None."""

    person: Wording
    child: Wording
    guardian: Wording | None = None

    def to(self, listener: Listener) -> Wording | None:
        """Return the text for `listener`."""
        return {"person": self.person, "child": self.child, "guardian": self.guardian}[listener]


@dataclass(frozen=True)
class Version:
    """One version of everything that is read out."""

    common: Common
    groups: Mapping[Group, Wording]
    purposes: Mapping[Code, PurposeText]

    @property
    def from_(self) -> date:
        """The first day on which it is read out."""
        return self.common.from_


@dataclass(frozen=True)
class Wordings:
    """All versions, by name, the oldest first, with the words of the vocabulary."""

    versions: Mapping[str, Version]
    words: Vocabulary

    def known(self, version: str) -> bool:
        """Say whether there is such a version."""
        return version in self.versions

    def version_on(self, on: date) -> str:
        """Return the version that is read out on the day `on`.

        Raises:
            UnknownNameError: no version had begun by then.
        """
        found = in_force(tuple(self.versions.values()), on)
        if found is None:
            what = f"there is no wording of consent for `{on.isoformat()}`"
            raise UnknownNameError(Problem("rules/consent", 0, what, "ask for a day on which one had begun"))
        return found.common.version

    def spoken(
        self,
        purpose: str,
        recipient: str,
        groups: Iterable[Group],
        service_name: str | None,
        until: date | None,
        language: Language,
        version: str | None = None,
        *,
        to: Listener = "person",
    ) -> str:
        """Return what is read out, one sentence or group on a line.

        `service_name` is None when every service of the kind is meant, `until` None when no last day is set. Without
        `version` it is the newest one, which may begin later than today: who asks somebody names `version_on(today)`.

        Raises:
            UnknownNameError: no such purpose, recipient or version, or no group.
        """
        name = list(self.versions)[-1] if version is None else version
        text = self.versions[_known("version", name, self.versions)]
        says = text.common.to(to)
        label = self.words.recipients[_known("recipient", recipient, self.words.recipients)].label.in_(language)
        meant = text.purposes[_known("purpose", purpose, text.purposes)].to(to) or self.words.purposes[purpose].meaning
        if service_name is None:
            who = says.who_any.in_(language).format(recipient=label)
        else:
            who = says.who.in_(language).format(service=service_name, recipient=label)
        how_long = says.no_end.in_(language)
        if until is not None:
            how_long = says.until.in_(language).format(day=format_date(until, format="long", locale=language))
        before = (says.opening.in_(language), who, says.what.in_(language))
        after = (says.refuse, says.withdraw, says.already_read, says.ask)
        purpose_said = says.what_for.in_(language).format(purpose=meant.in_(language))
        lines = (*before, *self._groups(text, groups, language), purpose_said, how_long)
        return "\n".join((*lines, *(one.in_(language) for one in after)))

    def _groups(self, text: Version, groups: Iterable[Group], language: Language) -> list[str]:
        asked = set(groups)
        if not asked:
            raise UnknownNameError(Problem("groups", 0, "a question of consent names no group", "name at least one"))
        for name in asked:
            _known("group", name, GROUPS)
        line = text.common.group.in_(language)
        return [
            line.format(label=self.words.groups[name].label.in_(language), text=text.groups[name].in_(language))
            for name in GROUPS
            if name in asked
        ]


def _known(kind: str, name: str, valid: Iterable[str]) -> str:
    if name not in valid:
        what = f"no wording of consent knows the {kind} `{name}`"
        raise UnknownNameError(Problem("rules/consent", 0, what, nearest(name, valid)))
    return name
