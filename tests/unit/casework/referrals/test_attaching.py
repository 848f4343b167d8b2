"""Attachments go with a referral where their group goes, byte for byte, and nowhere else."""

from __future__ import annotations

import hashlib

import pytest
from attachment_desk import NOBODYS, attach, content, rows
from offices import ON, asked
from referral_desk import (
    a_case,
    agree,
    answers,
    ask_for,
    entries_of,
    in_unit,
    lying,
    opened,
    referral_of,
    said,
    tick,
    with_services,
)
from small_directory import CLINIC, sidecar

from nrm.casework.asked import NotPermittedError
from nrm.casework.attachment_errors import AttachmentTooLargeError, NoSuchAttachmentError
from nrm.casework.cases import attachments
from nrm.casework.referrals import referring
from nrm.casework.referrals.attaching import MOST_BYTES
from nrm.casework.referrals.revoking import revoke
from nrm.casework.referrals.sending import parcel_bytes
from nrm.referral.header import Attached
from nrm.vault.errors import VaultError
from nrm.vault.parts import PART


@pytest.fixture
def case(office):
    made = a_case(office)
    agree(office, made)
    return made


def sent(office, case, one):
    """The package that the service of a referral opens."""
    (message,) = [row for row in lying(office, case) if row.about == one.id and row.kind == "package"]
    body = in_unit(office, case, lambda _unit, opened_case: parcel_bytes(opened_case, message))
    return opened(office, one.service, body)


def test_a_service_gets_the_attachments_that_were_named_byte_for_byte(office, case):
    first, second = (
        attach(office, case, group="health"),
        attach(office, case, b"Canary note\n", "note.txt", group="contact"),
    )
    attach(office, case, content(99), group="health")
    one = ask_for(office, case, attachments=(second.id, first.id)).referral
    assert one.attachments == (second.id, first.id)
    package = sent(office, case, one)
    assert package.files["attachments/1.txt"] == b"Canary note\n"
    assert package.files["attachments/2.pdf"] == content(2 * PART + 77)
    assert package.header.attachments == tuple(
        Attached(file=file, media=each.media, size=each.size, sha256=each.sha256, group=each.group)
        for file, each in (("attachments/1.txt", second), ("attachments/2.pdf", first))
    )
    assert [name for name in package.files if name.startswith("attachments/")] == [
        "attachments/1.txt",
        "attachments/2.pdf",
    ]
    assert "scan" not in package.files["referral.json"].decode(), "its name is not told"
    (entry,) = entries_of(office, "group:disclose")
    assert set(entry.groups) == set(one.groups)


def test_without_being_named_no_attachment_goes(office, case):
    attach(office, case, group="health")
    one = ask_for(office, case).referral
    package = sent(office, case, one)
    assert (one.attachments, package.header.attachments) == ((), ())
    assert package.files.keys() == {"referral.json", "plan.txt"}


def test_an_attachment_of_a_group_that_the_service_may_not_have_stops_all_of_it(office, case):
    may, may_not = attach(office, case, group="health"), attach(office, case, content(99), group="legal")
    before = len(office.entries())
    with pytest.raises(NotPermittedError, match="may not have attachments of `legal`"):
        ask_for(office, case, attachments=(may.id, may_not.id))
    assert lying(office, case) == []
    assert referring.referrals(office.desk, asked(), case) == []
    assert said(office, before)[0] == ("referral:send", "not_disclosable")


def test_an_attachment_that_the_case_has_not_stops_all_of_it(office, case):
    theirs = attach(office, other := a_case(office))
    assert other != case
    for wanted in (NOBODYS, theirs.id):
        with pytest.raises(NoSuchAttachmentError):
            ask_for(office, case, attachments=(wanted,))
    assert lying(office, case) == []


