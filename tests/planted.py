"""Bad rules planted in copies of the real rule files, as a hurried or hostile author might write them.

`Fault.planted_in(files)` gives all files with one piece of one rule changed. The guarantees `refused_by` find it, and
what the first of them says is given exactly: `how` it fails (see `nrm.proof.story`), for which `people`, with which
`outcomes` and the rules that give or could give each; or the `faults`, where no single person shows them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from fakes import REAL
from strategies import named

from nrm.models import parse
from nrm.rulebook.read import read_files
from nrm.rulebook.rule import Rule
from nrm.rulebook.vocabulary import Disclosure
from nrm.textfile import read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.rulebook.files import Files


@cache
def real_files() -> Files:
    """Return the real rules, read once."""
    return read_files(REAL.rules, REAL.seeds)


def with_rule_changed(files: Files, path: str, old: str, new: str) -> Files:
    """Return `files` with the piece `old` of the real rule file `path`, which stands there once, made `new`."""
    text = (REAL.rules / f"{path}.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    problems: list = []
    document = read_bytes(text.replace(old, new).encode(), f"rules/{path}.yaml")
    rule = parse(document, Rule, problems)
    assert not problems, problems
    changed = [replace(f, rule=rule, document=document) if f.rule.rule == rule.rule else f for f in files.rules]
    return replace(files, rules=tuple(changed))


def with_disclosure(files: Files, code: str, recipient: str, groups: tuple[str, ...]) -> Files:
    """Return `files` whose vocabulary has one more disclosure."""
    more = named(Disclosure, code, recipient=recipient, groups=groups, purpose="accommodation", basis="consent")
    words = files.vocabulary
    return replace(files, vocabulary=replace(words, disclosures={**words.disclosures, code: more}))


@dataclass(frozen=True)
class Fault:
    """One planted fault: in the rule at `path`, the piece `old` becomes `new`."""

    name: str
    path: str
    old: str
    new: str
    refused_by: tuple[str, ...]
    how: str | None
    people: tuple[Mapping[str, list[str]], ...]
    outcomes: Mapping[str, list[str]]
    faults: tuple[str, ...]

    def planted_in(self, files: Files) -> Files:
        """Return `files` with the fault."""
        if BORDER in self.new:
            files = with_disclosure(files, BORDER, "immigration_enforcement", ("contact",))
        return with_rule_changed(files, self.path, self.old, self.new)


BORDER = "share_address_with_border"
SUSPECTED = "      - {finding: trafficking_suspected}\n"
CHILD = "      - {finding: treated_as_child}\n"
