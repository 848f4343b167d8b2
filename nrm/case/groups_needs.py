"""The groups about the person's right to be in the country, their health and their family."""

from __future__ import annotations

from typing import Literal

from nrm.case.fields import Country, Day, Line, Part, Story, ThreeWay, Whole, block, coded, flag, listed, told


class RemovalOrder(Part):
    """An order to leave the country."""

    made_on: Day | None = told("The day the order was made.", past=True)
    lifted_on: Day | None = told("The day the order was lifted.")
    removal_planned_on: Day | None = told("The day planned for the removal.")
    reference: Line | None = told("Its reference, and the authority.")
    ordered = (("made_on", "lifted_on"), ("made_on", "removal_planned_on"))


class SafetyAssessment(Part):
    """One assessment of whether something is safe for the person."""

    on: Day = told("The day of the assessment.", ..., past=True)
    result: Literal["safe", "not_safe", "inconclusive"] = told("What it found.", ...)
    by: Line | None = told("Who assessed.")
    reasons: Story | None = told("Why.")


class Immigration(Part):
    """The person's right to be in the country and to be protected in it."""

    stateless: ThreeWay = flag("Whether no country counts the person as its national.")
    at_risk_of_statelessness: ThreeWay = flag("Whether the person is in danger of having no nationality.")
    residence_status: Literal[
        "citizen", "permanent_resident", "temporary_permit", "visitor", "seasonal_or_tied_worker",
        "asylum_seeker", "refugee", "irregular", "unknown",
    ] = coded("On what ground the person is in the country today.")  # fmt: skip
    permit_until: Day | None = told("The last day of the person's permit.")
    visa_tied_to_employer: ThreeWay = flag("Whether the visa is tied to one employer.", fact=True)
    displacement: Literal[
        "none", "refugee_movement", "internally_displaced", "large_movement", "disaster_or_emergency", "unknown"
    ] = coded("Whether the person is moving with others who had to flee.")
    removal_order: ThreeWay = flag("Whether an authority has ordered that the person must leave.", fact=True)
    removal: RemovalOrder = block(RemovalOrder, "The order to leave the country.")
    asylum_claim: Literal["made", "wishes_to_make", "none", "refused", "unknown"] = coded(
        "Whether the person has asked or wants to ask for protection as a refugee."
    )
    fears_return: ThreeWay = flag("Whether the person is afraid of going back.", fact=True)
    return_wish: Literal["wishes_to_return", "wishes_to_stay", "undecided", "unknown"] = coded(
        "Whether the person wants to go back or to stay."
    )
    return_assessments: tuple[SafetyAssessment, ...] = listed("Each assessment of whether return would be safe.")


class Health(Part):
    """What the person needs from health services."""

    urgent_medical_need: ThreeWay = flag("Whether the person needs medical care right away.", fact=True)
    long_term_health_need: ThreeWay = flag("Whether the person needs care for a long time.", fact=True)
    sexual_reproductive_health_need: ThreeWay = flag(
        "Whether the person needs care for their sexual or reproductive health.", fact=True
    )
    pregnant: ThreeWay = flag("Whether the person is pregnant.", fact=True)
    mental_health_need: ThreeWay = flag("Whether the person needs care for their mental health.", fact=True)
    self_harm_risk: ThreeWay = flag("Whether the person may harm themself.", fact=True)
    substance_dependence: ThreeWay = flag("Whether the person depends on drugs, alcohol or medicines.", fact=True)
    disability_need: ThreeWay = flag("Whether the person needs support because of a disability.", fact=True)
    organ_removal: Literal["none", "planned_or_threatened", "removed", "unknown"] = coded(
        "Whether an organ was taken or was going to be taken."
    )
    notes: Story | None = told("Injuries, illnesses, medicines and allergies, in words.")


class Child(Part):
    """One child of the person."""

    name: Line | None = told("Name of the child.")
    birth_date: Day | None = told("Date of birth of the child.", past=True)
    country: Country | None = told("The country in which the child is.")
    with_person: ThreeWay = flag("Whether the child is with the person.")


class Dependant(Part):
    """Somebody else who depends on the person."""

    name: Line | None = told("Name of the dependant.")
    relation: Line | None = told("What the dependant is to the person.")
    with_person: ThreeWay = flag("Whether the dependant is with the person.")


class Relative(Part):
    """A family member who may be in danger, or who may have taken part."""

    name: Line | None = told("Name of the relative.")
    relation: Line | None = told("What the relative is to the person.")
    country: Country | None = told("The country in which the relative is.")
    at_risk: ThreeWay = flag("Whether someone may harm the relative.")
    implicated: ThreeWay = flag("Whether there are signs that the relative took part in the exploitation.")


class Guardian(Part):
    """The guardian appointed for a child."""

    name: Line | None = told("Name of the guardian.")
    organisation: Line | None = told("Organisation of the guardian.")
    phone: Line | None = told("Phone of the guardian.")
    email: Line | None = told("E-mail of the guardian.")
    appointed_on: Day | None = told("The day of the appointment.", past=True)
    ended_on: Day | None = told("The day the appointment ended.")
    ordered = (("appointed_on", "ended_on"),)


class ChildProtection(Part):
    """The local authority that protects the child."""

    authority: Line | None = told("Name of the local authority.")
    name: Line | None = told("Name of the contact there.")
    phone: Line | None = told("Phone of the authority.")
    email: Line | None = told("E-mail of the authority.")
    told_on: Day | None = told("The day on which the authority was told.", past=True)
    school: Line | None = told("The child's school.")


class Family(Part):
    """The people who belong to the person."""

    number_of_children: Whole | None = told("How many children the person has.", htcds="prs_NumberOfChildren")
    children: tuple[Child, ...] = listed("Each child of the person.")
    dependants: tuple[Dependant, ...] = listed("Each other dependant.")
    dependants_with_person: ThreeWay = flag("Whether children or other dependants are with the person.", fact=True)
    relatives: tuple[Relative, ...] = listed("Relatives who may be in danger or who may have taken part.")
    family_at_risk: ThreeWay = flag("Whether someone may harm the family.", fact=True)
    witnesses_at_risk: ThreeWay = flag("Whether someone may harm witnesses.", fact=True)
    family_implicated: ThreeWay = flag("Whether a family member may have taken part.", fact=True)
    family_contact_wish: Literal["wishes_contact", "does_not_wish_contact", "undecided", "unknown"] = coded(
        "Whether the person wants to be in touch with their family."
    )
    contact_assessments: tuple[SafetyAssessment, ...] = listed("Each assessment of whether family contact is safe.")
    child_accompaniment: Literal["with_parent_or_guardian", "separated", "unaccompanied", "unknown"] = coded(
        "Whether a parent or guardian is with the child."
    )
    guardian_appointed: ThreeWay = flag("Whether a guardian has been appointed for the child.", fact=True)
    guardian: Guardian = block(Guardian, "The guardian appointed for the child.")
    best_interests_determination: Literal["none", "under_way", "done", "unknown"] = coded(
        "Whether what is best for the child has been decided."
    )
    best_interests: Story | None = told("What was found to be best for the child, and why.")
    child_protection: ChildProtection = block(ChildProtection, "The local authority that protects the child.")
