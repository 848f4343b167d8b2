"""The groups about who the person is, how to reach them safely, and what they tell."""

from __future__ import annotations

from typing import Literal

from nrm.case.fields import (
    Code,
    Country,
    Day,
    Line,
    Part,
    Story,
    ThreeWay,
    Tongue,
    Whole,
    block,
    coded,
    flag,
    listed,
    told,
)

Gender = Literal[
    "feminine", "masculine", "transgender_feminine", "transgender_masculine", "non_conforming", "unknown"
]  # fmt: skip
Papers = Literal["held", "withheld_by_others", "lost", "never_had", "false_papers", "unknown"]
Schooling = Literal[
    "early_childhood", "primary", "lower_secondary", "upper_secondary", "post_secondary_non_tertiary",
    "short_cycle_tertiary", "bachelor", "master", "doctoral", "none", "unknown",
]  # fmt: skip
Channel = Literal["own_phone", "email", "post", "through_organisation", "through_trusted_person"]
PlaceKind = Literal["in_this_country", "in_another_country", "in_transit", "at_sea", "online", "unknown"]


class AgeAssessment(Part):
    """One assessment of the person's age."""

    result: Literal["adult", "child", "inconclusive"] = told("What the assessment found.", ...)
    on: Day | None = told("The day of the assessment.", past=True)
    by: Line | None = told("Who assessed.")
    method: Line | None = told("How the age was assessed.")
    disputed: ThreeWay = flag("Whether the person or anyone on their side disputes the result.")


class IdentityNumber(Part):
    """One number under which an authority knows the person."""

    kind: Line | None = told("What kind of number or paper it is, such as passport or asylum reference.")
    number: Line | None = told("The number itself.", htcds="prs_IdentityNumber")
    country: Country | None = told("The country that issued it.")


class Identity(Part):
    """Who the person is."""

    first_name: Line | None = told("First name.", htcds="prs_FirstName")
    middle_name: Line | None = told("Middle name.", htcds="prs_MiddleName")
    last_name: Line | None = told("Last name.", htcds="prs_SecondName")
    alias: Line | None = told("Nickname, or the name used during the exploitation.")
    birth_date: Day | None = told("Date of birth, if there is one to go by.", htcds="prs_Birthdate", past=True)
    birth_date_basis: Literal["document", "stated", "estimated"] | None = told("What the date of birth rests on.")
    age_as_stated: Literal["under_18", "over_18", "unknown"] = told(
        "Whether the person says that they are under 18 or 18 and over.", "unknown"
    )
    age_stated_on: Day | None = told("The day on which the person said so.", past=True)
    age_assessments: tuple[AgeAssessment, ...] = listed("Every assessment of the person's age.")
    gender: Gender = coded("The gender the person says is theirs.", htcds="prs_Gender")
    citizenships: tuple[Country, ...] = listed("Citizenships, as ISO 3166 two-letter codes.", htcds="prs_Citizenship")
    birth_registered: ThreeWay = flag("Whether the birth was entered in an official register.", fact=True)
    identity_documents: Papers = coded("Where the person's own identity papers are now.")
    identity_numbers: tuple[IdentityNumber, ...] = listed("Numbers under which authorities know the person.")
    birthplace: Line | None = told("Place of birth.")
    marital_status: Literal[
        "single", "married", "widowed", "divorced", "separated", "registered_partnership", "unknown"
    ] = told("Marital status.", "unknown", htcds="prs_MaritalStatus")
    education: Schooling = told(
        "Highest level of education (ISCED 2011).", "unknown", htcds="prs_HighestLevelOfEducation"
    )
    background: Story | None = told("Family, education and work before the exploitation, in words.")


class ContactChannel(Part):
    """One way to reach the person."""

    kind: Channel = told("What kind of channel it is.", ...)
    address: Line | None = told("The number or address itself.")
    held_by: Line | None = told("Whose it is, when it is not the person's own, and what they are to the person.")
    permission: ThreeWay = flag("Whether the person has agreed that news may go through someone else.")
    safe: ThreeWay = flag("Whether the person has said that it is safe to reach them here.")
    note: Line | None = told("When and how to use it safely.")


