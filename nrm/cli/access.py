"""`nrm access`: who may do what, as the policies say it, for those who watch over it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from nrm.access import ROLES, shipped
from nrm.access.examples import faults, read_examples
from nrm.access.shipped import texts
from nrm.access.table import Standing, allowed_roles, table
from nrm.access.told import comments
from nrm.cli.options import AsJson  # noqa: TC001 - read by typer at run time
from nrm.cli.output import Printer, print_json
from nrm.errors import Problem, UnknownNameError, nearest

if TYPE_CHECKING:
    from nrm.access.table import Line

FAILED: Final = 1
"""Exit code when an example comes out otherwise than it says."""

_STANDS: Final[dict[Standing, str]] = {
    "own": "their own",
    "other": "another's",
    "glass": "another's, while their broken glass lasts",
    "self": "their very own account",
    "shared": "the one there is",
    "caseload": "of the caseload",
    "access": "of access",
}

app = typer.Typer(no_args_is_help=True)

OneRole = Annotated[str | None, typer.Option("--role", metavar="ROLE", help="Only what this role may do.")]


@app.command("check")
def check(as_json: AsJson = False) -> None:
    """Check the policies against their schema, and that every example beside them comes out."""
    policies, examples = shipped(), read_examples()
    found = faults(policies, examples)
    count = sum(len(listed) for listed in examples.values())
    if as_json:
        print_json(
            {"policies": len(policies.all), "examples": count, "faults": [str(problem) for problem in found]},
        )
    else:
        out = Printer()
        for problem in found:
            out.line(str(problem), "red")
        said = f"{len(found)} faults" if found else "all come out, and every policy is needed by one"
        out.line(f"{len(policies.all)} policies, {count} examples: {said}", "red" if found else "green")
    if found:
        raise typer.Exit(FAILED)


@app.command("table")
def table_(role: OneRole = None, as_json: AsJson = False) -> None:
    """Say which role may do what to whose records; what is not listed is denied."""
    if role is not None and role not in ROLES:
        raise UnknownNameError(Problem("--role", 0, f"there is no role `{role}`", nearest(role, ROLES)))
    lines = tuple(line for line in table(shipped()) if role in {None, line.role})
    if as_json:
        print_json([asdict(line) for line in lines])
    else:
        _show(lines, every=role is None)


@app.command("policies")
def policies_(as_json: AsJson = False) -> None:
    """Say in words what each policy allows or forbids; the files themselves are in `nrm/access/policies/`."""
    said = comments(texts()[1])
    if as_json:
        print_json(
            [
                {
                    "id": one.id,
                    "file": one.file,
                    "effect": "forbid" if one.forbids else "permit",
                    "actions": None if one.actions is None else sorted(one.actions),
                    "of": one.kind,
                    "why": one.why or None,
                    "says": said.get(one.id, ""),
                }
                for one in shipped().all
            ]
        )
        return
    out, file = Printer(), ""
    for one in shipped().all:
        if one.file != file:
            file = one.file
            out.line(file, "bold")
        out.line(f"{'never: ' if one.forbids else ''}{one.id}", "yellow" if one.forbids else "", indent=2)
        out.line(said.get(one.id, ""), indent=4)


def _show(lines: tuple[Line, ...], *, every: bool) -> None:
    out, shown = Printer(), ""
    for (kind, action), standings in sorted(allowed_roles(lines).items()):
        if not standings:
            continue
        if kind != shown:
            shown = kind
            out.line(kind, "bold")
        out.line(action, indent=2)
        for standing, roles in standings.items():
            out.line(_STANDS[standing] + (f": {', '.join(roles)}" if every else ""), indent=4)
