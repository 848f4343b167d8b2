"""Look for services by what everybody may know of them: no address, and no coordinates of any place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.access import Directory
from nrm.casework.asked import permit
from nrm.casework.journal import Journal
from nrm.directory.need import language, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.directory.candidate import Candidate
    from nrm.directory.service import Key


@dataclass(frozen=True)
class Wanted:
    """What a service must be: each that is None or empty asks for nothing.

    `text` stands in its name or that of its organisation, `region` is one that it serves or lies in, `language` an ISO
    639 code, `offer` one of the vocabulary.
    """

    text: str = ""
    offer: str | None = None
    region: str = ""
    language: str | None = None

    def fits(self, one: Candidate) -> bool:
        """Say whether a service is such a one."""
        text = plain(self.text)
        return (
            (text in plain(one.name) or text in plain(one.organisation_name))
            and (self.offer is None or self.offer in one.types)
            and (not self.region or plain(self.region) in one.regions)
            and (self.language is None or language(self.language) in one.languages)
        )


def services(
    desk: Desk, asked: Asked, wanted: Wanted, after: Key | None = None, most: int = 100
) -> Sequence[Candidate]:
    """Return services in the order of their keys, those behind `after`; that somebody looked is an entry.

    Raises:
        DeniedError: the role does not look into the whole directory.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Sequence[Candidate]:
        permit(asked, "directory:read", Directory())
        journal.write(unit, "directory:read")
        return desk.counter.services.listed(wanted.fits, after, most)

    return journal.attempt("directory:read", work)
