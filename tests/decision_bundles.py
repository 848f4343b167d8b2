"""Decision bundles for tests: an office, an overseer with a key, and what they open.

made = decided(office)                                     # a case, a decision, its event, all in the log
sealed = exported(office, made)                            # by a caseworker, for the overseer
contents(sealed)                                           # the files in it, as nobody but the overseer sees them
"""

import re
from dataclasses import dataclass
from uuid import UUID

import pyrage
from offices import ORIGIN, THEIRS, asked
from sealed_packages import new_identity

from nrm.audit.note import Verifier
from nrm.audit.source import DirectorySource
from nrm.bootstrap_books import archived
from nrm.casework.oversight.again import decide_again
from nrm.casework.oversight.bundle import bundle_for_event, decision_bundle
from nrm.casework.oversight.form import NAMESPACE, open_bundle
from nrm.engine.decide import Engine
from nrm.referral.archive import read_tar, write_tar
from nrm.rulebook.resolve import rulebook_on

IDENTITY, RECIPIENT = new_identity()
OVERSEER = UUID(int=77)
SMALL = "facts: {signs: [debt], age_status: child, days_detained: 3}\n"


@dataclass(frozen=True)
class Made:
    case: UUID
    decision: UUID
    event: UUID


def overseer(**more):
    return asked("overseer", organisation=THEIRS, who=OVERSEER, **more)


def decided(office, text=SMALL, *, published=True, **more):
    case = office.open(text).case
    decision = office.decide(case, **more).decision
    event = next(one for one in reversed(office.entries()) if one.action == "cli:decision:make").event
    if published:
        office.sequencer.run()
    return Made(case, decision, event)


def exported(office, made, who=None, recipient=RECIPIENT):
    log = DirectorySource(office.log)
    return decision_bundle(office.desk, who or asked(), made.case, made.decision, recipient, log)


def examined(office, event, reason="complaint", who=None, recipient=RECIPIENT):
    return bundle_for_event(office.desk, who or overseer(), event, reason, recipient, DirectorySource(office.log))


def signers(office):
    return [f"{ORIGIN} {office.desk.counter.signer.public}"]


def opened(office, sealed, identity=IDENTITY):
    return open_bundle(sealed, identity, signers(office))


def engine(archive, on, country):
    return Engine(rulebook_on(archived(archive).files, on, country))


def again(office, sealed, with_=engine):
    return decide_again(opened(office, sealed), with_, Verifier(office.signer.vkey))


def layers(sealed, identity=IDENTITY):
    """The files in a bundle, and its signature."""

    outer = read_tar(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]), re.compile(".*"))
    return read_tar(outer["package.tar"], re.compile(".*")), outer["package.tar.sig"]


def sealed_again(files, signer=None, signature=None, recipient=RECIPIENT):
    """A bundle of other files: signed anew by `signer`, or under an old signature."""
    inner = files if isinstance(files, bytes) else write_tar(files)
    armored = signature if signer is None else signer.sign(inner, NAMESPACE).encode()
    outer = write_tar({"package.tar": inner, "package.tar.sig": armored})
    return pyrage.encrypt(outer, [pyrage.x25519.Recipient.from_str(recipient)])