def test_attachments_that_are_too_large_together_are_refused_before_anything_is_sealed(office, case, monkeypatch):
    monkeypatch.setattr("nrm.casework.referrals.attaching.MOST_BYTES", 200)
    assert MOST_BYTES > PART
    first, second = (
        attach(office, case, content(101), group="health"),
        attach(office, case, content(100), group="health"),
    )
    with pytest.raises(AttachmentTooLargeError, match="at most 32 attachments and 200 bytes"):
        ask_for(office, case, attachments=(first.id, second.id))
    assert ask_for(office, case, attachments=(second.id, second.id)).referral.attachments == (second.id,)


def test_the_largest_attachments_that_are_let_through_fit_into_a_package(office, case):
    one = attach(office, case, content(9) + bytes(MOST_BYTES - 9), group="health")
    package = sent(office, case, ask_for(office, case, attachments=(one.id,)).referral)
    assert hashlib.sha256(package.files["attachments/1.pdf"]).hexdigest() == one.sha256


def test_a_draft_carries_its_attachments_when_it_is_sent(office, case):
    one = attach(office, case, group="health")
    draft = ask_for(office, case, hold=True, attachments=(one.id,)).referral
    assert lying(office, case) == []
    done = referring.send_draft(office.desk, asked(), case, draft.id, None, ON).referral
    assert sent(office, case, done).files["attachments/1.pdf"] == content(2 * PART + 77)


def test_a_draft_whose_attachment_was_removed_is_not_sent_without_it(office, case):
    one = attach(office, case, group="health")
    draft = ask_for(office, case, hold=True, attachments=(one.id,)).referral
    attachments.remove(office.desk, asked(), case, one.id)
    with pytest.raises(NoSuchAttachmentError):
        referring.send_draft(office.desk, asked(), case, draft.id, None, ON)
    assert referral_of(office, case, draft.id).state == "draft"


def test_a_draft_whose_service_needs_the_group_no_more_is_not_sent(office, case):
    one = attach(office, case, group="health")
    draft = ask_for(office, case, hold=True, attachments=(one.id,)).referral
    with_services(office, clinic=sidecar(CLINIC, needs=("contact",)))
    with pytest.raises(NotPermittedError, match="may not have attachments of `health`"):
        referring.send_draft(office.desk, asked(), case, draft.id, None, ON)
    assert lying(office, case) == []


def test_an_attachment_that_was_altered_in_the_store_is_not_sent(office, case):
    one = attach(office, case, group="health")
    rows(office)[case, one.id, 1] = rows(office)[case, one.id, 0]
    with pytest.raises(VaultError):
        ask_for(office, case, attachments=(one.id,))
    assert lying(office, case) == []
    assert ("referral:send", "integrity_failed") in said(office)


def test_what_takes_a_referral_back_carries_no_attachment(office, case):
    one = attach(office, case, group="health")
    referral = ask_for(office, case, attachments=(one.id,)).referral
    answers(office, referral.service, referral.id, "receive")
    revoke(office.desk, asked(), case, referral.id, None, "not_wanted")
    bodies = [
        in_unit(office, case, lambda _unit, opened_case, row=row: parcel_bytes(opened_case, row))
        for row in lying(office, case)
        if row.kind == "revocation"
    ]
    assert [opened(office, referral.service, body).header.attachments for body in bodies] == [()]


def test_the_next_service_gets_those_attachments_that_it_may_have_itself(office):
    made = a_case(office)
    agree(office, made, "share_with_accommodation")
    both, first_only = attach(office, made, group="contact"), attach(office, made, content(99), group="family")
    one = ask_for(office, made, "safe_accommodation", attachments=(first_only.id, both.id)).referral
    assert one.attachments == (first_only.id, both.id)
    answers(office, one.service, one.id, "decline", "no_capacity")
    tick(office)
    (following,) = [each for each, _ in referring.referrals(office.desk, asked(), made) if each.live]
    assert (following.service != one.service, following.attachments) == (True, (both.id,))
    assert [each.sha256 for each in sent(office, made, following).header.attachments] == [both.sha256]
