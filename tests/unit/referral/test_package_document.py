"""`referral.json`: what the head names and nothing more, and nothing shown of what is refused."""

import json

import pytest
from sealed_packages import MECHANISM, RECIPIENT, RECORD, header, opened, package_files, sealed_by_hand

from nrm.referral.document import read_document, referral_json
from nrm.referral.package import seal_package
from nrm.referral.package_errors import MoreThanDeclaredError, NoPackageError, UnknownFormatError


def test_more_groups_than_the_head_names_are_neither_sent_nor_read():
    more = {**RECORD, "identity": {"family_name": "CANARY"}}
    with pytest.raises(MoreThanDeclaredError):
        package_files(record=more)
    content = json.loads(package_files()["referral.json"])
    forged = {**package_files(), "referral.json": json.dumps({**content, "record": more}).encode()}
    with pytest.raises(MoreThanDeclaredError) as refused:
        seal_package(forged, RECIPIENT, MECHANISM)
    with pytest.raises(MoreThanDeclaredError):
        opened(sealed_by_hand(forged))
    assert "CANARY" not in str(refused.value)


def test_a_revocation_carries_no_record():
    with pytest.raises(MoreThanDeclaredError):
        referral_json(header(kind="revocation"), {"health": {}})


def test_another_format_is_said_to_be_one():
    content = json.loads(package_files()["referral.json"])
    files = {"referral.json": json.dumps({**content, "format": "nrm-referral-2"}).encode()}
    with pytest.raises(UnknownFormatError, match="another format than `nrm-referral-1`"):
        opened(sealed_by_hand(files))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"CANARY": "CANARY"}, "a name in it is missing, unknown or malformed"),
        ({"message": "CANARY"}, "`message` is missing, unknown or malformed"),
        ({"expires_at": "2026-03-01T00:00:00"}, "`expires_at` is missing, unknown or malformed"),
        ({"groups": ["CANARY"]}, "`groups` is missing, unknown or malformed"),
        ({"record": ["CANARY"]}, "`record` is missing"),
    ],
)
def test_a_malformed_head_is_refused_without_showing_it(change, fault):
    content = json.loads(package_files()["referral.json"])
    with pytest.raises(NoPackageError, match=fault) as refused:
        read_document(json.dumps({**content, **change}).encode())
    assert "CANARY" not in str(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        *(
            b"",
            b"\xff",
            b"{",
            b"[" * 100_000,
            b'{"a": 1, "a": 1}',
            b"NaN",
            b'"\\ud800"',
            b"1" * 5000,
            b"1234567890123456",
            b"-Infinity",
        ),
        b'{"format": "nrm-referral-1", "record": {"health": {"a": 1, "a": 2}}}',
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(data):
    with pytest.raises(NoPackageError, match="means the same to every reader"):
        read_document(data)
