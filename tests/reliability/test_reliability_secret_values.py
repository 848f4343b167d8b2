"""A secret value is opened in few places, all listed here, and only one of them says it to anybody.

This reads the source and runs nothing: a new place is no fault by itself, but somebody must look at it first.
"""

from __future__ import annotations

import ast
from pathlib import Path

import nrm

HOUSE = Path(nrm.__file__).parent

OPENED = {
    ("casework/office/directory_sealed.py", "_plain"): "sealed at once, into the store",
    ("casework/office/own_entry.py", "_entry"): "part of a keyed mark, which tells that a record was changed",
    ("cli/referral_after.py", "address"): "told to the official who brings the person there",
    ("directory/secret_places.py", "__init__"): "looked for in an export, to leave it out",
    ("directory/sidecar.py", "_holds_together"): "whether it is empty",
}
SAID = {("cli/referral_after.py", "address")}
SAYS = {
    "debug",
    "echo",
    "error",
    "exception",
    "info",
    "line",
    "log",
    "print",
    "print_json",
    "secho",
    "warning",
    "write",
}
OPENS = {"get_secret_value", "_secret_value"}


def places(tree, wanted, inside=""):
    """Yield the name of the innermost function around each node that is wanted."""
    for node in ast.iter_child_nodes(tree):
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        here = node.name if named else inside
        if wanted(node):
            yield here
        yield from places(node, wanted, here)


def opens(node):
    """Say whether a node opens a secret value, or names what does, as `getattr` would."""
    named = isinstance(node, ast.Attribute) and node.attr in OPENS
    return named or (isinstance(node, ast.Constant) and node.value in OPENS)


def says(node):
    """Say whether a node hands a secret value to something that prints, logs or writes, or puts it into a text."""
    named = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
    return (named in SAYS or isinstance(node, ast.JoinedStr | ast.Raise)) and any(map(opens, ast.walk(node)))


def found(wanted, folder=HOUSE):
    return {
        (str(path.relative_to(folder)), place)
        for path in folder.rglob("*.py")
        for place in places(ast.parse(path.read_text()), wanted)
    }


def test_a_secret_value_is_opened_in_the_places_that_are_listed_and_in_no_other():
    assert found(opens) == set(OPENED)


def test_a_secret_value_is_said_by_one_command_alone():
    assert found(says) == SAID


def test_a_new_place_is_found_however_it_is_written(tmp_path):
    lines = (
        "print(one.get_secret_value())",
        "log.info('%s', one.get_secret_value())",
        "raise ValueError(one.get_secret_value())",
        "x = f'at {one.get_secret_value()}'",
        "print(one._secret_value)",
        "print(getattr(one, 'get_secret_value')())",
    )
    for number, line in enumerate(lines):
        (tmp_path / f"m{number}.py").write_text(f"def told(one, log):\n    {line}\n")
    (tmp_path / "harmless.py").write_text("def told(one):\n    print(one)\n")
    every = {(f"m{number}.py", "told") for number in range(len(lines))}
    assert found(opens, tmp_path) == every
    assert found(says, tmp_path) == every
