"""`nrm case link` and `unlink`: two cases of one family, kept apart in all but danger."""

import pytest


def test_relatives_are_linked_and_parted_and_both_cases_have_their_entry(at):
    assert at.done("case", "link", at.case, at.child, "--as", "sibling").text == "linked"
    assert at.told(2) == [("case:change", "done")] * 2
    assert at.done("case", "unlink", at.child, at.case).text.startswith("the link is ended")
    parted = at("case", "unlink", at.case, at.child)
    assert (parted.code, parted.out) == (2, "")


@pytest.mark.parametrize(
    ("other", "relation", "code"),
    [("CanaryBo", "sibling", 2), ("{child}", "neighbour", 2)],
)
def test_what_cannot_be_linked_is_refused(at, other, relation, code):
    said = at("case", "link", at.case, other.format(case=at.case, child=at.child), "--as", relation)
    assert (said.code, said.out) == (code, "")
    assert said.err


def test_nobody_is_their_own_relative(at):
    said = at("case", "link", at.case, at.case, "--as", "sibling")
    assert (said.code, said.out, "a case is not linked with itself" in said.err) == (2, "", True)


def test_nobody_links_cases_of_others(at):
    said = at("case", "link", at.case, at.child, "--as", "child", "--organisation", "Shelter B")
    assert (said.code, "there is no such case" in said.err) == (2, True)
    assert at.told() == [("case:change", "other_organisation")]
    assert at("case", "link", at.case, at.child, "--as", "child", role="coordinator").code == 1
