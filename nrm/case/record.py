"""The case record: everything that is known about one person's case, in groups."""

from __future__ import annotations

from typing import Literal

from nrm.case.fields import Country, Day, Id, Line, Part, Story, ThreeWay, Whole, block, flag, listed, told
from nrm.case.groups import (
    Account,
    Consent,
    Contact,
    Evidence,
    Exploiters,
    Family,
    Health,
    Identity,
    Immigration,
    Legal,
)

CodedFacts = dict[str, str | tuple[str, ...]]


class Answer(Part):
    """One question that was asked on a form, and in which wording."""

    question: Line = told("The key of the question, as the form names it.", ...)
    question_set: Line = told("The version of the wording in which it was asked, or `unknown`.", ...)
    on: Day | None = told("The day of the answer.", past=True)


class Envelope(Part):
    """What the record itself is: its names, its place and its state."""

    id: Id | None = told("The identifier of the case, a UUID.")
    external_id: Line | None = told("The sender's own identifier, so that the same report is taken in only once.")
    reference: Line | None = told("The sender's reference.")
    type: Literal["NRM", "DTN"] | None = told("A referral (NRM), or a notification without identity (DTN).")
    jurisdiction: Country | None = told("The country whose mechanism this is, as an ISO 3166 two-letter code.")
    status: Literal["Active", "FollowUp", "Closed", "ClosedReferred"] | None = told(
        "The state of the case.", htcds="cas_Status"
    )
    version: Whole | None = told("The version of the record, counted up at each change.")
    question_set: Line | None = told("The version of the wording of the questions that these answers answer.")
    answers: tuple[Answer, ...] = listed("Each answer that came from a form, with the version of its wording.")
    opened: Day | None = told("The day the case was opened.", htcds="cas_IncomingReferralDate", past=True)
    closed: Day | None = told("The day the case was closed.", past=True)
    closure_reason: Story | None = told("Why the case was closed.", htcds="cas_ReasonForCaseClosure")
    retention_until: Day | None = told("The day after which the record is to be destroyed.")
    legal_hold: ThreeWay = flag("Whether the record must be kept for a court.")
    ordered = (("opened", "closed"), ("closed", "retention_until"))


class CaseRecord(Part):
    """Everything known about one person's case; an empty record is valid, for the first minutes of an encounter."""

    case: Envelope = block(Envelope, "What the record itself is.")
    identity: Identity = block(Identity, "Who the person is.")
    contact: Contact = block(Contact, "How to reach the person safely.")
    account: Account = block(Account, "What the person tells, in free words.")
    facts: CodedFacts = told("Coded facts of the vocabulary that no other group holds.", default={})
    legal: Legal = block(Legal, "What the person is accused of and what is due to them.")
    immigration: Immigration = block(Immigration, "The person's right to be in the country.")
    health: Health = block(Health, "What the person needs from health services.")
    family: Family = block(Family, "The people who belong to the person.")
    exploiters: Exploiters = block(Exploiters, "The exploiters, as far as they are known.")
    consent: Consent = block(Consent, "What the person has agreed to, and their own voice.")
    evidence: Evidence = block(Evidence, "What supports the account.")


GROUPS = tuple(name for name in CaseRecord.model_fields if name != "case")
"""The names of the groups, in the order of the record."""
