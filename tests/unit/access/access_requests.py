"""Requests for tests of the policies: any that Hypothesis thinks of, and every one that differs in what can matter."""

from dataclasses import replace
from functools import cache
from itertools import product
from uuid import UUID

from hypothesis import strategies as st

from nrm.access import KINDS, ROLES, Case, Context, Principal, Request, shipped
from nrm.access.request import ATTRIBUTES

OURS, THEIRS, WHO, OTHER = (UUID(int=number) for number in (101, 102, 103, 104))
ACTIONS = sorted({action for action, _ in shipped().pairs})

IDS = st.sampled_from([OURS, THEIRS, WHO, OTHER])
UNITS = st.sampled_from([None, "a", "b"])
GROUPS = st.frozensets(st.sampled_from(["identity", "health", "account"]))


@st.composite
def requests(draw):
    """Any request that is well-formed, about what some policy speaks of; most are denied."""
    action, kind = draw(st.sampled_from(shipped().pairs))
    given = {"author_unit": UNITS, "about": st.sampled_from(["caseload", "access"]), "service": IDS}
    if kind.__name__ == "Account":
        given["service"] = st.booleans()
    about = kind(**{name: draw(given.get(name, IDS)) for name in ATTRIBUTES[kind]})
    who = Principal(draw(IDS), draw(IDS), draw(st.sampled_from(ROLES)), draw(UNITS))
    purpose = draw(st.sampled_from(["case_management", "schooling"]))
    glass = draw(st.sampled_from(["none", "in_force", "over"]))
    return Request(who, action, about, Context(purpose, draw(GROUPS), draw(GROUPS), glass))


SOME = frozenset({"identity"})
FOOTINGS = [
    Context(purpose, groups, carried, glass)
    for (purpose, groups, carried), glass in product(
        [
            ("case_management", frozenset(), frozenset()),
            ("case_management", SOME, frozenset()),
            ("schooling", SOME, SOME),
            ("schooling", SOME, frozenset()),
        ],
        ["none", "in_force"],
    )
] + [Context(glass="over")]
VALUES = {
    "organisation": (OURS, THEIRS),
    "case": (WHO, OTHER),
    "who": (WHO, OTHER),
    "author": (WHO, OTHER),
    "author_unit": ("a", "b", None),
    "about": ("caseload", "access"),
}


@cache
def everything():
    """Every request that differs in what policies can look at, with its verdict."""
    return [(request, shipped().decide(request)) for request in _every()]


def allowed(*kinds):
    """Every request on these kinds of record that is allowed."""
    return [one for one, verdict in everything() if verdict.allowed and type(one.resource) in (kinds or KINDS)]


def _every():
    for (action, kind), role in product(shipped().pairs, ROLES):
        service = (True, False) if kind.__name__ == "Account" else (OURS, THEIRS)
        choices = [VALUES.get(name, service) for name in ATTRIBUTES[kind]]
        for values in product(*choices):
            for footing in FOOTINGS if kind is Case else FOOTINGS[:1]:
                who = Principal(WHO, OURS, role, "a")
                request = Request(who, action, kind(*values), footing)
                yield request
                if "author" in ATTRIBUTES[kind]:
                    yield replace(request, principal=replace(who, unit=None))
