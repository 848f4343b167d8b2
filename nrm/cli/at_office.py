"""Sets of options for the commands that work at an office: which installation, who asks, as what and what for."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.casework.asked import CASE_MANAGEMENT
from nrm.cli.asking import HomeFolder, Organisation, Purpose, Role, Service, Who, answering_as, asking, office
from nrm.cli.spread import spread
from nrm.cli.unlock import PassphraseFile  # noqa: TC001 - read by `spread` at run time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.bootstrap_store import Office
    from nrm.casework.asked import Asked

__all__ = ["AtHome", "AtOffice", "AtService", "spread"]


@dataclass(frozen=True, kw_only=True)
class AtHome:
    """An installation, and who asks there for the organisation that keeps it."""

    home: HomeFolder
    who: Who
    role: Role
    passphrase_file: PassphraseFile = None

    @contextmanager
    def opened(self) -> Iterator[tuple[Office, Asked]]:
        """Open the installation for the one who asks (errors as of `office` and `asking`)."""
        with office(self.home, self.passphrase_file) as opened:
            yield opened, self.asked(opened)

    def asked(self, opened: Office) -> Asked:
        """Return who asks, as the rest of the program knows them (errors as of `asking`)."""
        return asking(opened, self.who, None, self.role)


@dataclass(frozen=True, kw_only=True)
class AtOffice(AtHome):
    """An installation, and who asks there, for which organisation and purpose."""

    purpose: Purpose = CASE_MANAGEMENT
    organisation: Organisation = None

    def asked(self, opened: Office) -> Asked:
        """Return who asks (errors as of `asking`)."""
        return asking(opened, self.who, self.organisation, self.role, self.purpose)


@dataclass(frozen=True, kw_only=True)
class AtService(AtOffice):
    """An installation, and who asks there: somebody who keeps cases, or somebody of a service."""

    service: Service = None

    def asked(self, opened: Office) -> Asked:
        """Return who asks (errors as of `answering_as`)."""
        return answering_as(opened, self.who, self.organisation, self.role, self.service, self.purpose)
