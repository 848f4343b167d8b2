"""`nrm case link-person` and `unlink-person`: a link with a PIN to the person's own case, without an account."""

from __future__ import annotations

from typing import Annotated

import typer

from nrm.bootstrap import language_of
from nrm.casework.person import links
from nrm.casework.person.sessions import Speaks  # noqa: TC001 - read by typer at run time
from nrm.cli.at_office import AtOffice, spread
from nrm.cli.families import app
from nrm.cli.identifiers import CaseId  # noqa: TC001 - as above
from nrm.cli.options import AsJson, Language  # noqa: TC001 - as above
from nrm.cli.output import Printer, print_json

__all__ = ["app"]


@app.command("link-person")
@spread
def link_person(
    case: CaseId,
    at: AtOffice,
    days: Annotated[int, typer.Option("--days", min=1, max=links.MOST_DAYS, help="How long it can be opened.")] = 7,
    speaks: Annotated[Speaks, typer.Option("--for", help="For the person, or for a child's guardian.")] = "person",
    lang: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Make a link to the case and its PIN: give them by two ways, such as a paper and a call."""
    with at.opened() as (opened, asked):
        language = language_of(lang)
        made = links.make_link(opened.desk, asked, case, language, days, speaks)
    if as_json:
        print_json({"link": str(made.link), "token": made.token, "pin": made.pin, "until": made.until.isoformat()})
        return
    out = Printer()
    out.line(f"link {made.token}")
    out.line(f"pin {made.pin}")
    out.line(f"until {made.until:%Y-%m-%d}; it opens once, and after five wrong PINs not at all")
    out.line("give the PIN by another way than the link; neither is shown again")


@app.command("unlink-person")
@spread
def unlink_person(case: CaseId, at: AtOffice) -> None:
    """End every link to the case that was made for the person, and every session that began with one."""
    with at.opened() as (opened, asked):
        ended = links.end_links(opened.desk, asked, case)
    Printer().line(f"ended: {ended}")
