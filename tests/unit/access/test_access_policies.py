"""The shipped policies: their examples, what holds of every request, and what is refused to be loaded."""

import re
from dataclasses import fields, replace
from uuid import uuid4

import pytest
from access_requests import ACTIONS, allowed, everything, requests
from hypothesis import given

from nrm.access import ROLES, Account, Bundle, Case, Referral, Session, shipped
from nrm.access.examples import Example, faults, read_examples
from nrm.access.request import unnamed
from nrm.access.shipped import texts
from nrm.access.told import comments
from nrm.audit.actions import REASONS, VERBS

EXAMPLES = read_examples()
KEEPERS = ("first_responder", "caseworker", "supervisor")
GLASS_READS = {"case:read", "group:read", "consent:read", "referral:read", "duty:read", "decision:read"}


@pytest.mark.parametrize(
    "example", [one for listed in EXAMPLES.values() for one in listed], ids=lambda one: one.sentence
)
def test_every_example_comes_out_by_the_policies_that_it_names(example):
    assert shipped().decide(example.asks.request()) == example.expected


def test_every_policy_has_an_example_a_file_of_examples_and_a_comment():
    schema, files = texts()
    assert faults(shipped(), EXAMPLES) == []
    assert {name.replace(".cedar", ".examples.yaml") for name in files} == set(EXAMPLES)
    assert [one.id for one in shipped().all if one.id not in comments(files)] == []
    assert "entity Asker" in schema


def test_an_example_that_comes_out_otherwise_and_a_policy_that_none_needs_are_told():
    wrong = EXAMPLES["statistics.examples.yaml"][0].model_copy(update={"allowed": "no"})
    strange = Example.model_validate({**wrong.model_dump(), "asks": {**wrong.asks.model_dump(), "of": "Castle"}})
    told = [one.what for one in faults(shipped(), {"x.examples.yaml": (wrong, strange)})]
    assert "comes out as allowed by `statisticians_work_with_protected_tables`" in told[0]
    assert told[1] == "there is no kind of record `Castle`"
    assert "no example needs `supervisors_shred`" in told


def test_actions_roles_and_reasons_are_words_of_the_log():
    assert all(verb in VERBS[subject] for subject, verb in (one.split(":") for one in ACTIONS))
    assert {one.why for one in shipped().all if one.forbids} <= set(REASONS["denied"])
    schema, _ = texts()
    (listed,) = re.findall(r"entity Role enum \[(.*?)\]", schema, re.DOTALL)
    assert tuple(re.findall(r'"(\w+)"', listed)) == ROLES


def test_every_action_of_the_schema_is_permitted_to_somebody():
    schema, _ = texts()
    named = set(re.findall(r'"([a-z]+:[a-z]+)"', schema))
    assert named == set(ACTIONS)
    assert [one for one in ACTIONS if not any(shipped().ever(role, one) for role in ROLES)] == []


@given(requests())
def test_what_is_denied_is_denied_with_a_word_of_the_log_and_what_is_allowed_by_a_policy(request):
    verdict = shipped().decide(request)
    if verdict.allowed:
        assert verdict.policies
        assert verdict.why is None
    else:
        assert verdict.why in REASONS["denied"]


@given(requests())
def test_an_unknown_role_action_or_purpose_never_opens_more(request):
    assert not shipped().decide(replace(request, principal=replace(request.principal, role="king"))).allowed
    assert not shipped().decide(replace(request, action="case:burn")).allowed
    strange = replace(request, context=replace(request.context, purpose="curiosity"))
    assert shipped().decide(request).allowed or not shipped().decide(strange).allowed


@given(requests())
def test_a_record_of_which_something_is_missing_is_denied(request):
    names = [one.name for one in fields(request.resource) if one.name != "author_unit"]
    for name in names:
        verdict = shipped().decide(replace(request, resource=replace(request.resource, **{name: None})))
        assert not verdict.allowed
        assert verdict.why in {"policy_failed", "not_permitted"}
    missing = replace(request, context=replace(request.context, glass=None))
    assert shipped().decide(missing).why == "policy_failed"


@given(requests())
def test_a_verdict_depends_on_who_is_who_and_on_no_identifier_itself(request):
    assert shipped().decide(unnamed(request)) == shipped().decide(request)
    others = {}
    new = lambda value: others.setdefault(value, uuid4())  # noqa: E731
    who = replace(request.principal, who=new(request.principal.who), organisation=new(request.principal.organisation))
    about = {
        one.name: new(value)
        for one in fields(request.resource)
        if hasattr(value := getattr(request.resource, one.name), "hex")
    }
    elsewhere = replace(request, principal=who, resource=replace(request.resource, **about))
    assert shipped().decide(elsewhere) == shipped().decide(request)


