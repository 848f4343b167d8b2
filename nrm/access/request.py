"""What is asked: who wants to do what to which record, and on what footing. The types of `schema.cedarschema`.

An identifier that is missing is None; Cedar's schema then refuses the record, and so the request is denied.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal
from uuid import UUID

ROLES: Final = (
    *("first_responder", "caseworker", "supervisor", "coordinator", "provider", "rule_author", "rule_approver"),
    *("overseer", "statistician", "administrator", "person", "worker"),
)
"""Every role.

`worker` is the program itself, which asks nobody: whoever calls themselves so from outside may do nothing.
"""

CASE_MANAGEMENT: Final = "case_management"
"""The purpose of those who keep the case; it opens every group, for them."""

Glass = Literal["none", "in_force", "over"]
"""Whether the asker broke the glass for the case: never, for now, or in the past."""


@dataclass(frozen=True)
class Principal:
    """Who asks, by random identifiers; of a person who came by a link, `who` is the identifier of their case.

    `organisation` of a provider is that of their service; `unit` is where a policy officer sits.
    """

    who: UUID
    organisation: UUID
    role: str
    unit: str | None = None


@dataclass(frozen=True)
class Case:
    """One case, and the organisation that keeps it."""

    case: UUID | None
    organisation: UUID | None


@dataclass(frozen=True)
class Caseload:
    """The cases of one organisation as a whole: to begin one, to list them, to search."""

    organisation: UUID | None


@dataclass(frozen=True)
class Referral:
    """One referral: the organisation that keeps its case, and the identity of the service that is asked."""

    organisation: UUID | None
    service: UUID | None


@dataclass(frozen=True)
class Directory:
    """The directory as a whole."""


@dataclass(frozen=True)
class Entry:
    """What the directory says of one service."""

    service: UUID | None


@dataclass(frozen=True)
class Bundle:
    """A proposal to change the rules: who wrote it, in which unit."""

    author: UUID | None
    author_unit: str | None = None


@dataclass(frozen=True)
class Log:
    """The log, and what is sealed for those who look at it."""


@dataclass(frozen=True)
class Statistics:
    """Protected tables, of what is in the cases or of who opened them."""

    about: Literal["caseload", "access"] | None


@dataclass(frozen=True)
class Installation:
    """Keys, store, log and connections of this installation."""


@dataclass(frozen=True)
class Account:
    """The account of an official or of a program; `service` says whether it belongs to a service."""

    who: UUID | None
    organisation: UUID | None
    service: bool = False


@dataclass(frozen=True)
class Session:
    """Somebody's signed-in session, and how they prove who they are."""

    who: UUID | None


Resource = Case | Caseload | Referral | Directory | Entry | Bundle | Log | Statistics | Installation | Account | Session

KINDS: Final[tuple[type[Resource], ...]] = (
    *(Case, Caseload, Referral, Directory, Entry, Bundle, Log, Statistics, Installation, Account, Session),
)
"""Every kind of record; each is called in the policies as its class is here."""

ATTRIBUTES: Final = {kind: tuple(one.name for one in fields(kind)) for kind in KINDS}
"""The attributes of each kind of record."""


@dataclass(frozen=True)
class Context:
    """On what footing: the purpose, the groups that would be opened, and those that the rules carry for it."""

    purpose: str = CASE_MANAGEMENT
    groups: frozenset[str] = frozenset()
    purpose_groups: frozenset[str] = frozenset()
    glass: Glass = "none"


@dataclass(frozen=True)
class Request:
    """One question: may `principal` do `action` (as in `nrm.audit.actions`, `subject:verb`) to `resource`."""

    principal: Principal
    action: str
    resource: Resource
    context: Context = field(default_factory=Context)


_NAMES: Final = tuple(UUID(int=number) for number in range(1, 9))


def unnamed(request: Request) -> Request:
    """Return the same request with every identifier replaced by its number, in the order in which they appear.

    Equal ones stay equal and others stay others, and no policy may look at anything else of an identifier
    (`nrm.access.cedar`). So the verdict is the same, and two requests that stand alike have one answer.
    """
    seen: dict[UUID, UUID] = {}
    who, resource = request.principal, request.resource
    kind = type(resource)
    own, organisation = _named(who.who, seen), _named(who.organisation, seen)
    about = [_named(getattr(resource, name), seen) for name in ATTRIBUTES[kind]]
    return Request(Principal(own, organisation, who.role, who.unit), request.action, kind(*about), request.context)


def _named(value: Any, seen: dict[UUID, UUID]) -> Any:  # noqa: ANN401 - whatever an attribute may be
    return seen.setdefault(value, _NAMES[len(seen)]) if isinstance(value, UUID) else value
