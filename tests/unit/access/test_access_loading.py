"""What is refused to be loaded, and what an error in a policy comes to: nobody is let through."""

import pytest

from nrm.access import ROLES, Bundle, Case, Context, Glass, Principal, Request, shipped
from nrm.access.decide import Policies
from nrm.access.errors import PolicyRefusedError
from nrm.access.shipped import texts
from nrm.access.standing import SOMEBODY, record, somebody

SCHEMA, FILES = texts()
LARGEST = 9223372036854775807
PERMIT = '@id("{id}") permit (principal in Role::"caseworker", action == Action::"case:read", resource is Case)'
"""A policy that lets every caseworker read every case."""


def with_file(text):
    return Policies(SCHEMA, {**FILES, "planted.cedar": text})


def reading(policies, role="caseworker", whose="own"):
    who = somebody(role)
    return policies.decide(Request(who, "case:read", record(Case, who, whose)))


def test_a_planted_permit_counts_so_that_the_tests_below_show_something():
    assert reading(shipped(), whose="other").why == "other_organisation"
    assert reading(with_file(PERMIT.format(id="planted") + ";"), whose="other").policies == ("planted",)


@pytest.mark.parametrize("effect", ["permit", "forbid"])
def test_a_policy_that_errors_denies_what_others_allow(effect):
    """Cedar itself skips it, also a `forbid`; the sum overflows in every request."""
    head = f'@id("broken") @why("barred") {effect} (principal, action == Action::"case:read", resource is Case)'
    policies = with_file(f"{head} when {{ {LARGEST} + 1 > 0 && principal.organisation == resource.organisation }};")
    assert reading(shipped()).allowed
    verdict = reading(policies)
    assert (verdict.allowed, verdict.policies, verdict.why) == (False, (), "policy_failed")
    assert not any(policies.ever(role, "case:read") for role in ROLES)
    assert policies.ever("caseworker", "case:change")


def test_an_error_of_the_library_denies(monkeypatch):
    from nrm.access import cedar  # noqa: PLC0415 - only here

    policies = Policies(SCHEMA, FILES)

    def fails(*_):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(cedar.cedarpy, "is_authorized", fails)
        assert reading(policies).why == "policy_failed"
    assert reading(policies).allowed  # it was not kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("permit (", "it cannot be read"),
        (PERMIT.format(id="x") + " when { principal.name == 1 };", "Cedar complains"),
        (PERMIT.format(id="x").replace("caseworker", "king") + ";", "Cedar complains"),
        (PERMIT.format(id="x").replace("case:read", "case:burn") + ";", "Cedar complains"),
        (PERMIT.format(id="supervisors_shred") + ";", "there are two policies `supervisors_shred`"),
        (PERMIT.format(id="") + ";", "a policy has no `@id`"),
        ('@id("x") permit (principal, action, resource is Case);', "`x` permits without naming its actions"),
        ('@id("x") permit (principal, action == Action::"log:read", resource);', "`x` permits without naming"),
        ('@id("x") forbid (principal, action, resource is Case);', "`x` forbids and has no `@why`"),
        (
            '@id("x") permit (principal == ?principal, action == Action::"case:read", resource is Case);',
            "a template allows nothing",
        ),
        (
            PERMIT.format(id="x") + ' when { principal.who == "6f1f0e5e-2f0e-4a51-9d3b-0c5b3b0a6a11" };',
            "quotes an identifier",
        ),
        (PERMIT.format(id="x") + ' when { principal.who like "6f*" };', "looks inside a text"),
    ],
)
def test_a_policy_that_is_not_what_we_take_is_refused_and_nothing_is_loaded(text, said):
    with pytest.raises(PolicyRefusedError, match=said) as caught:
        with_file(text)
    assert {problem.file for problem in caught.value.problems} <= {"planted.cedar", "casework.cedar"}


def test_without_policies_or_with_a_broken_schema_nothing_is_loaded():
    with pytest.raises(PolicyRefusedError, match="there is no policy"):
        Policies(SCHEMA, {})
    with pytest.raises(PolicyRefusedError, match="it is no schema"):
        Policies("entity", FILES)


@pytest.mark.parametrize("file", ["glass.cedar", "person.cedar", "service.cedar"])
def test_without_one_file_of_permits_nobody_may_more(file):
    fewer = Policies(SCHEMA, {name: text for name, text in FILES.items() if name != file})
    lost = [
        (role, action)
        for action, kind in shipped().pairs
        for role in ROLES
        if shipped().ever(role, action, kind) > fewer.ever(role, action, kind)
    ]
    assert lost
    assert not [
        (role, action)
        for action, kind in fewer.pairs
        for role in ROLES
        if fewer.ever(role, action, kind) and not shipped().ever(role, action, kind)
    ]


def test_the_forbids_hold_whatever_some_policy_permits():
    planted = (
        '@id("all") permit (principal, action in [Action::"group:read", Action::"group:change"], resource is Case);'
        '@id("rules") permit (principal, action == Action::"rulebook:approve", resource is Bundle);'
    )
    policies = with_file(planted)

    def said(role, action, about, **footing):
        return policies.decide(Request(somebody(role), action, about, Context(**footing))).why

    own, theirs = (record(Case, somebody("caseworker"), whose) for whose in ("own", "other"))
    glass: Glass = "in_force"
    assert said("overseer", "group:read", own) == "not_permitted"
    assert said("provider", "group:read", own, groups=frozenset({"health"})) == "not_disclosable"
    assert said("caseworker", "group:change", theirs, glass=glass) == "other_organisation"
    assert said("caseworker", "rulebook:approve", Bundle(SOMEBODY, "other")) == "same_person"
    assert said("provider", "group:read", theirs) is None  # so it is the forbids that hold above


def test_ever_is_asked_with_somebody_made_up_and_names_nobody():
    assert somebody("person") == Principal(SOMEBODY, SOMEBODY, "person", "unit")
