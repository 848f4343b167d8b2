"""What can happen to a machine of referral, and how likely each is; see `referral_machine`."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from small_directory import CLINIC, COUNSEL, HOME, INTERPRETER, SECOND_LAWYER, SOUTH

OFFERS = {
    "medical_care": CLINIC,
    "emergency_medical_care": CLINIC,
    "psychosocial_support": COUNSEL,
    "safe_accommodation": SOUTH,
    "child_accommodation": HOME,
    "legal_aid": SECOND_LAWYER,
    "interpretation": INTERPRETER,
    "recovery_period": None,
    "guardian": None,
}
"""Offers, and a service that could be chosen for each; the last two are arranged without any."""

KINDS = {
    "share_with_health": CLINIC,
    "share_with_accommodation": SOUTH,
    "share_with_lawyer": SECOND_LAWYER,
    "share_with_interpreter": INTERPRETER,
    "share_with_mental_health": COUNSEL,
}
DUTY = "share_with_child_protection"
ANSWERS = ("receive", "accept", "decline", "start", "complete")
FROM = {
    "receive": {"sent"},
    "accept": {"sent", "received"},
    "decline": {"sent", "received", "accepted", "in_progress"},
    "start": {"accepted"},
    "complete": {"accepted", "in_progress"},
}
ENDINGS = ("delivered", "receipt", "later", "told", "impossible", "lost", "dies")
JUMPS = (
    *(timedelta(hours=1), timedelta(hours=7), timedelta(days=1), timedelta(days=3), timedelta(days=20)),
    *(timedelta(days=45), timedelta(days=100), -timedelta(seconds=1), -timedelta(minutes=10)),
)
NUMBER = st.integers(0, 7)
BEHIND = st.sampled_from([0, 0, 0, 1])
OFFER = st.sampled_from(sorted(OFFERS))
KIND = st.sampled_from(sorted(KINDS))
STATE = st.sampled_from(["given", "given", "refused", "withdrawn"])
WHO = st.sampled_from(["self", "guardian"])
LUCK = st.lists(st.sampled_from(ENDINGS), min_size=1, max_size=4)
GROUPS = st.sampled_from([(), (), (), ("contact",), ("contact", "health"), ("identity",)])
UNTIL = st.sampled_from([None, None, 0, 3, 30])
WAYS = st.sampled_from(["fetch", "fetch", "telephone", "directly", "directly", "writing", "forged"])
ROUNDS = 60
MOST_CASES = 3
SOAK = 1000


ACTIONS = []
"""The names of all actions, each as often as it is to be likely."""

GIVEN = {}
"""What each is given."""


def action(likely=1, **given):
    """Make a method one of the things that happen; one rule draws among all, or Hypothesis would leave out half."""

    def known(method):
        ACTIONS.extend([method.__name__] * likely)
        GIVEN[method.__name__] = given
        return method

    return known


def examples(few):
    """How many runs a test makes: `few`, and many more under the profile `soak`."""
    return few * 50 if settings.default.max_examples >= SOAK else few
