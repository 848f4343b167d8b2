"""The folder of one installation: where its keys, its store and its published log are.

`home.toml` holds nothing secret. The key file may stand elsewhere, and should: whoever has the keys and the data has
everything. TOML: https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field

from nrm.casework.attachment import AttachmentLimits
from nrm.delivery.settings import DeliverySettings
from nrm.errors import FileRefusedError, Problem, UnknownNameError, nearest, reason_of
from nrm.models import parse
from nrm.publishing.settings import RulebookSettings
from nrm.rulebook.wording import Model
from nrm.serving import ApiSettings
from nrm.signin.settings import SignInSettings
from nrm.textfile import Document

if TYPE_CHECKING:
    from nrm.textfile import Text

FILE = "home.toml"
DATABASE = "cases.db"
KEYS = "keys.json"
LOG = "log"
ZONE = "UTC"


def check_zone(name: str, where: str = "zone") -> str:
    """Return `name`, which must be a time zone of the IANA database (https://www.iana.org/time-zones).

    Raises:
        UnknownNameError: there is no such zone; `where` says who named it.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        todo = nearest(name, available_timezones())
        raise UnknownNameError(Problem(where, 0, f"there is no time zone `{name}`", todo)) from None
    return name


def _zone(name: str) -> str:
    try:
        return check_zone(name)
    except UnknownNameError as unknown:
        problem = unknown.problems[0]
        raise ValueError("; ".join(filter(None, (problem.what, problem.todo)))) from None


class _Settings(Model):
    origin: str = Field(min_length=1, max_length=200)
    organisation: str
    country: str | None = None
    zone: Annotated[str, AfterValidator(_zone)] = ZONE
    database: str = DATABASE
    keys: str = KEYS
    log: str = LOG
    pkcs11: str | None = None
    token: str | None = None
    rules: str | None = None
    seeds: str | None = None
    delivery: DeliverySettings = Field(default_factory=DeliverySettings)
    api: ApiSettings = Field(default_factory=ApiSettings)
    attachments: AttachmentLimits = Field(default_factory=AttachmentLimits)
    rulebooks: RulebookSettings = Field(default_factory=RulebookSettings)
    sign_in: SignInSettings = Field(default_factory=SignInSettings)


@dataclass(frozen=True)
class Home:
    """One installation.

    `origin` is the name of its log. `database` is a file, or the URL of a PostgreSQL server when it has `://` in it.
    `token` is the PKCS#11 module and the label, when the keys are in a token. `zone` (IANA) is where its days begin and
    end; `delivery` says whom it may reach, `sign_in` how people sign in, `rulebooks` who signs rules, with
    paths taken from the folder.
    """

    folder: Path
    origin: str
    organisation: UUID
    country: str | None
    database: str
    keys: Path
    log: Path
    token: tuple[Path, str] | None
    rules: Path | None
    seeds: Path | None
    zone: str = ZONE
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    attachments: AttachmentLimits = field(default_factory=AttachmentLimits)
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    rulebooks: RulebookSettings = field(default_factory=RulebookSettings)

    @property
    def database_file(self) -> Path | None:
        """The file of the store, or None when it is on a server."""
        return None if "://" in self.database else self.folder / self.database


def read_home(folder: Path) -> Home:
    """Read which installation stands in `folder`.

    Raises:
        FileRefusedError: there is none, or its file is broken; all faults are listed.
    """
    path = folder / FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = Problem(str(path), 0, "there is no installation here", "make one with `nrm init`, or give --home")
        raise FileRefusedError(problem) from None
    except OSError as error:
        reason = reason_of(error)
        problem = Problem(str(path), 0, f"the file cannot be read: {reason}", "check the folder and its rights")
        raise FileRefusedError(problem) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise FileRefusedError(Problem(str(path), 0, "the file is not TOML", 'write `name = "value"` lines')) from None
    problems: list[Problem] = []
    found: _Settings | None = parse(Document(str(path), _text(data), {}), _Settings, problems)
    organisation = _uuid(str(data.get("organisation")))
    if organisation is None and "organisation" in data:
        problems.append(Problem(str(path), 0, "`organisation` is not a UUID", "take the one that `nrm init` wrote"))
    if ("pkcs11" in data) != ("token" in data):
        problems.append(Problem(str(path), 0, "a token needs both `pkcs11` and `token`", "give both, or none"))
    if _PASSWORD.match(str(data.get("database"))):
        problems.append(Problem(str(path), 0, "`database` holds a password", "put it into a password file (~/.pgpass)"))
    if problems or found is None or organisation is None:
        raise FileRefusedError(problems)
    return Home(
        folder,
        found.origin,
        organisation,
        found.country,
        found.database,
        folder / found.keys,
        folder / found.log,
        (Path(found.pkcs11), found.token) if found.pkcs11 and found.token else None,
        folder / found.rules if found.rules else None,
        folder / found.seeds if found.seeds else None,
        found.zone,
        found.delivery.below(folder),
        found.api.below(folder),
        found.attachments,
        found.sign_in.below(folder),
        found.rulebooks.below(folder),
    )


def home_text(origin: str, organisation: UUID, **others: str | None) -> str:
    """Return the text of a new `home.toml`; what is None is left out."""
    given = {"origin": origin, "organisation": str(organisation), **others}
    lines = [f"{name} = {_quoted(value)}" for name, value in given.items() if value is not None]
    return "# Where the parts of this installation are. Nothing in this file is secret.\n" + "\n".join(lines) + "\n"


_PASSWORD = re.compile(r"[^:]+://[^/@]*:[^/]*@|.*[?&]password=", re.IGNORECASE)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON escapes all else that TOML must


def _text(value: Any) -> Text:  # noqa: ANN401 - whatever TOML can hold
    """Return a tree of TOML with every number and date in it as text, as our models read them."""
    if isinstance(value, dict):
        return {name: _text(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_text(one) for one in value]
    return value if isinstance(value, str) else str(value)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
