"""What two rulebooks say differently: rules that came, went, do other things or are only worded anew, and other words.

Nothing here asks what follows for people; `nrm.proof.compare` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from nrm.rulebook.vocabulary import GROUPS, Bar, ChoiceFact, CodesFact, Disclosure, WholeFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nrm.rulebook.book import BookRule, Rulebook
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Named, Vocabulary

Change = Literal["added", "removed", "changed", "reworded"]
"""`reworded`: it does the same to everybody, but its title, reading, reason, sources or label are others."""

Mark = Literal["-", "+", " "]


@dataclass(frozen=True)
class RuleChange:
    """One rule that is not the same in both rulebooks; `before` or `after` is None where it is not in force."""

    before: BookRule | None
    after: BookRule | None

    @property
    def rule(self) -> BookRule:
        """The rule as it will be, or as it was when it is gone."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def change(self) -> Change:
        """Say what happened to it."""
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        return "reworded" if _does(self.before) == _does(self.after) else "changed"


@dataclass(frozen=True)
class WordChange:
    """One word of the vocabulary that is not the same: a fact, an outcome, a role, a recipient, a purpose or a group.

    `gained` and `lost` name its parts: the values of a fact and what it is about, what a bar forbids, or what a
    disclosure carries to whom and why.
    """

    code: str
    change: Change
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def rule_changes(before: Rulebook, after: Rulebook) -> tuple[RuleChange, ...]:
    """Return every rule that differs, by name."""
    old = {rule.name: rule for rule in before.rules}
    new = {rule.name: rule for rule in after.rules}
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return tuple(RuleChange(old.get(name), new.get(name)) for name in names)


def word_changes(before: Vocabulary, after: Vocabulary) -> tuple[WordChange, ...]:
    """Return every word that differs, in the order of the vocabulary; those that are gone come last."""
    old, new = _words(before), _words(after)
    found = []
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key), new.get(key)
        if was is None or now is None:
            found.append(WordChange(key[1], "added" if was is None else "removed"))
        elif was != now:
            had, has = _parts(was), _parts(now)
            gained = tuple(part for part in has if part not in had)
            lost = tuple(part for part in had if part not in has)
            found.append(WordChange(key[1], "reworded" if _means(was) == _means(now) else "changed", gained, lost))
    return tuple(found)


def named_changes(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, Change]:
    """Return what happened to each thing that has a name: it came, it went, or it is another under the same name."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return {name: "added" if name not in before else "removed" if name not in after else "changed" for name in names}


def compared(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[Mark, str]]:
    """Yield the lines of both in reading order: `-` only before, `+` only after, blank for both."""
    for tag, b0, b1, a0, a1 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((" ", line) for line in before[b0:b1])
        else:
            yield from (("-", line) for line in before[b0:b1])
            yield from (("+", line) for line in after[a0:a1])


def told(change: RuleChange, before: Speaker, after: Speaker) -> Iterator[tuple[Mark, str]]:
    """Yield all lines of a rule, compared; of what stands around its sentences only what differs."""
    yield from compared(said(change.before, before), said(change.after, after))
    if change.before is not None and change.after is not None:
        around = compared(_around(change.before), _around(change.after))
        yield from ((mark, line) for mark, line in around if mark != " ")


def said(rule: BookRule | None, speaker: Speaker) -> list[str]:
    """Return the rule as lines: for each branch when it applies and why, and then what it adds."""
    if rule is None:
        return []
    lines: list[str] = []
    for branch in rule.branches:
        opening, *conditions = speaker.branch(branch)
        lines += [f"{opening}:" if conditions else opening, *(f"– {condition}" for condition in conditions)]
        lines.append(f"“{branch.because.in_(speaker.language)}”")
    return [*lines, f"{speaker.phrase('then')}:", *(f"– {speaker.addition(addition)}" for addition in rule.then)]


def _around(rule: BookRule) -> list[str]:
    about = f"{rule.topic} · {', '.join((*rule.sources, *rule.law))} · {rule.version.isoformat()}"
    return [rule.title, about, rule.reading, rule.owner]


def _does(rule: BookRule) -> tuple[object, ...]:
    return tuple(branch.clauses for branch in rule.branches), frozenset(rule.then)


def _words(words: Vocabulary) -> dict[tuple[str, str], Named]:
    """Return every word by its kind and code; one code may name a role and a recipient too."""
    kinds = ("facts", "findings", "offers", "duties", "bars", "disclosures")
    beside = ("roles", "recipients", "purposes", "groups")
    return {(kind, code): word for kind in (*kinds, *beside) for code, word in getattr(words, kind).items()}


def _means(word: Named) -> tuple[object, ...]:
    """Return all of a word but how it is said, in whatever order its parts stand."""
    said_or_part = {"label", "meaning", "htcds", "ctdc", "values", "forbids", "groups"}
    return word.model_dump(exclude=said_or_part), frozenset(_parts(word))


def _parts(word: Named) -> tuple[str, ...]:
    if isinstance(word, Bar):
        return word.forbids
    if isinstance(word, Disclosure):
        carried = (group for group in GROUPS if group in word.groups)
        return (word.recipient, word.purpose, word.duty or word.basis, *carried)
    if isinstance(word, WholeFact):
        return (word.nature, word.group, f"{word.from_}..{word.to} {word.unit}")
    if isinstance(word, ChoiceFact | CodesFact):
        return (word.nature, word.group, *word.values)
    return ()
