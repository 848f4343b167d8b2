"""What `nrm glass` prints of grants: why, until when, and what a review found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nrm.cli.output import print_json

if TYPE_CHECKING:
    from uuid import UUID

    from nrm.casework.cases.glass_listed import Listed
    from nrm.casework.cases.grants import Glass, Grant
    from nrm.cli.referral_view import Told


def show(told: Told, found: list[Glass], *, as_json: bool) -> None:
    """Print the grants of one case."""
    if as_json:
        print_json([_data(one) for one in found])
        return
    if not found:
        told.out.line(told.speaker.phrase("glass_nothing"))
    now = told.opened.desk.clock()
    for one in found:
        _line(told, one, one.note, in_force=one.in_force(now))


def show_listed(told: Told, found: list[Listed], *, as_json: bool) -> None:
    """Print grants over all cases, as far as the asker may see them."""
    if as_json:
        print_json(
            [{**_data(one.grant), "note": one.note, "case": _text(one.case), "state": one.state} for one in found]
        )
        return
    if not found:
        told.out.line(told.speaker.phrase("glass_none"))
    for one in found:
        _line(told, one.grant, one.note, in_force=one.state == "in_force")
        if one.case is not None:
            told.out.line(str(one.case), "dim", 2)


def _line(told: Told, one: Grant, note: str | None, *, in_force: bool) -> None:
    end = one.ended or one.until
    when = told.speaker.phrase("glass_in_force" if in_force else "glass_over", moment=told.moment(end))
    verdict = "verdict" if one.reviewed is not None else "glass"
    found_so = told.phrase(verdict, one.reviewed.verdict if one.reviewed is not None else "not_reviewed")
    told.out.line(f"{told.phrase('glass', one.reason)} · {when} · {found_so}", "bold")
    if note is not None:
        told.out.line(note, indent=2)
    told.out.line(f"{one.id} · {told.role(one.role)}", "dim", 2)


def _data(one: Grant) -> dict[str, Any]:
    return {"glass": str(one.id), **one.model_dump(mode="json", exclude={"id"})}


def _text(case: UUID | None) -> str | None:
    return None if case is None else str(case)
