"""Which way leads to an offer: under which disclosure a service is asked, or which role arranges it without any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.errors import Problem, nearest
from nrm.referral.table import read_table
from nrm.rulebook.wording import Code, Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.textfile import Document

ROUTES = "referrals.yaml"
"""The name of the table in the folder `directory` of the rules."""


class _Table(Model):
    referred_under: dict[Code, Code]
    arranged_by: dict[Code, Code]
    authorities: tuple[Code, ...]


@dataclass(frozen=True)
class Routes:
    """The way to every offer of the vocabulary; each has exactly one."""

    _referred: Mapping[str, str]
    _arranged: Mapping[str, str]
    _authorities: frozenset[str]

    def disclosure(self, offer: str) -> str | None:
        """Return the disclosure under which a service is asked for `offer`; None when no service is."""
        return self._referred.get(offer)

    def arranged_by(self, offer: str) -> str | None:
        """Return the role that arranges `offer` without a referral; None when a service is asked for it."""
        return self._arranged.get(offer)

    def is_authority(self, recipient: str) -> bool:
        """Say whether a service is this kind of recipient only where its own record says so (`Sidecar.recipients`).

        INVARIANT (a name makes no authority): a service that helps with birth certificates is no civil registry.
        """
        return recipient in self._authorities


def read_routes(path: Path, words: Vocabulary) -> Routes:
    """Read the table `path` (`rules/directory/referrals.yaml`).

    Raises:
        FileRefusedError: it cannot be read, names what is not in the vocabulary, or an offer has no way or two; every
            fault is listed.
    """
    table = read_table(path, _Table, words, _faults)
    return Routes(table.referred_under, table.arranged_by, frozenset(table.authorities))


def _faults(table: _Table, words: Vocabulary, document: Document) -> Iterator[Problem]:
    for part, lines, kind, valid in (
        ("referred_under", table.referred_under, "disclosure", words.disclosures),
        ("arranged_by", table.arranged_by, "role", words.roles),
    ):
        for offer, way in lines.items():
            if offer not in words.offers:
                yield document.problem((part, offer), f"there is no offer `{offer}`", nearest(offer, words.offers))
            if way not in valid:
                yield document.problem((part, offer), f"there is no {kind} `{way}`", nearest(way, valid))
    for place, kind in enumerate(table.authorities):
        if kind not in words.recipients:
            where = ("authorities", place)
            yield document.problem(where, f"there is no recipient `{kind}`", nearest(kind, words.recipients))
    for offer in table.referred_under.keys() & table.arranged_by.keys():
        yield document.problem(("arranged_by", offer), f"the offer `{offer}` has two ways", "keep one of the two")
    for offer in words.offers.keys() - table.referred_under.keys() - table.arranged_by.keys():
        todo = "write it under `referred_under` with a disclosure, or under `arranged_by` with a role"
        yield Problem(document.file, 0, f"the offer `{offer}` has no way", todo)
