"""`nrm glass list` without a case: over all cases, for each of those who may look."""

import pytest

WHY = ("--reason", "medical_emergency", "--note", "she does not wake up", "--tell", "berta")
ELSEWHERE = ("--organisation", "Hospital B")


def breaks(at, case):
    said = at("glass", "break", case, *WHY, *ELSEWHERE, "--json")
    assert said.code == 0, said.err


def lists(at, *arguments, role="supervisor", who="sofia"):
    return at.json("glass", "list", "--who", who, *arguments, role=role)


def test_a_supervisor_lists_over_all_cases_and_reviews_from_there(at):
    assert at("glass", "list", role="supervisor").lines == ["Nobody broke the glass."]
    breaks(at, at.case)
    breaks(at, at.child)
    found = lists(at)
    assert [one["case"] for one in found] == [at.child, at.case]
    assert {one["state"] for one in found} == {"in_force"}
    newest = found[0]
    reviewed = ("glass", "review", newest["case"], newest["glass"], "--verdict", "justified", "--who", "sofia")
    assert at(*reviewed, role="supervisor").code == 0
    assert [one["glass"] for one in lists(at, "--state", "reviewed")] == [newest["glass"]]
    assert [one["glass"] for one in lists(at, "--most", "1")] == [newest["glass"]]
    shown = at("glass", "list", "--state", "in_force", "--who", "sofia", role="supervisor").out
    assert at.case in shown
    assert at.child not in shown
    assert "wake up" in shown


def test_each_is_told_what_is_theirs(at):
    breaks(at, at.case)
    (named,) = lists(at, "--whose", "named", *ELSEWHERE, role="caseworker", who="berta")
    assert (named["case"], named["note"]) == (at.case, None)
    (ours,) = lists(at, "--whose", "ours", *ELSEWHERE)
    assert (ours["case"], ours["note"]) == (None, None)
    shown = at("glass", "list", "--whose", "ours", *ELSEWHERE, role="supervisor").out
    assert "a medical emergency" in shown
    assert at.case not in shown
    assert "wake up" not in shown


@pytest.mark.parametrize("role", ["caseworker", "overseer", "administrator"])
def test_others_are_denied(at, role):
    denied = at("glass", "list", role=role)
    assert (denied.code, "glass:list" in denied.err) == (1, True)


def test_a_case_and_what_is_of_the_list_over_all_do_not_go_together(at):
    for more in (("--whose", "kept"), ("--state", "reviewed")):
        refused = at("glass", "list", at.case, *more)
        assert (refused.code, "leave out the case" in refused.err) == (2, True)
    assert at("glass", "list", "berta").code == 2
