"""The attachments in a package are those that its head names, byte for byte, and of groups that it declares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sealed_packages import header, naming, opened, package_files, sealed_by_hand, sealed_package

from nrm.referral.header import Attached
from nrm.referral.package_errors import MoreThanDeclaredError, NoPackageError

NAME, DATA = "attachments/1.pdf", b"%PDF-1.7 one"
FILES = {NAME: DATA}
HEAD = naming(header(), FILES)
(ATTACHED,) = HEAD.attachments


def named(*attached, head=HEAD):
    return head.model_copy(update={"attachments": attached})


def both_refuse(error, match, head, **files):
    """Our own sealing makes no such package, and opening refuses one that somebody else made."""
    with pytest.raises(error, match=match):
        sealed_package(head, **files)
    with pytest.raises(error, match=match):
        opened(sealed_by_hand(package_files(head, **files)))


def test_what_the_head_names_is_what_is_opened():
    found = opened(sealed_package(HEAD, **FILES))
    assert (found.header.attachments, found.files[NAME]) == ((ATTACHED,), DATA)


def test_an_attachment_that_the_head_does_not_name_is_refused():
    both_refuse(
        MoreThanDeclaredError, "attachments that its head does not name", HEAD, **FILES, **{"attachments/2.pdf": b""}
    )


def test_an_attachment_that_is_missing_is_refused():
    both_refuse(NoPackageError, "an attachment is missing in it", HEAD)


@given(st.binary(max_size=40).filter(lambda data: data != DATA))
def test_an_attachment_with_other_bytes_than_the_head_says_is_refused(data):
    both_refuse(NoPackageError, "or is not what its head says", HEAD, **{NAME: data})


def test_an_attachment_of_another_size_than_the_head_says_is_refused():
    head = named(ATTACHED.model_copy(update={"size": len(DATA) + 1}))
    both_refuse(NoPackageError, "or is not what its head says", head, **FILES)


def test_an_attachment_that_the_head_names_twice_is_refused():
    both_refuse(NoPackageError, "an attachment", named(ATTACHED, ATTACHED), **FILES)


def test_an_attachment_of_a_group_that_the_head_does_not_declare_is_refused():
    head = named(ATTACHED.model_copy(update={"group": "identity"}))
    with pytest.raises(MoreThanDeclaredError, match="an attachment holds groups that its head does not name"):
        package_files(head, **FILES)


def test_a_revocation_carries_no_attachment():
    with pytest.raises(MoreThanDeclaredError):
        package_files(named(ATTACHED, head=header(kind="revocation")), **FILES)


@pytest.mark.parametrize(
    "changed",
    [{"file": "1.pdf"}, {"file": "attachments/../x"}, {"file": "attachments/.x"}, {"sha256": "A" * 64}, {"size": -1}],
)
def test_a_head_that_names_something_else_than_an_attachment_is_refused(changed):
    with pytest.raises(ValidationError):
        Attached.model_validate({**ATTACHED.model_dump(), **changed})
