"""Which everyday topic stands for an offer in a discreet letter.

INVARIANT (what is not listed is not named): an offer without a topic here is one of the "other questions". That is
right for whatever would tell of danger, flight, court or a crime by its topic alone: a safety plan, witness protection,
a safe journey, help after a forced marriage. So an offer that a country adds later tells nothing either.
"""

from __future__ import annotations

from typing import Literal, get_args

Topic = Literal["health", "language", "housing", "daily", "advice", "papers", "family", "learning", "other"]

TOPICS: tuple[Topic, ...] = get_args(Topic)
"""In the order in which a letter names them; the phrase of each is `letter_topic_<topic>`."""

OFFERS: dict[Topic, tuple[str, ...]] = {
    "health": (
        "emergency_medical_care",
        "medical_care",
        "sexual_reproductive_health_care",
        "maternal_care",
        "mental_health_care",
        "psychosocial_support",
        "crisis_support",
        "substance_dependence_treatment",
        "disability_support",
        "organ_removal_care",
    ),
    "language": ("communication_support", "interpretation", "sign_language_interpretation"),
    "housing": ("safe_accommodation", "child_accommodation", "family_accommodation"),
    "daily": ("material_assistance", "financial_assistance", "trust_fund_assistance"),
    "advice": ("legal_aid", "legal_counsel", "information_on_rights", "independent_advocate"),
    "papers": ("residence_permit", "work_permit", "identity_documents", "birth_registration"),
    "family": ("dependants_support", "guardian", "family_tracing", "family_reunification"),
    "learning": ("schooling", "vocational_training", "employment_support"),
}

_TOPIC: dict[str, Topic] = {code: topic for topic, codes in OFFERS.items() for code in codes}


def topic_of(offer: str) -> Topic:
    """Return the topic that stands for `offer`.

    >>> topic_of("maternal_care"), topic_of("witness_protection")
    ('health', 'other')
    """
    return _TOPIC.get(offer, "other")
