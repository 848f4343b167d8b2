"""The groups about the person's position before the law."""

from __future__ import annotations

from typing import Literal

from nrm.case.fields import Country, Day, Line, Part, Story, ThreeWay, block, coded, flag, listed, told

Sphere = Literal["criminal", "civil", "administrative", "immigration"]
Custody = Literal["police_custody", "criminal_detention", "immigration_detention", "protective_custody"]
Willing = Literal["yes", "no", "undecided", "unknown"]
Loss = Literal["unpaid_wages", "physical_injury", "moral_harm", "property_taken", "recruitment_fees"]


class Accusation(Part):
    """One thing the person is or was accused of."""

    kind: Sphere = told("Under which kind of law the person is accused.", ...)
    offence: Story | None = told("What the person is accused of, with the article or code.")
    on: Day | None = told("The day of the accusation.", past=True)
    court: Line | None = told("The court or authority, and its reference.")
    linked: ThreeWay = flag("Whether the act came from the trafficking.")
    charged: ThreeWay = flag("Whether the person has been charged.")
    plea: Literal["none", "guilty", "not_guilty", "unknown"] = told("What the person has answered to it.", "unknown")
    plea_due: Day | None = told("The day by which the person has to answer.")
    outcome: Literal["open", "dropped", "acquitted", "penalised", "unknown"] = told("What became of it.", "unknown")
    penalty: Line | None = told("The penalty, if there was one.")
    notified: ThreeWay = flag("Whether the prosecutor or authority knows of the trafficking.")


class DetentionSpell(Part):
    """One time during which an authority held the person."""

    kind: Custody = told("What kind of detention it is.", ...)
    start: Day | None = told("The day it began.")
    end: Day | None = told("The day of release.")
    place: Line | None = told("Where the person is or was held.")
    ordered = (("start", "end"),)


class Decision(Part):
    """One decision of an authority on whether the person is a victim of trafficking."""

    stage: Literal["reasonable", "conclusive"] = told(
        "Whether it is about reasonable grounds or conclusive grounds.", ..., htcds="vic_TraffickingStatus"
    )
    result: Literal["positive", "negative"] = told("What was decided.", ..., htcds="vic_TraffickingStatus")
    on: Day = told("The day of the decision.", ..., past=True)
    authority: Literal["police", "ngo", "court_or_prosecution", "non_police_government", "other", "unknown"] = told(
        "What kind of authority decided.", "unknown", htcds="vic_TraffickingStatusDecisionMakingOrg"
    )
    reasons: Story | None = told("The reasons that were given.")
    reconsideration_requested: ThreeWay = flag("Whether the person has asked for it to be looked at again.")


class RecoveryPeriod(Part):
    """The time to recover and think."""

    granted: ThreeWay = flag("Whether it has been granted.")
    start: Day | None = told("Its first day.")
    end: Day | None = told("Its last day, with every extension.")
    ordered = (("start", "end"),)


class Proceedings(Part):
    """One case against the exploiters."""

    stage: Literal["investigation", "prosecution", "trial", "concluded"] = told("How far it has gone.", ...)
    country: Country | None = told("The country in which it runs.")
    reference: Line | None = told("Its reference, and the authority.")


class Lawyer(Part):
    """The lawyer who acts for the person."""

    name: Line | None = told("Name of the lawyer.")
    organisation: Line | None = told("Firm or organisation.")
    phone: Line | None = told("Phone of the lawyer.")
    email: Line | None = told("E-mail of the lawyer.")


class Legal(Part):
    """What the person is accused of and what is due to them."""

    accusations: tuple[Accusation, ...] = listed("Each thing the person is or was accused of.")
    unrelated_past_conviction: ThreeWay = flag(
        "Whether the person was convicted before of something unconnected with the trafficking.", fact=True
    )
    detention: Literal[
        "none", "police_custody", "criminal_detention", "immigration_detention", "protective_custody", "unknown"
    ] = coded("Whether an authority is holding the person today, and in what way.")
    detention_spells: tuple[DetentionSpell, ...] = listed("Each time during which an authority held the person.")
    decisions: tuple[Decision, ...] = listed("Each decision on whether the person is a victim of trafficking.")
    recovery: RecoveryPeriod = block(RecoveryPeriod, "The time to recover and think.")
    proceedings_against_exploiters: Literal[
        "none", "investigation", "prosecution", "trial", "concluded", "unknown"
    ] = coded("How far the case against the exploiters has gone.")  # fmt: skip
    proceedings: tuple[Proceedings, ...] = listed("Each case against the exploiters.")
    crime_reported: ThreeWay = flag("Whether what happened has been reported to the authorities.", fact=True)
    crime_reference: Line | None = told("Crime reference under which the person is a victim.")
    police_force: Line | None = told("The police force that gave the reference.")
    willing_to_cooperate: Willing = coded(
        "Whether the person wants to work with the authorities; help never waits for it."
    )
    willing_to_testify: Willing = coded("Whether the person wants to testify; help never waits for it.")
    cooperation_details: Story | None = told("What the person said about working with the authorities.")
    testimony_needed: ThreeWay = flag("Whether the case needs the person to testify.", fact=True)
    interview_planned: ThreeWay = flag("Whether an authority plans to interview the person.", fact=True)
    losses: tuple[Loss, ...] = coded("What the person has lost or suffered.", ())
    has_lawyer: ThreeWay = flag("Whether a lawyer acts for the person.", fact=True)
    lawyer: Lawyer = block(Lawyer, "The lawyer who acts for the person.")
