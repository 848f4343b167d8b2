"""The table that overseers read and that tests of the API obey."""

from nrm.access import KINDS, ROLES, shipped
from nrm.access.standing import SHARED
from nrm.access.table import ALLOWED, NOT_FOUND, allowed_roles, table
from nrm.audit.actions import REASONS

LINES = table(shipped())


def outcome(role, action, standing, kind="Case"):
    (line,) = [one for one in LINES if (one.role, one.action, one.standing, one.kind) == (role, action, standing, kind)]
    return line.outcome


def test_the_table_has_one_line_for_every_role_action_record_and_standing():
    assert len({(one.action, one.kind, one.role, one.standing) for one in LINES}) == len(LINES)
    for action, kind in shipped().pairs:
        found = {one.standing for one in LINES if (one.action, one.kind) == (action, kind.__name__)}
        special = {"Case": {"glass"}, "Account": {"self"}, "Statistics": set()}.get(kind.__name__, set())
        if kind in SHARED:
            assert found == {"shared"}
        elif kind.__name__ == "Statistics":
            assert found == {"caseload", "access"}
        else:
            assert found == {"own", "other", "nobody"} | special
    assert {one.role for one in LINES} == set(ROLES)
    assert {one.kind for one in LINES} == {kind.__name__ for kind in KINDS}


def test_what_comes_out_is_allowed_or_a_word_of_the_log():
    assert {one.outcome for one in LINES} <= {ALLOWED, NOT_FOUND, *REASONS["denied"]}
    assert all(bool(one.policies) for one in LINES if one.outcome == ALLOWED)
    assert {one.standing for one in LINES if one.outcome == NOT_FOUND} == {"nobody"}


def test_of_a_record_that_is_not_there_one_hears_so_only_who_could_see_one():
    assert outcome("caseworker", "case:read", "nobody") == NOT_FOUND
    assert outcome("administrator", "case:read", "nobody") == "not_permitted"


def test_the_table_says_what_the_policies_say():
    assert outcome("caseworker", "case:read", "own") == ALLOWED
    assert outcome("caseworker", "case:read", "other") == "other_organisation"
    assert outcome("caseworker", "case:read", "glass") == ALLOWED
    assert outcome("caseworker", "case:change", "glass") == "other_organisation"
    assert outcome("rule_approver", "rulebook:approve", "own", "Bundle") == "same_person"
    assert outcome("administrator", "user:change", "self", "Account") == "same_person"
    assert allowed_roles(LINES)["Case", "case:shred"] == {"own": ["supervisor"]}
    assert allowed_roles(LINES)["Log", "log:read"] == {"shared": ["overseer"]}
