"""Guarantees of a few lines for the small sound rulebook of `fakes`."""

from __future__ import annotations

from fakes import load, write_rulebook

from nrm.errors import RulebookRefusedError
from nrm.proof.files import read_guarantees

HOLDS = "    always: {when: [{finding: suspected}], outcomes: [shelter]}\n"
FAILS = "    always: {when: [{fact: urgent_need, is: [yes]}], outcomes: [doctor, shelter]}\n"


def text(name, form, begins="2026-01-01", source="A/TEST/1 §1"):
    """Return the file of a guarantee whose versions begin with `form`."""
    words = ", ".join(f"{language}: Because of this {language}" for language in ("en", "fr", "es", "ar"))
    return (
        f"guarantee: {name}\ntitle: The guarantee {name}\nsources: [{source}]\nbecause: {{{words}}}\n"
        f"owner: policy-unit\nversions:\n  - from: {begins}\n{form}"
    )


def place(name):
    return f"rules/guarantees/{name}.yaml"


def small_files(folder, **forms):
    """Return settings, files and guarantees of the small rulebook with one guarantee for each of `forms`."""
    made = write_rulebook(folder, {place(name): text(name, form) for name, form in forms.items()})
    files = load(made)
    return made, files, read_guarantees(made.rules, files)


def refusals(folder, content, name="one"):
    """Return what is said of a guarantee file with this content, as (file, line, what, todo)."""
    made = write_rulebook(folder, {place(name): content})
    files = load(made)
    try:
        read_guarantees(made.rules, files)
    except RulebookRefusedError as refused:
        return [(p.file, p.line, p.what, p.todo) for p in refused.problems]
    return []
