"""The groups about the exploiters, about consent and the person's own voice, and about evidence."""

from __future__ import annotations

from typing import Literal

from nrm.case.fields import Day, Line, Part, Story, ThreeWay, Tongue, block, coded, flag, listed, told

Relation = Literal["intimate_partner", "friend", "family_member", "employer_or_agent", "stranger", "other_relation"]
Role = Literal[
    "travelling_partner", "transporter", "recruiter_or_intermediary", "broker_or_travel_agent", "smuggler", "abuser",
    "kidnapper", "exploiter", "other",
]  # fmt: skip
Purpose = Literal["referral", "share_identity", "police_contact", "share_abroad", "statistics"]
EvidenceKind = Literal[
    "digital", "financial_records", "documents", "medical_report", "other_witnesses", "physical_objects"
]  # fmt: skip


class Exploiter(Part):
    """One exploiter; who may read this is stricter than for the rest of the record."""

    name: Line | None = told("Name or nickname of the exploiter.")
    description: Story | None = told("What is known of the exploiter.", htcds="per_RoleDetails")
    roles: tuple[Role, ...] = listed("What the exploiter did.", htcds="per_RoleInProcess")
    relation: Relation | None = told("What the exploiter was to the person.", htcds="vic_RelationshipToTrafficker")
    whereabouts: Story | None = told("Where the exploiter is.")
    knows_location: ThreeWay = flag("Whether the exploiter knows where the person is now.")


class Exploiters(Part):
    """The exploiters, as far as they are known."""

    people: tuple[Exploiter, ...] = listed("Each exploiter.")
    recruiter_relations: tuple[Relation, ...] = coded("What those who recruited the person were to them.", ())
    last_contact_on: Day | None = told("The day of the last contact with an exploiter.", past=True)
    last_contact: Literal[
        "within_a_week", "within_a_month", "within_three_months", "within_six_months", "within_a_year",
        "over_a_year_ago", "unknown",
    ] = told("How long ago that was; read only when the day is not known.", "unknown")  # fmt: skip
    last_contact_details: Story | None = told("What the last contact was.")
    exploiter_knows_location: ThreeWay = flag("Whether an exploiter knows where the person is now.", fact=True)
    debt_owed_to_exploiter: ThreeWay = flag("Whether the exploiters say that the person owes them money.", fact=True)
    debt_details: Line | None = told("How much is said to be owed, and for what.")
    reported_by_employer: ThreeWay = flag(
        "Whether the employer or manager reported or handed over the person.", fact=True
    )


class ConsentEntry(Part):
    """One answer of the person, or of their guardian, to one question of consent; entries are added, never changed."""

    purpose: Purpose = told("What was asked.", ..., htcds="con_Consent")
    state: Literal["given", "refused", "withdrawn"] = told("What was answered.", ..., htcds="con_Consent")
    on: Day = told("The day of the answer.", ..., past=True)
    until: Day | None = told("The last day on which a consent that was given holds.")
    by: Literal["self", "guardian"] | None = told("Who answered.")
    withhold: Line | None = told("What must not be shared all the same.")
    reason: Story | None = told("The reason, if the person wished to give one.")
    wording_version: Line | None = told("The version of the wording that was read out.")
    language: Tongue | None = told("The language in which it was asked, as an ISO 639 code.")
    interpreter: Line | None = told("Who interpreted.")
    ordered = (("on", "until"),)


class Review(Part):
    """One time the plan was gone through with the person."""

    on: Day = told("The day of the review.", ..., past=True)
    by: Line | None = told("Who reviewed the plan with the person.")
    feedback: Story | None = told("What the person said about the help they get.")
    satisfied: ThreeWay = flag("Whether the person says that the help meets their needs.")


class Complaint(Part):
    """One complaint of the person."""

    on: Day | None = told("The day of the complaint.", past=True)
    about: Story | None = told("What it is about.")
    answered_on: Day | None = told("The day it was answered.")
    answer: Story | None = told("What was answered.")
    ordered = (("on", "answered_on"),)


class Withdrawal(Part):
    """The person's own choice to leave the mechanism, and to come back."""

    on: Day | None = told("The day the person left.", past=True)
    signed_by: Line | None = told("Who signed.")
    reason: Story | None = told("The reason, if the person wished to give one.")
    returned_on: Day | None = told("The day the person came back.", past=True)
    ordered = (("on", "returned_on"),)


class Consent(Part):
    """What the person has agreed to, and their own voice on the help they get."""

    entries: tuple[ConsentEntry, ...] = listed("The ledger: each answer to a question of consent.")
    reviews: tuple[Review, ...] = listed("Each time the plan was gone through with the person.")
    complaints: tuple[Complaint, ...] = listed("Each complaint.")
    withdrawal: Withdrawal = block(Withdrawal, "The person's choice to leave the mechanism.")


class EvidenceItem(Part):
    """One piece of evidence besides what the person says."""

    kind: EvidenceKind = told("What kind of evidence it is.", ...)
    title: Line | None = told("What the file or object is called.")
    description: Story | None = told("What it shows.")
    hash: Line | None = told("SHA-256 of the file, in hexadecimal.")
    received: Day | None = told("The day it was received.", past=True)


class Evidence(Part):
    """What supports the account."""

    items: tuple[EvidenceItem, ...] = listed("Each piece of evidence.")