class Contact(Part):
    """How to reach the person and be understood without putting them in danger."""

    channels: tuple[ContactChannel, ...] = listed("Each way to reach the person, and whether it is safe.")
    no_channel_reason: Story | None = told("Why the person cannot be reached directly.")
    decisions_go_to: Line | None = told("Who receives decision letters, when it is not the person.")
    decisions_permission: ThreeWay = flag("Whether the person has agreed that letters go to someone else.")
    current_town: Line | None = told("Town where the person is now.", htcds="prs_MailingCity")
    current_region: Line | None = told("Region where the person is now.", htcds="prs_MailingState")
    languages: tuple[Tongue, ...] = listed("Languages, best first, as ISO 639 codes.", htcds="prs_PrimaryLanguage")
    interpretation_need: ThreeWay = flag("Whether the person needs an interpreter.", fact=True)
    interpreter_gender: Literal["feminine", "masculine", "no_preference", "unknown"] = told(
        "The gender of interpreter that the person prefers.", "unknown"
    )
    sign_language_need: ThreeWay = flag("Whether the person needs sign language.", fact=True)
    communication_aid: Line | None = told("Other help the person needs to communicate.")


class Situation(Part):
    """One situation of exploitation; a person may have been in several."""

    start: Day | None = told("The day it began.", past=True)
    end: Day | None = told("The day it ended.", past=True)
    place_kind: PlaceKind = told("What kind of place it was.", "unknown")
    country: Country | None = told("The country in which it was.")
    town: Line | None = told("The town or address.")
    purposes: tuple[Code, ...] = listed(
        "What the person was exploited for, as codes of the fact `purposes`.", htcds="vic_TypeOfExploitation"
    )
    exploiters: Story | None = told("Who the exploiters were, as the person describes them.")
    ordered = (("start", "end"),)


class Referrer(Part):
    """Who met the person and reported."""

    organisation: Line | None = told("The organisation that reports.", htcds="cas_ReferringOrganisation")
    organisation_type: Line | None = told("What kind of organisation it is.", htcds="org_Type")
    name: Line | None = told("Name of the first responder.", htcds="cas_ReferringPrimaryCaseWorker")
    role: Line | None = told("Role of the first responder.")
    phone: Line | None = told("Work phone of the first responder.", htcds="org_Phone")
    email: Line | None = told("Work e-mail of the first responder.")
    other_email: Line | None = told("Another e-mail of the organisation, for when the first responder is away.")
    place_of_report: Line | None = told("Where the report is made.")


class Account(Part):
    """What the person tells and what the first responder saw, in free words."""

    referrer: Referrer = block(Referrer, "Who met the person and reports.")
    situations: tuple[Situation, ...] = listed("Each situation of exploitation.")
    how_it_started: Story | None = told("How the person came to be exploited.")
    journey: Story | None = told("Where the person was taken, and how.", htcds="hte_Description")
    what_they_had_to_do: Story | None = told("What the person had to do.")
    living_conditions: Story | None = told("How the person lived.")
    treatment: Story | None = told("How the person was treated.")
    kept_by: Story | None = told("What keeps the person in the situation, if they are still in it.")
    how_they_left: Story | None = told("How the person left the situation.")
    reported_before: ThreeWay = flag("Whether the person has reported this before.")
    reported_before_details: Story | None = told("To whom it was reported, and what followed.")
    why_not_sooner: Story | None = told("What prevented the person from reporting sooner.")
    other_victims: Story | None = told("What is known of others in the same situation, without their names.")
    future_concerns: Story | None = told("Why the person may be exploited again.")
    professional_insight: Story | None = told("What the first responder observed.")
    how_interviewed: Story | None = told("Where and how the person was spoken with, and who else was there.")
    others_involved: Story | None = told("Which other professionals are involved.")
    age_when_trafficked: Whole | None = told("Age when the exploitation began, as told.", htcds="vic_AgeWhenTrafficked")
