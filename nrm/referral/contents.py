"""The files of a package, from a head and the groups that it may carry: `referral.json` and `plan.txt`.

INVARIANT (nothing beside the permitted groups): what is written depends on the head and on the groups that the head
names, and on nothing else of the case. The plan is no part of a package, because every group decides what stands in it.
Facts are coded in the group `facts` and speak of other groups too, so each goes only where its own group goes.

What this cannot see is free text: a story that stands in a permitted group goes out as it was written, whatever it
tells. And what stands in a permitted group is sent whole, the names of others in it as well.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from nrm.errors import Problem
from nrm.referral.document import DOCUMENT, referral_json
from nrm.referral.package import PLAN
from nrm.referral.package_errors import PackageError
from nrm.referral.plan_text import plan_text
from nrm.rulebook.vocabulary import WholeFact

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nrm.referral.disclosure import Permission
    from nrm.referral.header import Header
    from nrm.referral.referral import Referral
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Fact, Vocabulary

FACTS: Final = "facts"
"""The group of coded facts."""


class BeyondRuleError(PackageError):
    """The head promises what the disclosure that it names does not give; nothing was written."""


def pick(opened: Mapping[str, bytes], allowed: Permission | Referral) -> dict[str, object]:
    """Return those of the opened groups of a record that may be sent, as values of JSON.

    `opened` is canonical JSON by group, as `nrm.casework.cases.record.opened` returns it.
    """
    return {group: json.loads(opened[group]) for group in allowed.groups if group in opened}


def contents(header: Header, parts: Mapping[str, object], speaker: Speaker) -> dict[str, bytes]:
    """Return the files of a referral by name.

    `parts` are values of JSON by group; `speaker` speaks the language of the head with the words of the rulebook. A
    group that `parts` does not have is left out of the record: nothing is known of it. Facts and their values that are
    no words of the vocabulary are left out too: somebody may have typed a name there.

    Raises:
        MoreThanDeclaredError: a part or an attachment of a group that the head does not name.
        BeyondRuleError: the head differs from the disclosure that it names.
    """
    _check_kind(header, "referral", speaker)
    _check_rule(header, speaker.words)
    record = dict(parts)
    if FACTS in record:
        record[FACTS] = _facts(record[FACTS], header.groups, speaker.words)
    return _files(header, record, speaker)


def revocation(header: Header, speaker: Speaker) -> dict[str, bytes]:
    """Return the files that take a referral back, by name; the groups of the head are those to be deleted.

    INVARIANT (nothing stands in the way of taking back): rules and words may have changed since the referral was sent.

    Raises:
        BeyondRuleError: the head is not that of a revocation in the language of `speaker`.
    """
    _check_kind(header, "revocation", speaker)
    return _files(header, {}, speaker)


def _files(header: Header, record: Mapping[str, object], speaker: Speaker) -> dict[str, bytes]:
    return {DOCUMENT: referral_json(header, record), PLAN: plan_text(header, speaker).encode()}


def _check_kind(header: Header, kind: str, speaker: Speaker) -> None:
    if header.kind != kind or header.language != speaker.language:
        what = f"the head is not of a {kind} in `{speaker.language}`"
        raise BeyondRuleError(Problem("package", 0, what, "make a new head"))


def _check_rule(header: Header, words: Vocabulary) -> None:
    """Refuse a head that says more than the disclosure that it stands on."""
    said = words.disclosures.get(header.disclosure)
    if said is None or (said.recipient, said.purpose, said.basis, said.duty) != (
        header.recipient.kind, header.purpose, header.basis, header.duty,
    ):  # fmt: skip
        what = "recipient, purpose or ground are not those of the disclosure"
        raise BeyondRuleError(Problem("package", 0, what, "ask again what may be sent"))
    if not set(header.groups) <= set(said.groups):
        what = "the head names groups that the disclosure does not give"
        raise BeyondRuleError(Problem("package", 0, what, "ask again what may be sent"))


def _facts(given: object, groups: Collection[str], words: Vocabulary) -> dict[str, object]:
    """Return the facts that belong to `groups`, with those of their values that are words of the vocabulary."""
    kept: dict[str, object] = {}
    for name, value in given.items() if isinstance(given, dict) else ():
        fact = words.facts.get(name)
        if fact is None or fact.group not in groups:
            continue
        if isinstance(value, list):
            kept[name] = [code for code in value if _is_value(code, fact)]
        elif _is_value(value, fact):
            kept[name] = value
    return {name: value for name, value in kept.items() if value}


def _is_value(value: object, fact: Fact) -> bool:
    if not isinstance(value, str):  # every scalar of a record is text
        return False
    if isinstance(fact, WholeFact):
        return _NUMBER.fullmatch(value) is not None and fact.from_ <= int(value) <= fact.to
    return value in fact.values


_NUMBER = re.compile("[0-9]{1,9}")
