"""The kinds of field that a case record is made of, and how each field describes itself.

Every scalar of a case file is text (`nrm.textfile`), so each kind says how its text is read. There is no yes/no field
without `unknown`: silence is never an answer.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from nrm.models import IsoDate

if TYPE_CHECKING:
    from datetime import date

UNKNOWN = "unknown"
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
COUNTRIES = frozenset(
    # one row of text is easier to compare with the standard than 250 quoted items
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - as above
)
"""ISO 3166-1 alpha-2, and XK, which ISO leaves to its users and which is in use for Kosovo."""


def _plausible(day: date) -> date:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError(f"the year must lie between {EARLIEST_YEAR} and {LATEST_YEAR}; leave out a date nobody knows")
    return day


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("write the two capital letters of ISO 3166, such as `GB` for the United Kingdom")
    return code


def _language(code: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", code):
        raise ValueError("write the two or three small letters of ISO 639, such as `fr` or `fra`")
    return code


def _digits(value: object) -> object:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value


Id = Annotated[UUID, Field(description="A UUID.")]
Day = Annotated[IsoDate, AfterValidator(_plausible)]
Whole = Annotated[int, BeforeValidator(_digits), Field(ge=0)]
Country = Annotated[str, AfterValidator(_country), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})]
Tongue = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "pattern": "^[a-z]{2,3}$"})]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Story = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=15_000)]
"""Free narrative; the length is that of the text boxes of the United Kingdom's form."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
"""A word of the rulebook's vocabulary, checked against it later, because the vocabulary is data."""
ThreeWay = Literal["yes", "no", "unknown"]


class Part(BaseModel):
    """What all parts of a case record share: closed, strict, and never changed after it was read."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    ordered: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of date fields of which the first cannot lie after the second."""

    def __repr_args__(self) -> tuple[()]:
        """Show nothing: a record that reaches a log or a traceback by mistake must not speak."""
        return ()


def told(
    description: str,
    default: object = None,
    *,
    htcds: str | None = None,
    fact: bool = False,
    past: bool = False,
) -> Any:  # noqa: ANN401 - like pydantic's own `Field`, it stands for a value of any type
    """Describe one field; `...` as default makes it required inside an entry that somebody chose to write.

    `htcds` names the field of HTCDS 2.0 that holds the same. `fact` marks a coded fact of the vocabulary with the
    same name. `past` marks a date of something that has happened, which cannot lie in the future.
    """
    marks: dict[str, Any] = {"htcds": htcds, "fact": fact, "past": past}
    extra = {name: value for name, value in marks.items() if value}
    return Field(default, description=description, json_schema_extra=extra or None)


def flag(description: str, *, fact: bool = False) -> Any:  # noqa: ANN401 - as `told`
    """Describe a three-way field."""
    return told(description, UNKNOWN, fact=fact)


def coded(description: str, default: object = UNKNOWN, *, htcds: str | None = None) -> Any:  # noqa: ANN401 - as `told`
    """Describe a field that is itself a coded fact of the vocabulary."""
    return told(description, default, htcds=htcds, fact=True)


def listed(description: str, *, htcds: str | None = None) -> Any:  # noqa: ANN401 - as `told`
    """Describe a list, empty at first."""
    return told(description, (), htcds=htcds)


def block(kind: type[Part], description: str) -> Any:  # noqa: ANN401 - as `told`
    """Describe a part with fields of its own, empty at first."""
    return Field(default_factory=kind, description=description)


@cache
def marked(part: type[Part], mark: str) -> tuple[str, ...]:
    """Return the fields of `part` that carry `mark` (`fact` or `past`).

    >>> marked(Part, "fact")
    ()
    """
    extras = {name: field.json_schema_extra for name, field in part.model_fields.items()}
    return tuple(name for name, extra in extras.items() if isinstance(extra, dict) and extra.get(mark))
