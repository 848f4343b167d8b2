"""`nrm access`: what an overseer reads of the policies, and that a wrong example is told with exit code 1."""

import json

import pytest

from nrm.access import ROLES, shipped
from nrm.access.examples import read_examples
from nrm.cli import access


def test_all_examples_come_out_and_the_command_says_how_many(nrm):
    done = nrm("access", "check")
    count = sum(len(listed) for listed in read_examples().values())
    assert done.code == 0
    assert f"{len(shipped().all)} policies, {count} examples: all come out" in done.out
    assert json.loads(nrm("access", "check", "--json").out)["faults"] == []


@pytest.mark.parametrize("as_json", [True, False])
def test_an_example_that_comes_out_otherwise_leaves_with_1(nrm, monkeypatch, as_json):
    wrong = {
        file: tuple(one.model_copy(update={"why": "barred"}) for one in listed) if file.startswith("person") else listed
        for file, listed in read_examples().items()
    }
    monkeypatch.setattr(access, "read_examples", lambda: wrong)
    done = nrm("access", "check", *(["--json"] if as_json else []))
    assert done.code == 1
    assert "was expected" in done.out.replace("\n", " ")


def test_the_table_lists_what_is_allowed_and_for_machines_also_what_is_not(nrm):
    said = nrm("access", "table").out
    assert "case:shred\n    their own: supervisor" in said
    lines = json.loads(nrm("access", "table", "--json").out)
    assert {line["role"] for line in lines} == set(ROLES)
    assert {"allowed", "not_permitted", "other_organisation", "not_found"} <= {line["outcome"] for line in lines}


def test_the_table_of_one_role_names_only_what_it_may(nrm):
    said = nrm("access", "table", "--role", "provider").out
    assert said.split()[:2] == ["Entry", "directory:change"]
    assert "case:" not in said
    assert nrm("access", "table", "--role", "worker").out == ""


def test_a_role_that_there_is_not_is_refused_with_the_nearest(nrm):
    done = nrm("access", "table", "--role", "providr")
    assert done.code == 2
    assert "did you mean `provider`?" in done.err


def test_every_policy_is_said_in_words_and_what_never_happens_is_marked(nrm):
    said = nrm("access", "policies").out
    assert [one.id for one in shipped().all if one.id not in said] == []
    assert "never: nobody_changes_their_own_account" in said
    listed = json.loads(nrm("access", "policies", "--json").out)
    assert [one["id"] for one in listed] == [one.id for one in shipped().all]
    assert all(one["says"] for one in listed)
