"""What tests of the use cases of referral say again and again, on an office (`offices`) with the small directory.

case = a_case(office)                                    # an adult in the north who needs much
agree(office, case)                                      # to all that a health service may know
one = ask_for(office, case).referral                     # medical care, of the clinic
said(office, after=before)                               # the entries since, as (verb, result or reason)
"""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from uuid import UUID

import offices
from offices import ON, asked
from small_directory import DIRECTORY, IDENTITIES, SIDECARS, SIGNERS

from nrm.bootstrap_services import FixedServices
from nrm.casework.clocks import posting, ticking
from nrm.casework.clocks.posting import Tried
from nrm.casework.items import RUNNING, clocks_of
from nrm.casework.referrals import answering, consenting, referring
from nrm.casework.referrals.services import organisation_of
from nrm.casework.safe import OpenCase
from nrm.errors import EngineError, Problem
from nrm.referral.package import read_package
from nrm.referral.reply import Reply, sign_reply

GROUPS = """\
contact: {current_region: North, interpretation_need: yes, channels: [{kind: own_phone, address: CanaryPhone}]}
account: {journey: CanaryJourney}
facts: {acts: [transportation], indicators: [found_where_exploitation_occurs]}
health: {urgent_medical_need: yes, mental_health_need: yes, notes: CanaryHealth}
"""
ADULT = "identity: {first_name: CanaryAna, birth_date: 1990-05-01, birth_date_basis: document}\n" + GROUPS
CHILD = "identity: {first_name: CanaryBo, birth_date: 2012-05-17, birth_date_basis: document}\n" + GROUPS
DANGER = "exploiters: {exploiter_knows_location: yes}\n"

WORKING_AT = UUID(int=77)
"""Somebody who works at a service."""


def a_case(office, text=ADULT, who=None):
    case = office.open(text, who).case
    office.decide(case, who)
    return case


def agree(office, case, disclosure="share_with_health", state="given", by="self", **more):
    said = consenting.Said(state, disclosure, by, **more)
    return consenting.note_consent(office.desk, asked(), case, said)


def ask_for(office, case, offer="medical_care", who=None, **more):
    return referring.refer(office.desk, who or asked(), case, referring.Request(offer=offer, **more), ON)


def tell(office, case, disclosure, service, **more):
    wanted = referring.Request(disclosure=disclosure, service=service, **more)
    return referring.refer(office.desk, asked(), case, wanted, ON)


def agreed_and_sent(office, offer="medical_care", disclosure="share_with_health", text=ADULT, **more):
    """A case with a referral that was sent under a consent of the person."""
    case = a_case(office, text)
    agree(office, case, disclosure)
    return case, ask_for(office, case, offer, **more).referral


def of_service(service):
    return asked("provider", organisation_of(service), WORKING_AT)


def answers(office, service, referral, verb, reason=None):
    return answering.answer(office.desk, of_service(service), referral, verb, None, reason)


def later(office, **delta):
    """Let time pass."""
    office.seconds = count(next(office.seconds) + int(timedelta(**delta).total_seconds()))


def tick(office):
    return ticking.tick(office.desk, set(), 1000)


def post(office, *endings, seen=None):
    """One round of deliveries that end as `endings` say; `seen` is told of each."""
    turn = iter(endings)

    def carry(*given):
        if seen is not None:
            seen.append(given)
        return next(turn, Tried("waiting"))

    return posting.post(office.desk, carry)


def in_unit(office, case, work):
    """What `work` finds with the case open."""

    def opened(unit):
        return work(unit, OpenCase.of(unit.cases.get(case), office.keyring))

    return office.store.run(opened)


def clocks(office, case):
    return [one for _, one in in_unit(office, case, clocks_of)]


def tasks(office, case, offer=None):
    """Codes of the tasks that run, all or those for one offer."""
    running = [one for one in clocks(office, case) if one.kind == "task" and one.state in RUNNING]
    return sorted(one.code for one in running if offer is None or one.offer == offer)


def referral_of(office, case, referral):
    found = {one.id: one for one, _ in referring.referrals(office.desk, asked(), case)}
    return found[referral]


def lying(office, case):
    """The messages that lie in the outbox for a case."""
    return office.store.run(lambda unit: unit.outbox.of(case))


def opened(office, service, body):
    return read_package(body, IDENTITIES[service], [f"{offices.ORIGIN} {office.desk.counter.signer.public}"])


def reply_of(office, one, verb, reason=None, signer=None, **changes):
    fields = {"referral": one.id, "message": one.message, "verb": verb, "reason": reason, "at": office.now()}
    return sign_reply(Reply(**{**fields, "nonce": UUID(int=5), **changes}), signer or SIGNERS[one.service])


def said(office, after=0):
    """The entries after the first `after`: verb, result or reason."""
    entries = office.entries()[after:]
    return [(one.action.partition(":")[2], one.why or one.result) for one in entries]


def entries_of(office, verb, after=0):
    return [one for one in office.entries()[after:] if one.action.partition(":")[2] == verb]


def differ(office, monkeypatch):
    """Let the second engine answer no more, so that every decision is disputed from now on."""

    def broken(_self, _facts):
        raise EngineError(Problem("engine", 0, "it was broken by a test"))

    monkeypatch.setattr(type(office.books.engine(ON, None).rete), "steps", broken)


def with_services(office, directory=DIRECTORY, **changed):
    """The office with other services, or other records beside them."""
    office.services = FixedServices(directory, {**SIDECARS, **{one.key: one for one in changed.values()}})
    office.desk = office.desk_with(office.books)
    return office
