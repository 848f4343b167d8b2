"""Examples beside the policies: a sentence, a request, and what must come out by which policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

from nrm.access.decide import Verdict
from nrm.access.errors import PolicyRefusedError
from nrm.access.request import CASE_MANAGEMENT, KINDS, Account, Bundle, Context, Request
from nrm.access.shipped import FOLDER
from nrm.access.standing import UNIT, record, somebody
from nrm.errors import Problem
from nrm.models import parse
from nrm.textfile import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from nrm.access.decide import Policies

ENDING: Final = ".examples.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asks(_Part):
    """A request: what `role` does to a record of kind `of`, and whose it is to them.

    `unit` and `author_unit` are those of a policy officer and of the author of a bundle; `none` is an account without.
    `service` says that an account belongs to a service.
    """

    role: str
    action: str
    of: str
    whose: Literal["own", "other", "self"] = "own"
    purpose: str = CASE_MANAGEMENT
    groups: tuple[str, ...] = ()
    purpose_groups: tuple[str, ...] = ()
    glass: Literal["none", "in_force", "over"] = "none"
    unit: str = UNIT
    author_unit: str | None = None
    service: Literal["yes", "no"] = "no"

    def request(self) -> Request:
        """Return the request, with made-up identifiers. Raises `KeyError` for a kind that there is not."""
        who = replace(somebody(self.role), unit=None if self.unit == "none" else self.unit)
        about = record({kind.__name__: kind for kind in KINDS}[self.of], who, self.whose)
        if isinstance(about, Bundle) and self.author_unit is not None:
            about = replace(about, author_unit=None if self.author_unit == "none" else self.author_unit)
        if isinstance(about, Account):
            about = replace(about, service=self.service == "yes")
        carried = frozenset(self.purpose_groups)
        return Request(who, self.action, about, Context(self.purpose, frozenset(self.groups), carried, self.glass))


class Example(_Part):
    """One example; `by` are the policies that allowed or forbade it, none where simply nothing allows it."""

    sentence: str
    asks: Asks
    allowed: Literal["yes", "no"]
    by: tuple[str, ...] = ()
    why: str | None = None

    @property
    def expected(self) -> Verdict:
        """What must come out."""
        return Verdict(self.allowed == "yes", tuple(sorted(self.by)), self.why)


def read_examples(folder: Path = FOLDER / "policies") -> dict[str, tuple[Example, ...]]:
    """Return the examples of each file.

    Raises:
        PolicyRefusedError, FileRefusedError: a file is no list of examples.
    """
    problems: list[Problem] = []
    found = {}
    for path in sorted(folder.glob(f"*{ENDING}")):
        found[path.name] = parse(read_file(path, path.name), tuple[Example, ...], problems) or ()
    if problems:
        raise PolicyRefusedError(problems)
    return found


def faults(policies: Policies, examples: dict[str, tuple[Example, ...]]) -> list[Problem]:
    """Return every example that comes out otherwise, and every policy that no example needs."""
    found = []
    needed = set()
    for file, listed in examples.items():
        for one in listed:
            needed |= set(one.by)
            try:
                said = policies.decide(one.asks.request())
            except KeyError:
                found.append(Problem(file, 0, f"there is no kind of record `{one.asks.of}`", "see schema.cedarschema"))
                continue
            if said != one.expected:
                what = f"“{one.sentence}” comes out as {_shown(said)}, and {_shown(one.expected)} was expected"
                found.append(Problem(file, 0, what, "mend the policy or the example"))
    return found + [
        Problem(one.file, 0, f"no example needs `{one.id}`", "write one beside it")
        for one in policies.all
        if one.id not in needed
    ]


def _shown(verdict: Verdict) -> str:
    said = "allowed" if verdict.allowed else f"denied (`{verdict.why}`)"
    return said + (f" by {', '.join(f'`{one}`' for one in verdict.policies)}" if verdict.policies else " by nothing")
