"""Files are kept with a case, come back as they were, and go; whoever may not has none, and all of it is on the log."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from attachment_desk import NOBODYS, attach, chunked, content, fetched, limits, listed, rows, uploads
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import BO, CANARIES, THEIRS, asked, new_office
from small_files import FILES

from nrm.casework.asked import NotPermittedError
from nrm.casework.attachment_errors import AttachmentTooLargeError, MediaRefusedError, NoSuchAttachmentError
from nrm.casework.cases import attachments
from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.errors import UnknownNameError
from nrm.vault.parts import PART

LENGTHS = st.one_of(
    st.integers(60, 5000), st.sampled_from([PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, 3 * PART - 1])
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return new_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def case(office):
    return office.open().case


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=LENGTHS, cuts=st.lists(st.integers(0, 3 * PART), max_size=9))
def test_any_content_comes_back_as_it_was_added_in_chunks_of_any_size(shared, size, cuts):
    case = shared.open(BO).case
    whole = content(size)
    one = attachments.add(shared.desk, asked(), case, "scan.pdf", iter(chunked(whole, *cuts)))
    assert (one.size, one.sha256) == (size, hashlib.sha256(whole).hexdigest())
    assert one.parts == -(-size // PART)
    assert fetched(shared, case, one.id) == whole


@pytest.mark.parametrize(("media", "data"), FILES.items())
def test_what_is_known_of_an_attachment_is_found_by_its_content(office, case, media, data):
    one = attach(office, case, data, name="CanaryName")
    assert (one.media, one.size, one.group) == (media, len(data), "evidence")
    assert one.name.startswith("CanaryName.")
    assert listed(office, case) == [one]


def test_what_is_done_with_an_attachment_is_on_the_log_with_its_group(office, case):
    one = attach(office, case, group="health")
    listed(office, case)
    fetched(office, case, one.id)
    attachments.remove(office.desk, asked(), case, one.id)
    done = ["attachment:add", "attachment:read", "attachment:read", "attachment:remove"]
    assert office.said()[1:] == [(verb, "done") for verb in done]
    assert [entry.groups for entry in office.entries()[1:]] == [("health",)] * 4


def test_no_entry_says_what_a_file_is_called_or_holds(office, case):
    attach(office, case, name="CanaryName.pdf")
    for leaf in office.leaves():
        assert not any(word.encode() in leaf for word in CANARIES)


def test_nothing_of_an_attachment_is_in_the_store_in_the_clear(office, case):
    attach(office, case, name="CanaryName.pdf")
    state = office.store.state
    kept = [*state.parts.values(), *(row.sealed for row in state.items.values())]
    kept += [row.sealed for row in state.registry.values()]
    assert kept
    assert not any(word in sealed for sealed in kept for word in (b"Canary", b"%PDF", b"application"))


def test_a_removed_attachment_leaves_no_part(office, case):
    one, other = attach(office, case), attach(office, case, content(99))
    attachments.remove(office.desk, asked(), case, one.id)
    assert {key[1] for key in rows(office)} == {other.id}
    assert listed(office, case) == [other]
    with pytest.raises(NoSuchAttachmentError):
        fetched(office, case, one.id)


def test_shredding_a_case_takes_its_attachments_along(office, case):
    attach(office, case)
    other = office.open(BO).case
    kept = attach(office, other)
    office.shred(case)
    assert {key[0] for key in rows(office)} == {other}
    assert fetched(office, other, kept.id)
    with pytest.raises(ShreddedError):
        listed(office, case)


def test_the_same_file_again_is_the_one_that_is_there(office, case):
    one = attach(office, case)
    again = attach(office, case, name="other.pdf", group="health")
    assert again == one, "also its name and its group"
    assert len(rows(office)) == one.parts
    assert uploads(office) == []
    other = office.open(BO).case
    assert attach(office, other).id != one.id, "in another case it is another"


def test_what_is_kept_with_the_result_is_kept_once_and_with_the_attachment(office, case):
    kept = []
    office.desk = replace(office.desk, after=lambda _unit, result: kept.append(result))
    one = attach(office, case)
    assert kept == [one]


@pytest.mark.parametrize("group", ["evidences", "", "Canary"])
def test_there_is_no_other_group_than_those_of_the_record(office, case, group):
    with pytest.raises(UnknownNameError, match="there is no group"):
        attach(office, case, group=group)
    assert uploads(office) == []


class Unasked:
    """Chunks that nobody may ask for."""

    def __iter__(self):
        raise AssertionError("the body was read before the asker was let in")


ACTS = {
    "attachment:add": lambda office, who, case: attachments.add(office.desk, who, case, "scan.pdf", Unasked()),
    "attachment:read": lambda office, who, case: attachments.attachments(office.desk, who, case),
    "attachment:remove": lambda office, who, case: attachments.remove(office.desk, who, case, NOBODYS),
}


@pytest.mark.parametrize("verb", ACTS)
def test_only_those_who_keep_the_case_have_to_do_with_its_attachments(office, case, verb):
    for role in ("first_responder", "provider", "administrator", "overseer", "coordinator", "worker", "person"):
        with pytest.raises(NotPermittedError):
            ACTS[verb](office, asked(role), case)
        assert office.said()[-1] == (verb, "not_permitted")
    with pytest.raises(NoSuchCaseError):
        ACTS[verb](office, asked(organisation=THEIRS), case)
    assert office.said()[-1] == (verb, "other_organisation")


def test_a_purpose_opens_no_attachment_of_a_group_that_it_does_not_need(office, case):
    one = attach(office, case, group="identity")
    purpose = next(each.purpose for each in office.books.words().disclosures.values() if "identity" not in each.groups)
    who = asked(purpose=purpose)
    for act in (lambda: listed(office, case, who), lambda: fetched(office, case, one.id, who)):
        with pytest.raises(NotPermittedError, match="needs no `identity`"):
            act()
        assert office.said()[-1] == ("attachment:read", "not_disclosable")
    with pytest.raises(NotPermittedError):
        attach(office, case, content(99), who=who, group="identity")
    with pytest.raises(NotPermittedError):
        attachments.remove(office.desk, who, case, one.id)
    assert listed(office, case) == [one]


def refused(office, case, error, why, **more):
    before = dict(rows(office))
    with pytest.raises(error):
        attach(office, case, **more)
    assert office.said()[-1] == ("attachment:add", why)
    assert rows(office) == before
    assert uploads(office) == []


def test_limits_hold_for_each_for_all_and_for_how_many(office, case):
    limits(office, bytes_each="300000", bytes_of_case="400000", most="3")
    refused(office, case, AttachmentTooLargeError, "too_large", data=content(300_001))
    first = attach(office, case, content(300_000))
    refused(office, case, AttachmentTooLargeError, "too_large", data=content(100_001))
    attach(office, case, content(100_000 - 60))
    attach(office, case, content(60))
    refused(office, case, AttachmentTooLargeError, "too_large", data=content(61))
    attachments.remove(office.desk, asked(), case, first.id)
    attach(office, case, content(61))


def test_what_is_too_large_is_not_read_to_its_end(office, case):
    limits(office, bytes_each="1000000")
    taken = []

    def endless():
        yield content(PART)
        while True:
            taken.append(PART)
            yield bytes(PART)

    with pytest.raises(AttachmentTooLargeError, match="more than 1000000 bytes"):
        attachments.add(office.desk, asked(), case, "scan.pdf", endless())
    assert len(taken) <= 4


def test_what_is_of_no_known_type_or_is_called_otherwise_leaves_nothing(office, case):
    refused(office, case, MediaRefusedError, "input_refused", data=b"<html>")
    refused(office, case, MediaRefusedError, "input_refused", data=content(PART + 1) + b"/JavaScript")
    refused(office, case, MediaRefusedError, "input_refused", name="scan.html")