def test_from_outside_a_case_is_read_under_broken_glass_at_most_and_its_duties_by_a_coordinator():
    outside = [one for one in allowed(Case) if one.principal.organisation != one.resource.organisation]
    by = {}
    for one in outside:
        by.setdefault(one.principal.role, set()).add((one.action, one.context.glass))
    glass = ("none", "in_force", "over")
    assert by.pop("coordinator") == {(action, one) for action in ("duty:read", "duty:done") for one in glass}
    assert {one.resource.case == one.principal.who for one in outside if one.principal.role == "person"} == {True}
    assert set(by) == {*KEEPERS, "person"}
    for role in KEEPERS:
        assert {action for action, one in by[role] if one != "in_force"} == {"glass:break"}
        assert {action for action, _ in by[role]} <= GLASS_READS | {"glass:break", "glass:end"}
        assert ("group:read", "in_force") in by[role]


def test_broken_glass_lets_nobody_read_what_their_role_does_not_read_at_home():
    for one in allowed(Case):
        if one.action in GLASS_READS and one.principal.role in KEEPERS:
            home = replace(one, resource=replace(one.resource, organisation=one.principal.organisation))
            assert shipped().decide(home).allowed


def test_a_group_that_the_purpose_does_not_need_is_opened_by_those_who_keep_the_case_alone():
    beyond = [one for one in allowed(Case) if not one.context.groups <= one.context.purpose_groups]
    assert {one.context.purpose for one in beyond} == {"case_management"}
    assert {one.principal.role for one in beyond} == set(KEEPERS)
    assert all(one.principal.organisation == one.resource.organisation for one in beyond)


def test_only_those_who_keep_cases_their_coordinator_and_the_person_ever_come_near_one():
    assert {one.principal.role for one in allowed(Case)} == {*KEEPERS, "coordinator", "person"}
    assert {one.principal.role for one in allowed(Referral)} == {"caseworker", "supervisor", "provider"}
    assert {one.action for one in allowed(Case) if one.principal.role == "coordinator"} == {"duty:read", "duty:done"}


def test_nobody_decides_on_a_proposal_of_their_own_or_of_their_unit():
    decided = [one for one in allowed(Bundle) if one.action.split(":")[1] in {"approve", "reject"}]
    assert {one.principal.role for one in decided} == {"rule_approver"}
    assert not any(one.principal.who == one.resource.author for one in decided)
    assert not any(None in {one.principal.unit, one.resource.author_unit} for one in decided)
    assert not any(one.principal.unit == one.resource.author_unit for one in decided)


def test_nobody_gives_themselves_rights():
    own = [one for one in allowed(Account) if one.principal.who == one.resource.who]
    assert {one.action for one in own} == {"user:read", "glass:list"}


def test_a_service_reaches_nothing_but_its_own_referrals_entry_and_sessions():
    mine = [one for one in allowed() if one.principal.role == "provider"]
    assert {type(one.resource).__name__ for one in mine} == {"Referral", "Entry", "Session"}
    for one in mine:
        kept = one.resource.who if isinstance(one.resource, Session) else one.resource.service
        assert kept == (one.principal.who if isinstance(one.resource, Session) else one.principal.organisation)


def test_the_person_reaches_nothing_but_their_own_case_and_session():
    mine = [one for one in allowed() if one.principal.role == "person"]
    assert {type(one.resource) for one in mine} == {Case, Session}
    for one in mine:
        assert one.principal.who == (one.resource.case if isinstance(one.resource, Case) else one.resource.who)


def test_who_calls_themselves_the_program_may_do_nothing():
    said = {verdict.why for one, verdict in everything() if one.principal.role == "worker"}
    assert said == {"not_permitted"}


def test_who_may_ever_do_something_is_whoever_is_allowed_it_once():
    """So a role that is sent away before anything is looked for was not to be let in by any record."""
    once = {(one.principal.role, one.action, type(one.resource)) for one in allowed()}
    assert once == {
        (role, action, kind) for action, kind in shipped().pairs for role in ROLES if shipped().ever(role, action, kind)
    }


def test_that_a_record_is_anothers_is_the_reason_only_where_ones_own_would_be_opened():
    for one, verdict in everything():
        if verdict.why == "other_organisation":
            assert shipped().ever(one.principal.role, one.action, type(one.resource))
        if verdict.why == "glass_over":
            assert one.context.glass == "over"
