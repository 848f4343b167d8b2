"""Whatever is sent to any operation by anybody, the answer is one that the description names, and never a fault."""

import logging

import pytest
import structlog
from api_fuzzing import checks, fuzzed
from api_matrix import ASKERS
from api_office import Service
from api_recipes import Recipe, World
from hypothesis import settings
from offices import new_office
from schemathesis.checks import CHECKS, load_all_checks

from nrm.access import Case

OFTEN = 10**9
NOBODY, VISIT = "nobody", "visit"
ALL_CHECKS = "^/v1/(cases/search|cases/{case}|cases/{case}/referrals/{referral}/revoke|me/tokens|token|person/session)$"
"""Of these every edge is tried in each run; of all others in a run with `--hypothesis-profile=soak`."""


@pytest.fixture(scope="module", autouse=True)
def _quiet():
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    office = new_office(tmp_path_factory.mktemp("schemathesis"))
    return World(Service(office, reads=OFTEN, writes=OFTEN, tries=OFTEN))


@pytest.fixture
def soak():
    """Whether it may take long."""
    return settings().max_examples > settings.get_profile("default").max_examples


def token_of(world, role):
    if role == NOBODY:
        return None
    return world.ours["visit"] if role == VISIT else world.asker(Recipe(Case), role, "own").token


@pytest.mark.parametrize("role", [*ASKERS, VISIT, NOBODY])
def test_no_answer_is_undocumented_or_a_fault_whoever_asks(world, soak, role):
    world.again()
    found = fuzzed(world, token_of(world, role), role, examples=100 if soak else 1, coverage=soak)
    assert found.faults == {}, "\n".join(f"{check} {label}: {said}" for (check, label), said in found.faults.items())
    assert found.calls > 150
    assert not any(status >= 500 for status in found.statuses)


def test_every_edge_of_some_operations_is_tried_with_every_check(world):
    world.again()
    found = fuzzed(world, token_of(world, "supervisor"), "supervisor", examples=2, coverage=True, only=ALL_CHECKS)
    assert found.faults == {}, "\n".join(f"{check} {label}: {said}" for (check, label), said in found.faults.items())
    load_all_checks()
    never = set(CHECKS.get_all_names()) - found.checks.keys() - {"max_response_time"}
    assert never == set(), "these were not made at all"


def test_no_check_is_off():
    load_all_checks()
    on = checks()
    assert [name for name in CHECKS.get_all_names() if not getattr(on, name).enabled] == []
