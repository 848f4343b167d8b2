"""What documents promise in numbers is what the program does: who changes a limit changes its sentence too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from documents import ROOT

from api.incoming import AT_ONCE
from api.security.bodies import LARGEST, SLOWEST
from api.security.wire import HEAD_SECONDS, LARGEST_HEAD
from nrm.casework import once
from nrm.casework.accounts import credentials, fresh, recovering
from nrm.casework.attachment import AttachmentLimits
from nrm.casework.cases import glass
from nrm.casework.clocks import hook_posting
from nrm.casework.office import announcing
from nrm.casework.person import links
from nrm.casework.person import sessions as visits
from nrm.casework.referrals import attaching
from nrm.delivery import Limits
from nrm.delivery.backoff import LONGEST
from nrm.signin import clients, jose, lockout, password, totp
from nrm.signin.settings import SignInSettings

SPELT = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
ORDINAL = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
SIGN_IN, FILES, PUSH = SignInSettings(), AttachmentLimits(), Limits()
HOUR = timedelta(hours=1)


def minutes(time):
    return time // timedelta(minutes=1)


def hours(time):
    assert time % HOUR == timedelta(0)
    return "an hour" if time == HOUR else f"{SPELT[time // HOUR]} hours"


def odds():
    return f"{10**links.PIN_DIGITS // links.MOST_GUESSES:,}".replace(",", " ")


PROMISED = [
    ("docs/services.md", f"in the body (at most {PUSH.receipt_bytes // 1024} KiB)"),
    ("docs/services.md", f"or nothing for {PUSH.read_seconds} seconds"),
    ("docs/sign-in.md", f"**A good password** is long: {password.SHORTEST} characters and more"),
    ("docs/sign-in.md", f"in with the two within {SPELT[credentials.INVITED.days]} days"),
    ("docs/sign-in.md", f"the app shows a new code every {totp.SECONDS} seconds"),
    ("docs/sign-in.md", f"did nothing for {SIGN_IN.idle_minutes} minutes, and after {SIGN_IN.absolute_hours} hours"),
    (
        "docs/sign-in.md",
        (
            f"After {SPELT[lockout.FREE['name']]} failures you wait {lockout.FIRST.seconds} seconds, then a minute, "
            f"then two; {hours(lockout.LONGEST)} at most"
        ),
    ),
    ("docs/sign-in.md", f"lives for at most {SIGN_IN.token_days} days"),
    ("docs/sign-in.md", f"within {hours(recovering.WITHIN)} **another** administrator"),
    ("docs/sign-in.md", f"by the same credentials, for {SPELT[recovering.SEASONED.days]} days before the recovery"),
    ("docs/sign-in.md", f"signed in within the last {minutes(fresh.FRESH)} minutes"),
    ("docs/api.md", f"takes a sign-in of the last {SPELT[minutes(fresh.FRESH)]} minutes"),
    ("docs/sign-in.md", f"`exp` at most {SPELT[minutes(clients.LIFE)]} minutes"),
    ("docs/sign-in.md", f"idle_minutes = {SIGN_IN.idle_minutes}"),
    ("docs/sign-in.md", f"client_minutes = {SIGN_IN.client_minutes}"),
    ("docs/person.md", f"the {ORDINAL[links.MOST_GUESSES - 1]} wrong one destroys it"),
    ("docs/person.md", f"It runs out after its days (at most {links.MOST_DAYS})"),
    (
        "docs/person.md",
        f"a session of {minutes(visits.IDLE)} minutes without a word, at most {hours(visits.LONGEST)}",
    ),
    ("docs/threat-model.md", f"are a chance of one in {odds()}"),
    ("docs/threat-model.md", f"after {lockout.FREE['name']} ({lockout.FREE['address']}) the wait doubles"),
    ("docs/threat-model.md", f"{SIGN_IN.token_days} days at most, an hour for system clients"),
    (
        "docs/threat-model.md",
        (
            f"{LARGEST // 1_000_000} MB of body and {LARGEST_HEAD // 1024} KiB of head, {SLOWEST:.0f} seconds for each "
            f"piece (*nobody holds a connection for nothing*), {AT_ONCE} files at once"
        ),
    ),
    ("docs/threat-model.md", f"can read it for up to {SPELT[glass.MOST_HOURS]} hours"),
    ("docs/threat-model.md", "its answer is kept for a day, sealed"),
    ("docs/api.md", "Keys are kept for a day"),
    ("docs/webhooks.md", f"could not be delivered within {SPELT[announcing.KEPT.days]} days is dropped"),
    ("docs/webhooks.md", f"After {SPELT[hook_posting.SUSPENDED_AFTER.days]} days without one success"),
    ("docs/attachments.md", f"bytes_each = {FILES.bytes_each}"),
    ("docs/attachments.md", f"bytes_of_case = {FILES.bytes_of_case}"),
    ("docs/attachments.md", f"most = {FILES.most} "),
    ("docs/attachments.md", f"at most {attaching.MOST} attachments and {attaching.MOST_BYTES >> 20} MiB of them"),
]


@pytest.mark.parametrize(("document", "sentence"), PROMISED, ids=[f"{name}: {said}" for name, said in PROMISED])
def test_a_number_that_a_document_promises_is_that_of_the_program(document, sentence):
    text = " ".join((ROOT / document).read_text(encoding="utf-8").split())
    assert " ".join(sentence.split()) in text


def test_the_words_that_stand_for_limits_are_those_limits():
    assert hours(LONGEST) == "an hour"  # docs/services.md: "`Retry-After` is honoured up to an hour"
    assert once.HOURS == 24
    assert (SIGN_IN.client_minutes, HEAD_SECONDS) == (60, SLOWEST)
    assert lockout.wait(lockout.FREE["name"], "name") == lockout.FIRST
    assert [lockout.wait(lockout.FREE["name"] + more, "name") / lockout.FIRST for more in (1, 2)] == [2, 4]
    assert jose.ALGORITHMS == ("ES256", "EdDSA", "Ed25519", "RS256")
